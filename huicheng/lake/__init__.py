"""湖 — tables at rest and where questions run: DuckDB, in this process."""
