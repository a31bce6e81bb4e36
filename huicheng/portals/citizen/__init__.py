"""我的慧城 — what the city holds about me, who supplied it, and who has read it."""
