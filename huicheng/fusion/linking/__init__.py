"""比对: pure functions over columns of numbers. No Django, no tables, no truth; 0 always means missing."""
