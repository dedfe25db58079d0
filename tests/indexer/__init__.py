"""Tests of the indexer: pure parts by values, the store on a real PostgreSQL, sources over a transport of our own."""
