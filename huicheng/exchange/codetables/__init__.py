"""代码表: a department's own codes in versions, each mapped to the national table."""
