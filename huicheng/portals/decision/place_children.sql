-- People who live in $place, a district or a street, counted one level down; $length is that of the codes wanted.
-- Those known to live here, but not where, come without a code.
select case when $length = 9 then coalesce(street, substr(community, 1, 9)) else community end as code,
       count(*) as residents,
       count(distinct household_no) as households,
       round(100.0 * avg(case when birth_date <= current_date - interval 65 year then 1.0 else 0.0 end), 1)
           as old_share
from base.people
where $place in (district, coalesce(street, substr(community, 1, 9)))
  and coalesce(status, '正常') not in ('死亡', '迁出')
group by 1
order by residents desc
