"""Which generated file an event or instruction of the market goes into: the folders of its instructions in Rust.

Those of the creator program go into `creator`. A name of the market that is not placed makes the generator stop, so
that every new one is put on the map by hand.
"""

from collections.abc import Mapping, Sequence

from idl.errors import SchemaError

INSTRUCTION_FILES: Mapping[str, tuple[str, ...]] = {
    "admin": (
        "init_config", "propose_config_change", "apply_config_change", "accept_admin", "set_pause", "set_mint_rule",
    ),
    "create": ("create_market", "vote", "tally_proposal", "activate", "reject"),
    "trade": (
        "stake", "buy", "sell", "split", "merge", "transfer_shares", "withdraw",
    ),
    "book": ("place_order", "cancel_order", "cancel_all", "prune", "sweep_seat"),
    "resolve": (
        "record_strike", "resolve_by_price", "propose_outcome", "dispute", "tally_dispute", "rule", "finalize",
        "announce_void", "cancel_void", "void_inactive",
    ),
    "settle": (
        "claim", "pay_out", "claim_bond", "claim_vote", "collect_fees", "withdraw_subsidy", "close_book",
        "close_resolution", "close_market", "close_orphan",
    ),
}  # fmt: skip

EVENT_FILES: Mapping[str, tuple[str, ...]] = {
    "admin": ("ConfigChanged", "PauseSet", "MintRuleSet"),
    "create": ("MarketCreated", "Activated", "StateChanged"),
    "trade": (
        "Staked",
        "Traded",
        "OrderPlaced",
        "OrdersCancelled",
        "SeatSwept",
        "SharesTransferred",
        "Withdrawn",
    ),
    "resolve": ("StrikeRecorded", "PriceCandidate", "PriceResolved", "VoidAnnounced", "OutcomeProposed"),
    "vote": ("VoteCast", "VoteClaimed", "Disputed", "Tallied", "Ruled"),
    "settle": ("PaidOut", "BondClaimed", "FeesCollected", "SubsidyWithdrawn", "Closed"),
}


def place(names: Sequence[str], files: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """The given names by file, in the order of the map; raises SchemaError for one that is not on it."""
    lost = set(names) - {name for listed in files.values() for name in listed}
    if lost:
        raise SchemaError(f"idl/placing.py does not say where these go: {', '.join(sorted(lost))}")
    chosen = {file: [name for name in listed if name in names] for file, listed in files.items()}
    return {file: listed for file, listed in chosen.items() if listed}
