"""Questions about the chain as a whole: health, slots, epochs, blockhashes, fees, supply, its validator and leaders."""

from __future__ import annotations

from tests.localnet.chain.interview.talk import (
    BLOCKHASH,
    CONFIRMED,
    FAR,
    FINALIZED,
    IDENTITY,
    ME,
    NOBODY,
    PROCESSED,
    RECENT,
    VOTE,
    Question,
)

# Methods whose only parameter are options with a commitment and a least slot.
_BY_COMMITMENT = [
    "getSlot",
    "getBlockHeight",
    "getEpochInfo",
    "getLatestBlockhash",
    "getTransactionCount",
    "getSlotLeader",
    "getSupply",
    "getStakeMinimumDelegation",
]
BY_COMMITMENT: dict[str, Question] = {
    f"{method} {name}".strip(): (method, *options)
    for method in _BY_COMMITMENT
    for name, options in {
        "": (),
        "processed": (PROCESSED,),
        "confirmed from slot 1": ({**CONFIRMED, "minContextSlot": 1},),
        "finalized": (FINALIZED,),
        "null": (None,),
    }.items()
}
PLAIN: dict[str, Question] = {
    method: (method,)
    for method in [
        "getHealth",
        "getVersion",
        "getGenesisHash",
        "getIdentity",
        "getEpochSchedule",
        "getFirstAvailableBlock",
        "minimumLedgerSlot",
        "getVoteAccounts",
        "getInflationGovernor",
        "getInflationRate",
        "getMaxRetransmitSlot",
        "getMaxShredInsertSlot",
        "getHighestSnapshotSlot",
        "getClusterNodes",
        "getLeaderSchedule",
        "getBlockProduction",
        "getLargestAccounts",
    ]
}
CHAIN: dict[str, Question] = {
    "slot unknown commitment": ("getSlot", {"commitment": "recent"}),
    "slot unknown option": ("getSlot", {"colour": "red"}),
    "supply in short": ("getSupply", {"excludeNonCirculatingAccountsList": True}),
    "supply at length": ("getSupply", {**PROCESSED, "excludeNonCirculatingAccountsList": False}),
    "rent": ("getMinimumBalanceForRentExemption", 165),
    "rent of nothing": ("getMinimumBalanceForRentExemption", 0, PROCESSED),
    "blockhash unknown": ("isBlockhashValid", NOBODY),
    "fees": ("getRecentPrioritizationFees", [ME]),
    "fees of all": ("getRecentPrioritizationFees",),
    "fees of none": ("getRecentPrioritizationFees", []),
    "fees null": ("getRecentPrioritizationFees", None),
}
VALIDATOR: dict[str, Question] = {
    "vote account": ("getVoteAccounts", {"votePubkey": VOTE}),
    "vote account of a wallet": ("getVoteAccounts", {"votePubkey": ME}),
    "vote accounts processed": ("getVoteAccounts", {**PROCESSED, "keepUnstakedDelinquents": True}),
    "vote accounts close": ("getVoteAccounts", {"delinquentSlotDistance": 1_000_000}),
    "schedule of a slot": ("getLeaderSchedule", 0),
    "schedule null": ("getLeaderSchedule", None, CONFIRMED),
    "schedule of the validator": ("getLeaderSchedule", {"identity": IDENTITY}),
    "schedule of a wallet": ("getLeaderSchedule", {"identity": ME}),
    "schedule of a wallet at a slot": ("getLeaderSchedule", 0, {"identity": ME}),
    "schedule far": ("getLeaderSchedule", FAR),
    "leaders": ("getSlotLeaders", 0, 2),
    "production of the validator": ("getBlockProduction", {"identity": IDENTITY}),
    "production of a wallet": ("getBlockProduction", {"identity": ME}),
    "production from": ("getBlockProduction", {**CONFIRMED, "range": {"firstSlot": 0}}),
    "production between": ("getBlockProduction", {"range": {"firstSlot": 0, "lastSlot": 0}}),
    "commitment far": ("getBlockCommitment", FAR),
    "governor processed": ("getInflationGovernor", PROCESSED),
    "samples none": ("getRecentPerformanceSamples", 0),
    "largest": ("getLargestAccounts", {"filter": "circulating", "sortResults": True}),
    "largest confirmed": ("getLargestAccounts", CONFIRMED),
    "largest locked": ("getLargestAccounts", {"filter": "nonCirculating"}),
}
# What is known of recent slots only is asked first.
NEW: dict[str, Question] = {
    "commitment": ("getBlockCommitment", RECENT),
    "blockhash valid": ("isBlockhashValid", BLOCKHASH, CONFIRMED),
    "blockhash from slot": ("isBlockhashValid", BLOCKHASH, {**PROCESSED, "minContextSlot": 1}),
}
TABLES = (PLAIN, BY_COMMITMENT, CHAIN, VALIDATOR)
