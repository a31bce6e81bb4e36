"""城 — settings, urls, the command line: the city, assembled."""
