"""What an operator does to the programs with a key of their own; never uses the journal or a fee payer of the pool.

terms (the TOML file as values) · send (one transaction, until it is confirmed) · init (makes Config, once) · change (of
Config: announced, applied, called off; mint rules, pauses, the admin's place) · markets (what only admin and council do
to one market) · verify (program bytes, genesis and Config against the files) · commands (the command line).
"""
