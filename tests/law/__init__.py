"""The written law of the house as tests: sizes, names, documents, imports, completeness."""
