"""A world on one machine: PostgreSQL, a chain with our programs, every service, and a story that plays through them.

`errors` what goes wrong · `spawn` child processes · `postgres`, `database` embedded PostgreSQL · `chain/` the embedded
chain · `wallets` seeded keys · `supervisor`, `world` the services as children · `story/` one market's whole life.
Nobody imports it but tests.
"""
