"""沙盘 — an invented city to try, test and measure on, its truth kept; it writes files, as departments do."""
