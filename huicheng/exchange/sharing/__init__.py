"""表共享 — a granted table read by other departments' own tools, with the open protocol Delta Sharing."""
