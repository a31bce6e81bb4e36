-- Share of residents of 65 and older; one whose birth date nobody knows is not counted as old.
select round(100.0 * avg(case when birth_date <= current_date - interval 65 year then 1.0 else 0.0 end), 1) as value
from base.people
where ($district = '' or district = $district) and coalesce(status, '正常') not in ('死亡', '迁出')
