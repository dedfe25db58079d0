"""Instructions of the system program. Source: Agave, transaction-status/src/parse_system.rs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from localnet.chain.rpc.parsed.forms import Data, Form, Unparsable, key, text, u32, u64

_LAMPORTS, _SPACE, _OWNER = ("lamports", u64), ("space", u64), ("owner", key)
_BASE, _SEED = ("base", key), ("seed", text)
_HASHES, _RENT = "recentBlockhashesSysvar", "rentSysvar"

_FORMS = (
    Form(name="createAccount", roles=("source", "newAccount"), fields=(_LAMPORTS, _SPACE, _OWNER)),
    Form(name="assign", roles=("account",), fields=(_OWNER,)),
    Form(name="transfer", roles=("source", "destination"), fields=(_LAMPORTS,)),
    Form(
        name="createAccountWithSeed",
        roles=("source", "newAccount"),
        fields=(_BASE, _SEED, _LAMPORTS, _SPACE, _OWNER),
    ),
    Form(name="advanceNonce", roles=("nonceAccount", _HASHES, "nonceAuthority")),
    Form(
        name="withdrawFromNonce",
        roles=("nonceAccount", "destination", _HASHES, _RENT, "nonceAuthority"),
        fields=(_LAMPORTS,),
    ),
    Form(name="initializeNonce", roles=("nonceAccount", _HASHES, _RENT), fields=(("nonceAuthority", key),)),
    Form(name="authorizeNonce", roles=("nonceAccount", "nonceAuthority"), fields=(("newAuthorized", key),)),
    Form(name="allocate", roles=("account",), fields=(_SPACE,)),
    Form(name="allocateWithSeed", roles=("account",), fields=(_BASE, _SEED, _SPACE, _OWNER), needs=2),
    Form(name="assignWithSeed", roles=("account",), fields=(_BASE, _SEED, _OWNER), needs=2),
    Form(
        name="transferWithSeed",
        roles=("source", "sourceBase", "destination"),
        fields=(_LAMPORTS, ("sourceSeed", text), ("sourceOwner", key)),
    ),
    Form(name="upgradeNonce", roles=("nonceAccount",)),
    Form(name="createAccountAllowPrefund", roles=("newAccount", "source"), fields=(_LAMPORTS, _SPACE, _OWNER)),
)
_PREFUND = 13
_PREFUND_ALONE = Form(name="createAccountAllowPrefund", roles=("newAccount",), fields=(_SPACE, _OWNER))


def parse(accounts: Sequence[str], raw: bytes) -> dict[str, Any]:
    """An instruction of the system program; Unparsable when it is none, or names no account."""
    data = Data(raw)
    kind = u32(data)
    if kind >= len(_FORMS) or not accounts:
        raise Unparsable(Unparsable.__doc__)
    if kind == _PREFUND and not int.from_bytes(raw[4:12], "little"):
        data.take(8)
        return _PREFUND_ALONE.parsed(accounts, data)
    return _FORMS[kind].parsed(accounts, data)
