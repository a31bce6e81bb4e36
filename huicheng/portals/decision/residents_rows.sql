-- The residents behind the figures, to check a sum by and not to look anybody up: no name, no number, no day of birth.
-- $x is the code of a place of any level; '-' asks for those whose district nobody knows.
select sex, year(birth_date) as birth_year, district, street, status, sources, updated_on, count(*) over () as all_rows
from base.people
where ($district = '' or district = $district) and coalesce(status, '正常') not in ('死亡', '迁出')
  and ($x = '' or $x in (coalesce(district, '-'), coalesce(street, substr(community, 1, 9)), community))
order by base_id
limit $limit offset $offset
