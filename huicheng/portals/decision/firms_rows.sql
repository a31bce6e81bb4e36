-- The firms of the register, of one district or of all.
select name, credit_code, registered_on, kind, capital_yuan, industry, district, status, count(*) over () as all_rows
from base.firms
where $district = '' or district = $district
order by registered_on desc nulls last, base_id
limit $limit offset $offset
