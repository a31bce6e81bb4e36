-- Everything a person goes by in the tables: the numbers that departments wrote down, and where his rows lie.
SELECT value AS name, '' AS resource, '' AS delivery, 0 AS "row"
FROM base.people_fields
WHERE base_id = $base_id AND field = 'id_number'
UNION
SELECT '', resource, delivery, "row"
FROM base.people_links
WHERE base_id = $base_id
