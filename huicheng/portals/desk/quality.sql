-- What was counted about each delivered field; nothing asked is all of it.
select
    department,
    resource,
    field,
    rows,
    filled,
    valid,
    repeated,
    compared,
    consistent,
    median_on
from stat.quality
where ($department = '' or department = $department)
    and ($resource = '' or resource = $resource)
    and ($field = '' or field = $field)
order by department, resource, field
