"""法人基础库 — the register of firms."""
