"""What an operator does to the programs with a key of their own: make the configuration, and check what is deployed.

terms (the TOML file as values), init (writes Config and mint rules), verify (program bytes, genesis and Config against
the files). Called by __main__; never uses the journal or a fee payer of the pool.
"""
