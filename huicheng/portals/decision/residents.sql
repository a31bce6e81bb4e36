-- Residents in the register.
select sum(residents) as value from stat.residents_by_age_district
