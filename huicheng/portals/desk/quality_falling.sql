-- Fields of which the newest delivery is filled in or valid two points less than the one before it.
with counted as (
    select
        department,
        resource,
        field,
        delivery,
        filled / nullif(rows, 0) as filled,
        valid / nullif(filled, 0) as valid
    from stat.quality_history
    where $department = '' or department = $department
    qualify row_number() over (
        partition by resource, field, delivery order by measured_on desc, run desc
    ) = 1
),
paired as (
    select
        *,
        lag(filled) over turns as filled_before,
        lag(valid) over turns as valid_before,
        lead(delivery) over turns as newer
    from counted
    window turns as (partition by resource, field order by delivery)
)
select department, resource, field, filled, filled_before, valid, valid_before
from paired
where newer is null and (filled < filled_before - 0.02 or valid < valid_before - 0.02)
order by least(filled - filled_before, valid - valid_before)
