"""Hostile clients against a whole chain in a process of its own."""
