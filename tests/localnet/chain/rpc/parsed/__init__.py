"""Tests of what jsonParsed shows."""
