-- The units behind the figures: what stands where, and neither its door nor its owner.
-- $x is the first year of a decade; '-' asks for those whose year nobody knows.
select district, street, use, area, built_year, residents, sources, updated_on, count(*) over () as all_rows
from base.houses
where ($district = '' or district = $district)
  and ($x = '' or coalesce(cast(built_year // 10 * 10 as varchar), '-') = $x)
order by base_id
limit $limit offset $offset
