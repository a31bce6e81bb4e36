-- The firms behind the figures.
select base_id, credit_code, name, registered_on, kind, capital_yuan, district, address, legal_person, status
from base.firms
where ($district = '' or district = $district) and ($year = '' or cast(year(registered_on) as varchar) = $year)
order by registered_on desc nulls last, base_id
