select item_code, name, department from raw.service_items
