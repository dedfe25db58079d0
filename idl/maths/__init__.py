"""Bit-exact twin of the Rust crate market-math: integers only, every rounding named."""
