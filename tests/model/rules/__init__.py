"""What may be tried, a module for each part of a market's life: how it is drawn, what must come of it, the call."""
