"""Instructions of both token programs. Source: Agave, transaction-status/src/parse_token.rs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from localnet.chain.rpc.parsed import token_extensions, token_interfaces
from localnet.chain.rpc.parsed.extensions import NAMES
from localnet.chain.rpc.parsed.forms import (
    Data,
    Form,
    Read,
    Unparsable,
    digits,
    key,
    key_or_none,
    optional,
    text_to_the_end,
    u8,
)
from localnet.chain.rpc.parsed.token_extensions import checked

AUTHORITIES = (
    "mintTokens",
    "freezeAccount",
    "accountOwner",
    "closeAccount",
    "transferFeeConfig",
    "withheldWithdraw",
    "closeMint",
    "interestRate",
    "permanentDelegate",
    "confidentialTransferMint",
    "transferHookProgramId",
    "confidentialTransferFeeConfig",
    "metadataPointer",
    "groupPointer",
    "groupMemberPointer",
    "scaledUiAmount",
    "pause",
    "permissionedBurn",
)
_OF_ACCOUNTS = frozenset({2, 3})
_SET_AUTHORITY, _BATCH = 6, 255


def _authority(data: Data) -> str:
    kind = u8(data)
    if kind >= len(AUTHORITIES):
        raise Unparsable(Unparsable.__doc__)
    return AUTHORITIES[kind]


def _extensions(data: Data) -> list[str]:
    """The names of extension types, two bytes each, to the end."""
    raw = data.rest()
    kinds = [int.from_bytes(raw[at : at + 2], "little") for at in range(0, len(raw), 2)]
    if len(raw) % 2 or not all(kind < len(NAMES) for kind in kinds):
        raise Unparsable(Unparsable.__doc__)
    return [NAMES[kind] for kind in kinds]


def _extensions_or_none(data: Data) -> list[str] | None:
    return _extensions(data) or None


_MINT_FIELDS: tuple[tuple[str, Read], ...] = (
    ("decimals", u8),
    ("mintAuthority", key),
    ("freezeAuthority", key_or_none),
)
_AMOUNT, _CHECKED, _OWNER, _M = (("amount", digits),), (("tokenAmount", checked),), (("owner", key),), (("m", u8),)
_NEW: tuple[tuple[str, Read], ...] = (("authorityType", _authority), ("newAuthority", key_or_none))
_MAYBE = ("freezeAuthority",)
_TYPES: tuple[tuple[str, Read], ...] = (("extensionTypes", _extensions),)
_TYPES_OR_NONE: tuple[tuple[str, Read], ...] = (("extensionTypes", _extensions_or_none),)

_FORMS = {
    0: Form(name="initializeMint", roles=("mint", "rentSysvar"), fields=_MINT_FIELDS, silent=_MAYBE),
    1: Form(name="initializeAccount", roles=("account", "mint", "owner", "rentSysvar")),
    2: Form(name="initializeMultisig", roles=("multisig", "rentSysvar"), fields=_M, listed="signers"),
    3: Form(name="transfer", roles=("source", "destination"), fields=_AMOUNT, signer="authority"),
    4: Form(name="approve", roles=("source", "delegate"), fields=_AMOUNT, signer="owner"),
    5: Form(name="revoke", roles=("source",), signer="owner"),
    _SET_AUTHORITY: Form(name="setAuthority", roles=("mint",), fields=_NEW, signer="authority"),
    7: Form(name="mintTo", roles=("mint", "account"), fields=_AMOUNT, signer="mintAuthority"),
    8: Form(name="burn", roles=("account", "mint"), fields=_AMOUNT, signer="authority"),
    9: Form(name="closeAccount", roles=("account", "destination"), signer="owner"),
    10: Form(name="freezeAccount", roles=("account", "mint"), signer="freezeAuthority"),
    11: Form(name="thawAccount", roles=("account", "mint"), signer="freezeAuthority"),
    12: Form(name="transferChecked", roles=("source", "mint", "destination"), fields=_CHECKED, signer="authority"),
    13: Form(name="approveChecked", roles=("source", "mint", "delegate"), fields=_CHECKED, signer="owner"),
    14: Form(name="mintToChecked", roles=("mint", "account"), fields=_CHECKED, signer="mintAuthority"),
    15: Form(name="burnChecked", roles=("account", "mint"), fields=_CHECKED, signer="authority"),
    16: Form(name="initializeAccount2", roles=("account", "mint", "rentSysvar"), fields=_OWNER),
    17: Form(name="syncNative", roles=("account",)),
    18: Form(name="initializeAccount3", roles=("account", "mint"), fields=_OWNER),
    19: Form(name="initializeMultisig2", roles=("multisig",), fields=_M, listed="signers"),
    20: Form(name="initializeMint2", roles=("mint",), fields=_MINT_FIELDS, silent=_MAYBE),
    21: Form(name="getAccountDataSize", roles=("mint",), fields=_TYPES_OR_NONE, silent=("extensionTypes",)),
    22: Form(name="initializeImmutableOwner", roles=("account",)),
    23: Form(name="amountToUiAmount", roles=("mint",), fields=_AMOUNT),
    24: Form(name="uiAmountToAmount", roles=("mint",), fields=(("uiAmount", text_to_the_end),)),
    25: Form(name="initializeMintCloseAuthority", roles=("mint",), fields=(("newAuthority", key_or_none),)),
    29: Form(name="reallocate", roles=("account", "payer", "systemProgram"), fields=_TYPES, signer="owner"),
    31: Form(name="createNativeMint", roles=("payer", "nativeMint", "systemProgram")),
    32: Form(name="initializeNonTransferableMint", roles=("mint",)),
    35: Form(name="initializePermanentDelegate", roles=("mint",), fields=(("delegate", key),)),
    38: Form(name="withdrawExcessLamports", roles=("source", "destination"), signer="authority"),
    45: Form(
        name="unwrapLamports",
        roles=("source", "destination"),
        fields=(("amount", optional(digits)),),
        silent=("amount",),
        signer="authority",
    ),
}
_SET_ACCOUNT_AUTHORITY = Form(name="setAuthority", roles=("account",), fields=_NEW, signer="authority")


def parse(accounts: Sequence[str], raw: bytes) -> dict[str, Any]:
    """An instruction of a token program; Unparsable when it is none of these, or names no account."""
    data = Data(raw)
    kind = u8(data)
    if not accounts:
        raise Unparsable(Unparsable.__doc__)
    if kind == _BATCH:
        return _batch(accounts, data.rest())
    if kind in token_extensions.FAMILIES:
        return token_extensions.parse(kind, accounts, data)
    form = _FORMS.get(kind)
    if form is None:
        return token_interfaces.parse(accounts, raw)
    if kind == _SET_AUTHORITY and len(raw) > 1 and raw[1] in _OF_ACCOUNTS:
        form = _SET_ACCOUNT_AUTHORITY
    return form.parsed(accounts, data)


def _batch(accounts: Sequence[str], raw: bytes) -> dict[str, Any]:
    """Several instructions in one: for each the number of its accounts, the length of its data, its data."""
    found: list[dict[str, Any]] = []
    data, first = Data(raw), 0
    left = len(raw)
    while left:
        count, size = u8(data), u8(data)
        inner = data.take(size)
        left -= 2 + size
        if first + count > len(accounts) or inner[:1] == bytes([_BATCH]):
            raise Unparsable(Unparsable.__doc__)
        found.append(parse(accounts[first : first + count], inner))
        first += count
    return {"info": {"instructions": found}, "type": "batch"}
