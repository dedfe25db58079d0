"""Lookup tables: the instructions of their program, and a table itself.

Source: Agave, parse_address_lookup_table.rs in transaction-status/src and in account-decoder/src.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from solders.pubkey import Pubkey

from localnet.chain.rpc.parsed.forms import Data, Form, Unparsable, key, u8, u32, u64

_HEADER_BYTES, _KEY_BYTES = 56, 32
_TABLE = ("lookupTableAccount", "lookupTableAuthority")
_PAYER = ("payerAccount", "systemProgram")


def _keys(data: Data) -> list[str]:
    """A list of addresses, its length in front."""
    count = u64(data)
    return [key(Data(data.take(_KEY_BYTES))) for _ in range(count)]


_EXTEND = 2
_NEW = (("newAddresses", _keys),)
_FORMS = (
    Form(name="createLookupTable", roles=(*_TABLE, *_PAYER), fields=(("recentSlot", u64), ("bumpSeed", u8))),
    Form(name="freezeLookupTable", roles=_TABLE),
    Form(name="extendLookupTable", roles=_TABLE, fields=_NEW),
    Form(name="deactivateLookupTable", roles=_TABLE),
    Form(name="closeLookupTable", roles=(*_TABLE, "recipient")),
)
_EXTEND_PAID = Form(name="extendLookupTable", roles=(*_TABLE, *_PAYER), fields=_NEW)


def parse(accounts: Sequence[str], raw: bytes) -> dict[str, Any]:
    """An instruction of the lookup table program; Unparsable when it is none, or names no account."""
    data = Data(raw)
    kind = u32(data)
    if kind >= len(_FORMS) or not accounts:
        raise Unparsable(Unparsable.__doc__)
    form = _EXTEND_PAID if kind == _EXTEND and len(accounts) >= len(_EXTEND_PAID.roles) else _FORMS[kind]
    return form.parsed(accounts, data)


def table(data: bytes) -> dict[str, Any] | None:
    """A lookup table: state, slots, authority, then the addresses from byte 56 on; None where there is none."""
    if len(data) < _HEADER_BYTES:
        return None
    kind, deactivated, extended, start, has_authority, authority = struct.unpack_from("<IQQBB32s", data)
    if kind == 0:
        return {"type": "uninitialized"}
    if kind != 1:
        return None
    info: dict[str, Any] = {
        "addresses": [str(Pubkey(data[at : at + _KEY_BYTES])) for at in range(_HEADER_BYTES, len(data), _KEY_BYTES)],
        "deactivationSlot": str(deactivated),
        "lastExtendedSlot": str(extended),
        "lastExtendedSlotStartIndex": start,
    }
    if has_authority:
        info["authority"] = str(Pubkey(authority))
    return {"info": info, "type": "lookupTable"}
