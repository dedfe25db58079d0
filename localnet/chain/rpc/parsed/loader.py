"""Instructions of the upgradeable loader. Source: Agave, transaction-status/src/parse_bpf_loader.rs."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from localnet.chain.rpc.parsed.forms import Data, Form, Unparsable, u32, u64


def _bytes(data: Data) -> str:
    """A list of bytes, its length in front, as base64."""
    return base64.b64encode(data.take(u64(data))).decode()


_MORE = (("additionalBytes", u32),)
_PROGRAM = ("programDataAccount", "programAccount")
_PAYER = ("systemProgram", "payerAccount")
_INITIALIZE = 0

_FORMS = (
    Form(name="initializeBuffer", roles=("account",)),
    Form(name="write", roles=("account", "authority"), fields=(("offset", u32), ("bytes", _bytes))),
    Form(
        name="deployWithMaxDataLen",
        roles=("payerAccount", *_PROGRAM, "bufferAccount", "rentSysvar", "clockSysvar", "systemProgram", "authority"),
        fields=(("maxDataLen", u64),),
    ),
    Form(name="upgrade", roles=(*_PROGRAM, "bufferAccount", "spillAccount", "rentSysvar", "clockSysvar", "authority")),
    Form(name="setAuthority", roles=("account", "authority"), absent=("newAuthority",)),
    Form(name="close", roles=("account", "recipient", "authority"), absent=("programAccount",)),
    Form(name="extendProgram", roles=_PROGRAM, fields=_MORE, absent=_PAYER),
    Form(name="setAuthorityChecked", roles=("account", "authority", "newAuthority")),
    None,
    Form(name="extendProgramChecked", roles=(*_PROGRAM, "authority"), fields=_MORE, absent=_PAYER),
)
_INITIALIZE_OWNED = Form(name="initializeBuffer", roles=("account", "authority"))


def parse(accounts: Sequence[str], raw: bytes) -> dict[str, Any]:
    """An instruction of the upgradeable loader; Unparsable when it is none of these, or names no account."""
    data = Data(raw)
    kind = u32(data)
    form = _FORMS[kind] if kind < len(_FORMS) else None
    if form is None or not accounts:
        raise Unparsable(Unparsable.__doc__)
    if kind == _INITIALIZE and len(accounts) > 1:
        form = _INITIALIZE_OWNED
    return form.parsed(accounts, data)
