"""工作台 — where officials deliver, see what was refused, and watch the platform work."""
