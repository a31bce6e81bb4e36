-- Residents of each district; those whose district nobody knows stand in a row of their own.
select district, count(*) as residents
from base.people
where coalesce(status, '正常') not in ('死亡', '迁出')
group by district
order by residents desc
