"""样貌 — one base page, one set of tokens, the components and charts every portal wears."""
