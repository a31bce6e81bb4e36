SELECT name FROM base.people WHERE base_id = $base_id
