"""Whole stories: every service as a child process, against a chain that runs our programs."""
