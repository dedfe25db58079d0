"""Webhooks as Helius and QuickNode send them: which transactions, which bodies, which proofs of origin, how often."""
