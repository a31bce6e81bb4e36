"""地基 — what every room stands on: acts, events, packs, declarations, departments, the actor, keys, jobs."""
