"""Solana's PubSub over the embedded chain.

`subscriptions` who wants what, and what a block means to them · `server` the WebSocket side.
"""
