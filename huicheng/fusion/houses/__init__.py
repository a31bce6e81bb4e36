"""房: how rows about dwellings and premises are read, compared and made into one record each."""
