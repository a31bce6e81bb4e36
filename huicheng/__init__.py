"""慧城 huicheng: one card, two platforms, three registers, three portals."""
