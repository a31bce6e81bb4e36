SELECT base_id, name, credit_code, district, registered_on, status
FROM base.firms
WHERE name ILIKE '%' || $text || '%' OR credit_code = upper($text)
ORDER BY length(name), name
LIMIT 50
