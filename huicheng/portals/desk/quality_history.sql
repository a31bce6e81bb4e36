-- One line per delivery of a resource: as it was counted when it was last fused.
select delivery, measured_on, rows, filled, valid, repeated, compared, consistent
from stat.quality_history
where resource = $resource and field = $field
qualify row_number() over (partition by delivery order by measured_on desc, run desc) = 1
order by delivery
