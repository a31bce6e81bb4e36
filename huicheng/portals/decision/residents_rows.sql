-- The residents behind the figures, to check a sum by and not to look anybody up: no identifier, no day of birth.
select name, sex, year(birth_date) as birth_year, district, street, status, sources, updated_on
from base.people
where ($district = '' or district = $district) and coalesce(status, '正常') not in ('死亡', '迁出')
order by base_id
