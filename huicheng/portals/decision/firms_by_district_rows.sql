-- The firms behind the districts: founded up to and including the chosen year.
select base_id, credit_code, name, registered_on, kind, capital_yuan, district, address, legal_person, status
from base.firms
where $year = '' or year(registered_on) <= try_cast($year as integer)
order by registered_on desc nulls last, base_id
