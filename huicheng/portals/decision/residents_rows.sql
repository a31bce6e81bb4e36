-- The residents behind the figures, one row each; personal columns come masked unless a grant says otherwise.
select base_id, name, sex, birth_date, district, street, community, address, status, sources, updated_on
from base.people
where ($district = '' or district = $district) and coalesce(status, '正常') not in ('死亡', '迁出')
order by base_id
