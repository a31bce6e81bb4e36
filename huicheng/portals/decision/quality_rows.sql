-- Field by field, the weakest first.
select department, resource, field, rows, filled, valid, compared, consistent,
       round(100.0 * valid / nullif(rows, 0), 1) as good
from stat.quality
order by good nulls first, rows desc
