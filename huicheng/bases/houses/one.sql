SELECT * FROM base.houses WHERE base_id = $base_id
