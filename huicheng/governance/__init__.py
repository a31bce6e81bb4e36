"""善政: packs that officials use."""
