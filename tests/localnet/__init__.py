"""Tests of the world on one machine."""
