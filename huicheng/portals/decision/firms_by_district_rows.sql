-- The firms behind the districts: founded up to and including the chosen year. '-' asks for those of no known district.
select name, credit_code, registered_on, kind, capital_yuan, industry, district, status, count(*) over () as all_rows
from base.firms
where ($year = '' or year(registered_on) <= try_cast($year as integer))
  and ($x = '' or coalesce(district, '-') = $x)
order by registered_on desc nulls last, base_id
limit $limit offset $offset
