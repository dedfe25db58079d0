"""Solana's PubSub over the embedded chain.

`requests` what a subscription asks for · `subscriptions` who wants what, and what a block means to them · `server` the
WebSocket side.
"""
