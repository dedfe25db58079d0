"""Benchmarks: one module each, run alone as `python -m bench.<name>`."""
