"""Stake: the instructions of its program, and its accounts. Pure.

Source: Agave, parse_stake.rs in transaction-status/src and in account-decoder/src; layouts are bincode's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from solders.pubkey import Pubkey

from localnet.chain.rpc.parsed.forms import (
    Data,
    Form,
    Read,
    Unparsable,
    digits,
    i64,
    key,
    nested,
    optional,
    text,
    u32,
    u64,
)

STAKE = Pubkey.from_string("Stake11111111111111111111111111111111111111")
_AUTHORITIES = ("Staker", "Withdrawer")
_SET_LOCKUP_CHECKED, _GET_MINIMUM = 12, 13


def _authority(data: Data) -> str:
    kind = u32(data)
    if kind >= len(_AUTHORITIES):
        raise Unparsable(Unparsable.__doc__)
    return _AUTHORITIES[kind]


def _lockup_changes(data: Data) -> dict[str, Any]:
    return {name: value for name, value in _changes(data).items() if value is not None}


def _lockup_changes_checked(data: Data) -> dict[str, Any]:
    return {name: value for name, value in _changes_checked(data).items() if value is not None}


_changes = nested(("unixTimestamp", optional(i64)), ("epoch", optional(u64)), ("custodian", optional(key)))
_changes_checked = nested(("unixTimestamp", optional(i64)), ("epoch", optional(u64)))
_authorized = nested(("staker", key), ("withdrawer", key))
_lockup = nested(("unixTimestamp", i64), ("epoch", u64), ("custodian", key))
_CUSTODIAN = ("custodian",)
_LAMPORTS: tuple[tuple[str, Read], ...] = (("lamports", u64),)
_TYPE: tuple[tuple[str, Read], ...] = (("authorityType", _authority),)
_SEED: tuple[tuple[str, Read], ...] = (*_TYPE, ("authoritySeed", text), ("authorityOwner", key))
_OWN, _HISTORY = ("stakeAccount", "custodian"), ("clockSysvar", "stakeHistorySysvar")
_MOVE = ("source", "destination", "stakeAuthority")

_FORMS = (
    Form(
        name="initialize",
        roles=("stakeAccount", "rentSysvar"),
        fields=(("authorized", _authorized), ("lockup", _lockup)),
    ),
    Form(
        name="authorize",
        roles=("stakeAccount", "clockSysvar", "authority"),
        fields=(("newAuthority", key), *_TYPE),
        maybe=_CUSTODIAN,
    ),
    Form(name="delegate", roles=("stakeAccount", "voteAccount", *_HISTORY, "stakeConfigAccount", "stakeAuthority")),
    Form(name="split", roles=("stakeAccount", "newSplitAccount", "stakeAuthority"), fields=_LAMPORTS),
    Form(
        name="withdraw",
        roles=("stakeAccount", "destination", *_HISTORY, "withdrawAuthority"),
        fields=_LAMPORTS,
        maybe=_CUSTODIAN,
    ),
    Form(name="deactivate", roles=("stakeAccount", "clockSysvar", "stakeAuthority")),
    Form(name="setLockup", roles=_OWN, fields=(("lockup", _lockup_changes),)),
    Form(name="merge", roles=("destination", "source", *_HISTORY, "stakeAuthority")),
    Form(
        name="authorizeWithSeed",
        roles=("stakeAccount", "authorityBase"),
        fields=(("newAuthorized", key), *_SEED),
        maybe=("clockSysvar", "custodian"),
    ),
    Form(name="initializeChecked", roles=("stakeAccount", "rentSysvar", "staker", "withdrawer")),
    Form(
        name="authorizeChecked",
        roles=("stakeAccount", "clockSysvar", "authority", "newAuthority"),
        fields=_TYPE,
        maybe=_CUSTODIAN,
    ),
    Form(
        name="authorizeCheckedWithSeed",
        roles=("stakeAccount", "authorityBase", "clockSysvar", "newAuthorized"),
        fields=_SEED,
        maybe=_CUSTODIAN,
    ),
    Form(name="setLockupChecked", roles=_OWN, fields=(("lockup", _lockup_changes_checked),)),
    Form(name="getMinimumDelegation"),
    Form(name="deactivateDelinquent", roles=("stakeAccount", "voteAccount", "referenceVoteAccount")),
    Form(
        name="redelegate",
        roles=("stakeAccount", "newStakeAccount", "voteAccount", "stakeConfigAccount", "stakeAuthority"),
    ),
    Form(name="moveStake", roles=_MOVE, fields=_LAMPORTS),
    Form(name="moveLamports", roles=_MOVE, fields=_LAMPORTS),
)


def parse(accounts: Sequence[str], raw: bytes) -> dict[str, Any]:
    """An instruction of the stake program; Unparsable when it is none, or names no account."""
    data = Data(raw)
    kind = u32(data)
    if kind >= len(_FORMS) or not accounts:
        raise Unparsable(Unparsable.__doc__)
    parsed = _FORMS[kind].parsed(accounts, data)
    if kind == _GET_MINIMUM:
        return {"type": parsed["type"]}
    if kind == _SET_LOCKUP_CHECKED and len(accounts) > len(_OWN):
        parsed["info"]["lockup"] |= {"custodian": accounts[len(_OWN)]}
    return parsed


_meta = nested(("rentExemptReserve", digits), ("authorized", _authorized), ("lockup", _lockup))
_delegation = nested(
    ("voter", key), ("stake", digits), ("activationEpoch", digits), ("deactivationEpoch", digits), ("warmup", u64)
)


def account(raw: bytes) -> dict[str, Any] | None:
    """A stake account: its rent, authorities and lockup, and to whom it is delegated; None when it is none."""
    data = Data(raw)
    try:
        match u32(data):
            case 0:
                return {"type": "uninitialized"}
            case 1:
                return {"info": {"meta": _meta(data), "stake": None}, "type": "initialized"}
            case 2:
                return {"info": {"meta": _meta(data), "stake": _stake(data)}, "type": "delegated"}
            case 3:
                return {"type": "rewardsPool"}
    except Unparsable:
        return None
    return None


def _stake(data: Data) -> dict[str, Any]:
    """What is delegated; the rate of warming up and the flags are not shown."""
    delegation = _delegation(data)
    del delegation["warmup"]
    found = {"delegation": delegation, "creditsObserved": u64(data)}
    data.take(1)
    return found
