"""Yellowstone gRPC on the embedded chain: the wire format that Geyser clients speak, with a replay window.

`geyser.proto`, `solana-storage.proto` the format · `generate` their descriptor, as a command · `messages` the classes ·
`failures` transaction errors in bytes · `encode` a block as messages · `feed` what happened, in order, and the window ·
`filters` what a subscriber asked for · `session` one subscriber's stream · `server` the listener and the unary calls.
"""
