SELECT * FROM base.firms WHERE base_id = $base_id
