"""What we did: from an intent to an effect on the chain, at most once.

model -> message -> policy, plan, fees, pack (pure) -> store, chain, signer, mirror -> prove, submit -> work, keepers,
oracle. `python -m relayer work` lands intents and alone holds keys; `python -m relayer keep` proposes cranks and
reads oracle feeds; `relayer.submit` is the only door for other packages.
"""

JOURNAL_VERSION = "0001"
"""The newest of tables/history/: which schema `relay` this version works on."""
