-- Residents in the register who live here.
select count(*) as value
from base.people
where coalesce(status, '正常') not in ('死亡', '迁出')
