"""人口基础库 — the register of residents."""
