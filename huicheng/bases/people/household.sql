-- Who is registered under the same household number and still there; names are masked before they leave the engine.
SELECT base_id, left(name, 1) || repeat('*', greatest(length(name) - 1, 1)) AS name, sex
FROM base.people
WHERE household_no = (SELECT household_no FROM base.people WHERE base_id = $base_id)
    AND coalesce(status, '正常') = '正常'
ORDER BY birth_date NULLS LAST, base_id
LIMIT 20
