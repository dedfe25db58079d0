"""Tests of the relayer: pure modules by values, the journal on PostgreSQL, the loop under a deterministic scheduler."""
