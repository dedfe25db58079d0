"""The loop that lands intents: claim, look, decide, do, record. Alone holds keys; decides nothing that plan does not.

loop (one round), launch (policy, simulation, signature, commit, publish), kinds (what a wallet's transaction is),
serve (rounds for ever). Called by __main__.
"""
