"""Tests of its PubSub."""
