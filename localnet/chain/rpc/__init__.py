"""Solana's JSON-RPC over the embedded chain.

`http` sockets · `dispatch` envelopes, batches and the table of methods · `params` reading parameters · `endpoint` the
chain as one listener sees it · `network`, `validator`, `accounts`, `token_accounts`, `blocks`, `history`, `sending`,
`control` the methods · `render` transactions and blocks as JSON · `parsed` what jsonParsed shows · `texts` Agave's
sentences.

This package is the rim: what its functions return goes out as JSON as it is, so plain dicts are its wire form.
"""
