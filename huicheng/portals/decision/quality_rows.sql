-- Field by field, the weakest first. What cannot be compared has no agreement, neither good nor bad.
select department, resource, field, rows,
       round(100.0 * filled / nullif(rows, 0), 1) as filled_share,
       round(100.0 * valid / nullif(filled, 0), 1) as valid_share,
       repeated, compared,
       round(100.0 * consistent / nullif(compared, 0), 1) as consistent_share,
       median_on,
       count(*) over () as all_rows
from stat.quality
where $x = '' or department = $x
order by 100.0 * valid / nullif(rows, 0) nulls last, rows desc, department, resource, field
limit $limit offset $offset
