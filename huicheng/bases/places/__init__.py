"""地点: where things are: divisions, stations, stops, networks."""
