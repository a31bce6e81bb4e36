"""房屋基础库 — the register of dwellings."""
