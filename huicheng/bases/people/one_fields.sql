SELECT field, value, department, resource, delivery, "row", as_of, rule, score, chosen
FROM base.people_fields
WHERE base_id = $base_id
ORDER BY field, chosen DESC, as_of DESC
