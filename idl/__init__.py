"""The language of the chain: ids, addresses, values, bytes, errors and maths of the programs.

Pure: no network, no clock, no database. Every service imports it, it imports none of them. What comes out of the
Rust sources is generated (`events`, `accounts`, `types`, `instructions`, by `python -m idl.generate`); what is
written by hand is a twin of the Rust and is tested against the built programs.
"""
