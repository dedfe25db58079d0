"""An embedded Solana chain: LiteSVM behind Solana's JSON-RPC and PubSub and Yellowstone gRPC.

`model` values · `wire` a transaction off the wire · `tokens` token accounts · `genesis` the first state · `runtime` one
transaction on LiteSVM · `outcome` what it did · `bank` blocks · `forks` commitments and undo · `ledger` history ·
`faults` misbehaviour by command · `node` the chain without sockets · `trial` simulations · `rpc/` JSON-RPC ·
`pubsub/` subscriptions · `geyser/` Yellowstone gRPC · `serve` a running chain.
"""
