"""经济: what the city counts about itself: people, prices, services."""
