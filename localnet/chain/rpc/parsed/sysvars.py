"""The accounts of the runtime itself: clock, rent, epochs, hashes, histories. Pure.

Source: Agave, account-decoder/src/parse_sysvar.rs; layouts are bincode's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from solders.hash import Hash
from solders.pubkey import Pubkey

from localnet.chain.bank import CLOCK
from localnet.chain.rpc.parsed.forms import (
    Data,
    Read,
    Unparsable,
    digits,
    double,
    flag,
    i64,
    nested,
    optional,
    u64,
    unsigned,
)

RENT = Pubkey.from_string("SysvarRent111111111111111111111111111111111")
SLOT_HISTORY_BITS = 1024 * 1024


def _hash(data: Data) -> str:
    return str(Hash(data.take(32)))


def _list(*fields: tuple[str, Read]) -> Callable[[Data], list[dict[str, Any]]]:
    one = nested(*fields)
    return lambda data: [one(data) for _ in range(u64(data))]


def _wide(data: Data) -> str:
    return str(unsigned(16)(data))


def _words(data: Data) -> bytes:
    return data.take(8 * u64(data))


def _slot_history(data: Data) -> dict[str, Any]:
    """A bit for each of the newest slots, the lowest first, as one long text; beyond what is stored all are 0."""
    raw = optional(_words)(data) or b""
    u64(data)
    ones = bin(int.from_bytes(raw, "little"))[:1:-1]
    return {"bits": ones[:SLOT_HISTORY_BITS].ljust(SLOT_HISTORY_BITS, "0"), "nextSlot": u64(data)}


_fee_calculator = nested(("lamportsPerSignature", digits))
_stake = nested(("effective", u64), ("activating", u64), ("deactivating", u64))
_KINDS: dict[Pubkey, tuple[str, Read]] = {
    CLOCK: (
        "clock",
        nested(
            ("slot", u64),
            ("epochStartTimestamp", i64),
            ("epoch", u64),
            ("leaderScheduleEpoch", u64),
            ("unixTimestamp", i64),
        ),
    ),
    RENT: ("rent", nested(("lamportsPerByte", digits))),
    Pubkey.from_string("SysvarEpochSchedu1e111111111111111111111111"): (
        "epochSchedule",
        nested(
            ("slotsPerEpoch", u64),
            ("leaderScheduleSlotOffset", u64),
            ("warmup", flag),
            ("firstNormalEpoch", u64),
            ("firstNormalSlot", u64),
        ),
    ),
    Pubkey.from_string("SysvarFees111111111111111111111111111111111"): (
        "fees",
        nested(("feeCalculator", _fee_calculator)),
    ),
    Pubkey.from_string("SysvarRecentB1ockHashes11111111111111111111"): (
        "recentBlockhashes",
        _list(("blockhash", _hash), ("feeCalculator", _fee_calculator)),
    ),
    Pubkey.from_string("SysvarRewards111111111111111111111111111111"): (
        "rewards",
        nested(("validatorPointValue", double)),
    ),
    Pubkey.from_string("SysvarS1otHashes111111111111111111111111111"): (
        "slotHashes",
        _list(("slot", u64), ("hash", _hash)),
    ),
    Pubkey.from_string("SysvarS1otHistory11111111111111111111111111"): ("slotHistory", _slot_history),
    Pubkey.from_string("SysvarStakeHistory1111111111111111111111111"): (
        "stakeHistory",
        _list(("epoch", u64), ("stakeHistory", _stake)),
    ),
    Pubkey.from_string("SysvarLastRestartS1ot1111111111111111111111"): (
        "lastRestartSlot",
        nested(("lastRestartSlot", u64)),
    ),
    Pubkey.from_string("SysvarEpochRewards1111111111111111111111111"): (
        "epochRewards",
        nested(
            ("distributionStartingBlockHeight", u64),
            ("numPartitions", u64),
            ("parentBlockhash", _hash),
            ("totalPoints", _wide),
            ("totalRewards", digits),
            ("distributedRewards", digits),
            ("active", flag),
        ),
    ),
}
SYSVARS = frozenset(_KINDS)


def sysvar(key: Pubkey, data: bytes) -> dict[str, Any] | None:
    """The sysvar at an address; None when there is none, or its bytes are too few."""
    if key not in _KINDS:
        return None
    name, read = _KINDS[key]
    try:
        return {"info": read(Data(data)), "type": name}
    except Unparsable:
        return None
