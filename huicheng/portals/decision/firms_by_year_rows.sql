-- The firms behind the years: those whose founding date is known.
select name, credit_code, registered_on, kind, capital_yuan, industry, district, status, count(*) over () as all_rows
from base.firms
where registered_on is not null and ($district = '' or district = $district)
  and ($x = '' or cast(year(registered_on) as varchar) = $x)
order by registered_on desc, base_id
limit $limit offset $offset
