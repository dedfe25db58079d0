"""The same seed gives the same chain: two processes, told the same, say the same."""
