"""人: how rows about residents are read, compared and made into one record each."""
