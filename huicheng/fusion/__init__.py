"""融合: many dirty records in, one clean one out."""
