"""授权 — what a department applied for, what its neighbour granted, and how much of it was used."""
