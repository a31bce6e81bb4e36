"""定时取数 — a department's database asked again and again for what is new since the last time."""
