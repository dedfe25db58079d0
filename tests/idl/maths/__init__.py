"""Tests of the maths twin."""
