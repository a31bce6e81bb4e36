"""订阅 — what changed in a table since one last looked, asked for or sent by itself."""
