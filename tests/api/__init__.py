"""Tests of the API on a real PostgreSQL, with rows written as the indexer writes them."""
