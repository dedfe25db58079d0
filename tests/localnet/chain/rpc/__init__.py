"""Tests of its JSON-RPC."""
