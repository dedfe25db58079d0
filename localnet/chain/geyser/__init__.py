"""Yellowstone gRPC on the embedded chain: the wire format that Geyser clients speak, with a replay window.

`geyser.proto`, `solana-storage.proto` the format · `generate` their descriptor, as a command · `messages` the classes ·
`errors` what is refused · `failures` transaction errors in bytes · `encode` a block as messages · `items` its pieces
and their bytes · `feed` what happened, in order, and the window · `filters` what a subscriber asked for · `session`
one subscriber's stream · `server` the listener and the unary calls.

Where it is not as a cluster's server: an account comes once a block, as the block left it; a block has two entries;
created_at is block time; IsBlockhashValid answers from the first block on. There is no SubscribeDeshred (gRPC answers
UNIMPLEMENTED), and a request with a cuckoo filter is refused.
"""
