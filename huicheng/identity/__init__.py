"""身份 — one account; who is asking, on whose behalf, how surely."""
