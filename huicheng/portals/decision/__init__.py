"""城市一览: the city at a glance, every figure with its question and its rows."""
