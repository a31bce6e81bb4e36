"""监管: what the catalogue promises against what is there, who reads what, and what needs somebody today."""
