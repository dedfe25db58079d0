"""Tests of the language of the chain."""
