SELECT base_id FROM base.firms WHERE legal_person_id = $id_number ORDER BY base_id LIMIT 20
