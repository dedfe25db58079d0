"""The nouns of the relayer and the ports of its shell; no I/O, no clock.

intent   ACCEPTED -policy-> READY -attempt committed-> IN_FLIGHT -done at confirmed-> EFFECTIVE -done at final-> SETTLED
         ACCEPTED|READY -policy or simulation says no-> REJECTED        EFFECTIVE -rollback-> IN_FLIGHT
         IN_FLIGHT -all lanes EXPIRED_PROVEN-> READY (crank) | RETURNED (wallet_tx)
         IN_FLIGHT -closed, not done, finalized-> SUPERSEDED
         IN_FLIGHT -FINAL_ERR: retry_later-> READY | never-> FAILED_FINAL | "already" and done-> SETTLED (by other)
         any open -contradiction or tries used up-> NEEDS_REVIEW
attempt  SIGNED -> PUBLISHED -> SEEN -> CONFIRMED -> FINAL_OK | FINAL_ERR
         SEEN|CONFIRMED -rollback-> PUBLISHED;  SIGNED|PUBLISHED|SEEN|CONFIRMED -R4-> EXPIRED_PROVEN
"""

from relayer.model.facts import (
    Blockhash,
    Epoch,
    Heights,
    Level,
    Observed,
    Seen,
    Simulated,
    Snapshot,
    Standing,
    Statuses,
    Verdict,
)
from relayer.model.nouns import (
    BLOCKHASH_BLOCKS,
    GROUP_MAX,
    LIVE_ATTEMPTS,
    OPEN_STATES,
    PAYER,
    WALLET_TX,
    WORKED_STATES,
    Attempt,
    AttemptState,
    Claim,
    Crank,
    Intent,
    IntentState,
    RetryClass,
    Step,
)
from relayer.model.ports import (
    Chain,
    Journal,
    Kind,
    Mirror,
    Signer,
    Witness,
)
from relayer.model.writes import (
    Begun,
    Change,
    Mark,
    Proof,
    Start,
)

__all__ = [
    "BLOCKHASH_BLOCKS",
    "GROUP_MAX",
    "LIVE_ATTEMPTS",
    "OPEN_STATES",
    "PAYER",
    "WALLET_TX",
    "WORKED_STATES",
    "Attempt",
    "AttemptState",
    "Begun",
    "Blockhash",
    "Chain",
    "Change",
    "Claim",
    "Crank",
    "Epoch",
    "Heights",
    "Intent",
    "IntentState",
    "Journal",
    "Kind",
    "Level",
    "Mark",
    "Mirror",
    "Observed",
    "Proof",
    "RetryClass",
    "Seen",
    "Signer",
    "Simulated",
    "Snapshot",
    "Standing",
    "Start",
    "Statuses",
    "Step",
    "Verdict",
    "Witness",
]
