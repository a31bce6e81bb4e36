"""感知 — what devices report, and what is wrong with it."""
