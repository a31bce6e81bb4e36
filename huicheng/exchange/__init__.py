"""交换 — every table that crosses a border (department or city), its catalogue entry, and who may read it."""
