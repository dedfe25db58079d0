"""What happened: the chain's events, mirrored into the schemas `ledger` and `chain`, provably without a gap.

Read in this order: model (the nouns), decode and plan and fold (pure), sources (ways in), tables and store (the only
writer), follow (the loop), prove (the proof), __main__ (the wiring). Never imports the relayer or the api.
"""
