-- Rows that are behind a figure, by their number in the delivered file; no value is among them.
select what, delivery, "row", other
from base.quality_rows
where department = $department and resource = $resource and field = $field
order by what, delivery desc, "row"
