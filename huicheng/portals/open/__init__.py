"""数据开放: the city's open data, to find, look at and take away."""
