SELECT base_id FROM base.houses WHERE owner_person = $base_id ORDER BY base_id LIMIT 20
