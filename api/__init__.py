"""The face: reads the mirror, builds transactions for wallets, hands signed ones to the relayer's door.

No RPC connection and no key. Writes only through `relayer.submit` and into its own schema `app`.

`app` wires one Litestar application from its ports; `edge` is the ASGI shell around it (hosts, limits, headers,
cache); `routes` parse and answer; `queries` hold every SELECT; `schemas` hold every wire value; `build` and `terms`
turn facts into unsigned messages; `streams` and `bus` carry the feed to sockets; `store` and `tables` own schema `app`;
`web` is the page.
"""
