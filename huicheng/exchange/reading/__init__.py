"""Readers: every format as a stream of text columns with the number of each data row, within honest limits."""
