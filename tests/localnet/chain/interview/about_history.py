"""Questions about blocks and transactions: each encoding, detail and version; statuses; signatures of an address."""

from __future__ import annotations

from tests.localnet.chain.interview.talk import (
    CONFIRMED,
    FAILED,
    FAR,
    FINALIZED,
    HOLDER,
    LEGACY,
    ME,
    MINTED,
    NOBODY,
    ONE,
    SKIPPED,
    SLOT,
    UNKNOWN,
    ZERO,
    Interview,
    Question,
)

ENCODINGS = ("json", "jsonParsed", "base64", "base58", "binary")
READS_ALL = {**CONFIRMED, "maxSupportedTransactionVersion": 1}
TRANSACTIONS: dict[str, Question] = {
    f"transaction {signature} {encoding}": ("getTransaction", signature, {**READS_ALL, "encoding": encoding})
    for signature in (LEGACY, ZERO, ONE, FAILED, MINTED)
    for encoding in ENCODINGS
} | {
    "transaction legacy of no version": ("getTransaction", LEGACY, CONFIRMED),
    "transaction 0 of no version": ("getTransaction", ZERO, CONFIRMED),
    "transaction 1 of no version": ("getTransaction", ONE, CONFIRMED),
    "transaction 1 of version 0": ("getTransaction", ONE, {**CONFIRMED, "maxSupportedTransactionVersion": 0}),
    "transaction of any version": ("getTransaction", ONE, {**CONFIRMED, "maxSupportedTransactionVersion": 255}),
    "transaction by word": ("getTransaction", LEGACY, "base64"),
    "transaction default": ("getTransaction", LEGACY),
    "transaction null": ("getTransaction", LEGACY, None),
    "transaction finalized": ("getTransaction", LEGACY, FINALIZED),
    "transaction unknown": ("getTransaction", UNKNOWN),
}
STATUSES: dict[str, Question] = {
    "statuses": ("getSignatureStatuses", [FAILED, UNKNOWN]),
    "statuses of none": ("getSignatureStatuses", []),
    "statuses with history": ("getSignatureStatuses", [ZERO, UNKNOWN], {"searchTransactionHistory": True}),
    "statuses without history": ("getSignatureStatuses", [FAILED], {"searchTransactionHistory": False}),
}
SIGNATURES: dict[str, Question] = {
    f"signatures {name}": ("getSignaturesForAddress", ME, config)
    for name, config in {
        "": None,
        "confirmed": CONFIRMED,
        "limited": {"limit": 1},
        "before": {"before": ZERO, "limit": 2},
        "until": {"until": ZERO},
        "between": {"before": ONE, "until": LEGACY},
        "before unknown": {"before": UNKNOWN},
        "until unknown": {"until": UNKNOWN, "limit": 3},
        "from slot": {"minContextSlot": 1},
        "with context": {"withContext": True, "limit": 2},
    }.items()
} | {
    "signatures of nobody": ("getSignaturesForAddress", NOBODY),
    "signatures of a token account": ("getSignaturesForAddress", HOLDER),
}
BLOCKS: dict[str, Question] = {
    **{
        f"block {details} in {encoding}": (
            "getBlock",
            SLOT,
            {**READS_ALL, "transactionDetails": details, "encoding": encoding},
        )
        for details in ("signatures", "none")
        for encoding in ("json", "base64")
    },
    "block without rewards": ("getBlock", SLOT, {**READS_ALL, "rewards": False, "transactionDetails": "none"}),
    "block of no version in short": ("getBlock", SLOT, {**CONFIRMED, "transactionDetails": "signatures"}),
    "block of no version": ("getBlock", SLOT, CONFIRMED),
    "block skipped": ("getBlock", SKIPPED),
    "block future": ("getBlock", FAR),
    "block genesis": ("getBlock", 0),
    "block genesis without rewards": ("getBlock", 0, {**CONFIRMED, "rewards": False}),
    "block genesis by word": ("getBlock", 0, "base64"),
    "blocks": ("getBlocks", 0, SLOT, CONFIRMED),
    "blocks from": ("getBlocks", SLOT),
    "blocks from null": ("getBlocks", SLOT, None, CONFIRMED),
    "blocks from with options": ("getBlocks", SLOT, CONFIRMED),
    "blocks of nothing": ("getBlocks", SKIPPED, SKIPPED),
    "blocks backwards": ("getBlocks", 5, 2),
    "blocks future": ("getBlocks", FAR),
    "blocks from slot": ("getBlocks", 0, SLOT, {**CONFIRMED, "minContextSlot": 1}),
    "blocks limit": ("getBlocksWithLimit", 0, 5, CONFIRMED),
    "blocks limit none": ("getBlocksWithLimit", 0, 0),
    "blocks limit future": ("getBlocksWithLimit", FAR, 5),
    "time": ("getBlockTime", SLOT),
    "time genesis": ("getBlockTime", 0),
    "time skipped": ("getBlockTime", SKIPPED),
    "time future": ("getBlockTime", FAR),
}
# Statuses are remembered for some hundred slots only: they are asked first, apart from these.
TABLES = (TRANSACTIONS, SIGNATURES, BLOCKS)


def whole_blocks(one: Interview) -> None:
    """Blocks with their transactions: of these the interview's own is kept, a real block has votes beside it."""
    plain = one.call("getBlock", SLOT, READS_ALL)["result"]["transactions"]
    (at,) = [i for i, tx in enumerate(plain) if tx["transaction"]["signatures"][0] == one.facts["0"]]
    for details in ("full", "accounts"):
        for encoding in ENCODINGS:
            for rewards in (True, False):
                config = {**READS_ALL, "transactionDetails": details, "encoding": encoding, "rewards": rewards}
                block = one.call("getBlock", SLOT, config)["result"]
                block["transactions"] = [block["transactions"][at]]
                name = f"block {details} in {encoding}{'' if rewards else ' without rewards'}"
                one.keep(name, {"result": block}, ("getBlock", SLOT, config))
