-- Residents in the register who live here, in one district or in all.
select count(*) as value
from base.people
where ($district = '' or district = $district) and coalesce(status, '正常') not in ('死亡', '迁出')
