"""The runtime's own accounts as values. Names and kinds are those that a real validator shows."""

from __future__ import annotations

import base64
import struct
from typing import Any

import pytest
from solders.pubkey import Pubkey

from localnet.chain.node import Chain
from localnet.chain.rpc.parsed.sysvars import SLOT_HISTORY_BITS, SYSVARS, sysvar
from tests.localnet.chain.people import Client

HASH = bytes([7] * 32)
SEVEN = str(Pubkey(HASH))
# What a validator's accounts held, and how it showed them.
REAL: dict[str, tuple[str, dict[str, Any]]] = {
    "SysvarC1ock11111111111111111111111111111111": (
        "WgAAAAAAAABFEgJrAAAAAAAAAAAAAAAAAQAAAAAAAABbEgJrAAAAAA==",
        {
            "info": {
                "epoch": 0,
                "epochStartTimestamp": 1795297861,
                "leaderScheduleEpoch": 1,
                "slot": 90,
                "unixTimestamp": 1795297883,
            },
            "type": "clock",
        },
    ),
    "SysvarEpochSchedu1e111111111111111111111111": (
        "gJcGAAAAAACAlwYAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        {
            "info": {
                "firstNormalEpoch": 0,
                "firstNormalSlot": 0,
                "leaderScheduleSlotOffset": 432000,
                "slotsPerEpoch": 432000,
                "warmup": False,
            },
            "type": "epochSchedule",
        },
    ),
    "SysvarRent111111111111111111111111111111111": (
        "MBsAAAAAAAAAAAAAAADwPzI=",
        {"info": {"lamportsPerByte": "6960"}, "type": "rent"},
    ),
}
MADE: dict[str, tuple[bytes, Any]] = {
    "SysvarFees111111111111111111111111111111111": (
        struct.pack("<Q", 5000),
        {"feeCalculator": {"lamportsPerSignature": "5000"}},
    ),
    "SysvarRecentB1ockHashes11111111111111111111": (
        struct.pack("<Q32sQ", 1, HASH, 5000),
        [{"blockhash": SEVEN, "feeCalculator": {"lamportsPerSignature": "5000"}}],
    ),
    "SysvarRewards111111111111111111111111111111": (struct.pack("<d", 0.5), {"validatorPointValue": 0.5}),
    "SysvarS1otHashes111111111111111111111111111": (
        struct.pack("<QQ32sQ32s", 2, 9, HASH, 8, HASH),
        [{"hash": SEVEN, "slot": 9}, {"hash": SEVEN, "slot": 8}],
    ),
    "SysvarStakeHistory1111111111111111111111111": (
        struct.pack("<QQQQQ", 1, 4, 30, 20, 10),
        [{"epoch": 4, "stakeHistory": {"activating": 20, "deactivating": 10, "effective": 30}}],
    ),
    "SysvarLastRestartS1ot1111111111111111111111": (struct.pack("<Q", 3), {"lastRestartSlot": 3}),
    "SysvarEpochRewards1111111111111111111111111": (
        struct.pack("<QQ32sQQQQB", 5, 2, HASH, 0, 1, 6, 7, 1),
        {
            "active": True,
            "distributedRewards": "7",
            "distributionStartingBlockHeight": 5,
            "numPartitions": 2,
            "parentBlockhash": SEVEN,
            "totalPoints": str(2**64),
            "totalRewards": "6",
        },
    ),
    "SysvarS1otHistory11111111111111111111111111": (
        struct.pack("<BQQQQ", 1, 1, 0b1011, 64, 4),
        {"bits": "1101".ljust(SLOT_HISTORY_BITS, "0"), "nextSlot": 4},
    ),
}


@pytest.mark.parametrize("key", REAL)
def test_as_a_validator_shows_it(key: str) -> None:
    """The same bytes, the same values."""
    data, shown = REAL[key]
    assert sysvar(Pubkey.from_string(key), base64.b64decode(data)) == shown


@pytest.mark.parametrize("key", MADE)
def test_the_others(key: str) -> None:
    """Lists, fees, rewards, histories; a bit for each slot."""
    data, info = MADE[key]
    found = sysvar(Pubkey.from_string(key), data)
    assert found is not None
    assert found["info"] == info
    assert sysvar(Pubkey.from_string(key), data[:-1]) is None


def test_every_one_is_tested() -> None:
    """No sysvar is shown that nothing here holds; what is none stays bytes."""
    assert {str(one) for one in SYSVARS} == {*REAL, *MADE}
    assert sysvar(Pubkey.default(), bytes(80)) is None


def test_over_the_wire(chain: Chain, client: Client) -> None:
    """All that the embedded chain has of them are shown parsed."""
    chain.produce(3)
    present = [one for one in SYSVARS if chain.account(one) is not None]
    assert len(present) >= 9
    for key in present:
        data = client.ask("getAccountInfo", str(key), {"encoding": "jsonParsed", "commitment": "processed"})["value"]
        assert data["data"]["program"] == "sysvar", key
