"""法人: how rows about firms are read, compared and made into one record each."""
