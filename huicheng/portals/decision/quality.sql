-- How much of what each department delivers is filled in, valid, and, where another department supplied the
-- register's value of the same fact, of one meaning with it; in percent. Weighed by values: a field counts as often
-- as it was delivered.
with resources as (
    select department, resource, max(rows) as delivered,
           sum(rows) as rows, sum(filled) as filled, sum(valid) as valid,
           sum(compared) as compared, sum(consistent) as consistent
    from stat.quality
    group by department, resource
)
select department,
       sum(delivered) as rows,
       round(100.0 * sum(filled) / nullif(sum(rows), 0), 1) as filled_share,
       round(100.0 * sum(valid) / nullif(sum(filled), 0), 1) as valid_share,
       round(100.0 * sum(consistent) / nullif(sum(compared), 0), 1) as consistent_share
from resources
group by department
order by department
