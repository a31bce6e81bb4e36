-- The firms behind the years: those whose founding date is known.
select base_id, credit_code, name, registered_on, kind, capital_yuan, district, address, legal_person, status
from base.firms
where registered_on is not null and ($district = '' or district = $district)
order by registered_on desc, base_id
