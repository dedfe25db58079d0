"""A plain model of the markets, walked at random beside the real programs: whatever is done, both must agree."""
