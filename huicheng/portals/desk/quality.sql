-- How well each field of each delivered resource is filled, valid and in agreement with the register.
select
    department,
    resource,
    field,
    sum(rows) as rows,
    sum(filled) as filled,
    sum(valid) as valid,
    sum(consistent) as consistent
from stat.quality
where $department = '' or department = $department
group by all
order by department, resource, field
