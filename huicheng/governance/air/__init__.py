"""环境空气: what the city breathes, and the hours in which it should stay indoors."""
