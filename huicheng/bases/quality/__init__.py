"""数据质量 — how good each department's data are, field by field and delivery by delivery."""
