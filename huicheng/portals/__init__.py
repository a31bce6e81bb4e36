"""三门户 — the pages people see: citizen, open, decision, and the desk for officials, in one look."""
