SELECT base_id, name FROM base.people WHERE id_number = $id_number LIMIT 1
