"""基础库 — people, firms, houses, places, economy: what all trust."""
