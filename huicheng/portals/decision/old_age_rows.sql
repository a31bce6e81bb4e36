-- The residents of 65 and older: the part of all who live here that the share speaks of.
select sex, year(birth_date) as birth_year, district, street, status, sources, updated_on, count(*) over () as all_rows
from base.people
where ($district = '' or district = $district) and coalesce(status, '正常') not in ('死亡', '迁出')
  and birth_date <= current_date - interval 65 year
order by base_id
limit $limit offset $offset
