"""The proof that nothing is missing: for every subject count(events) = max(seq) = the seq in its account on the chain.

accounts reads the chain at finalized, compare and books are pure, proof puts them together, gap judges a lost block.
Changes nothing, except that an operator's accepted gap is recorded. Called by __main__.
"""

from indexer.prove.gap import accept_gap
from indexer.prove.proof import prove

__all__ = ["accept_gap", "prove"]
