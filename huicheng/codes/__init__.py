"""码 — code tables, checksums and standard forms of ids, names, dates, money and addresses: functions and tables, no rows."""
