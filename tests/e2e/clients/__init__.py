"""Solana's own clients, each with a program that plays stake, resolve and claim with Sealbook."""
