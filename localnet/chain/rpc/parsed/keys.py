"""The account keys of a transaction as jsonParsed shows them. Pure."""

from __future__ import annotations

from typing import Any

from solders.pubkey import Pubkey

from localnet.chain.genesis import LOADER_V3
from localnet.chain.model import Outcome
from localnet.chain.wire import Wire

# Keys that no transaction can write to, whatever its header says. Source: Agave, crate reserved-account-keys.
RESERVED = frozenset(
    Pubkey.from_string(one)
    for one in (
        "11111111111111111111111111111111",
        "AddressLookupTab1e1111111111111111111111111",
        "BPFLoader1111111111111111111111111111111111",
        "BPFLoader2111111111111111111111111111111111",
        "BPFLoaderUpgradeab1e11111111111111111111111",
        "ComputeBudget111111111111111111111111111111",
        "Config1111111111111111111111111111111111111",
        "Ed25519SigVerify111111111111111111111111111",
        "Feature111111111111111111111111111111111111",
        "KeccakSecp256k11111111111111111111111111111",
        "LoaderV411111111111111111111111111111111111",
        "NativeLoader1111111111111111111111111111111",
        "Secp256r1SigVerify1111111111111111111111111",
        "Stake11111111111111111111111111111111111111",
        "StakeConfig11111111111111111111111111111111",
        "Sysvar1111111111111111111111111111111111111",
        "SysvarC1ock11111111111111111111111111111111",
        "SysvarEpochRewards1111111111111111111111111",
        "SysvarEpochSchedu1e111111111111111111111111",
        "SysvarFees111111111111111111111111111111111",
        "Sysvar1nstructions1111111111111111111111111",
        "SysvarLastRestartS1ot1111111111111111111111",
        "SysvarRecentB1ockHashes11111111111111111111",
        "SysvarRent111111111111111111111111111111111",
        "SysvarRewards111111111111111111111111111111",
        "SysvarS1otHashes111111111111111111111111111",
        "SysvarS1otHistory11111111111111111111111111",
        "SysvarStakeHistory1111111111111111111111111",
        "Vote111111111111111111111111111111111111111",
        "ZkE1Gama1Proof11111111111111111111111111111",
        "ZkTokenProof1111111111111111111111111111111",
    )
)


def parsed_keys(wire: Wire, outcome: Outcome) -> list[dict[str, Any]]:
    """Every key with who signed, what may be written, and whether it came from a lookup table."""
    static = len(wire.keys)
    return [
        {
            "pubkey": str(key),
            "signer": index < wire.required,
            "source": "transaction" if index < static else "lookupTable",
            "writable": _is_writable(wire, outcome, index),
        }
        for index, key in enumerate(outcome.keys)
    ]


def _is_writable(wire: Wire, outcome: Outcome, index: int) -> bool:
    """Whether a key can be written: neither a reserved one nor a program that is called, unless it may be upgraded."""
    static = len(wire.keys)
    asked = wire.is_writable(index) if index < static else index < static + outcome.loaded_writable
    if not asked or outcome.keys[index] in RESERVED:
        return False
    is_called = any(one.program_id_index == index for one in wire.instructions)
    return not is_called or LOADER_V3 in outcome.keys
