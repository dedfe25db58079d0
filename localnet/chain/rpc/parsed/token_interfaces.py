"""Instructions of the token group and token metadata interfaces, which Token-2022 understands: they begin with the
first 8 bytes of the hash of their name. Pure.

Source: Agave, transaction-status/src/parse_token/extension/token_{group,metadata}.rs; layouts of
spl-token-group-interface and spl-token-metadata-interface, src/instruction.rs.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from localnet.chain.rpc.parsed.forms import (
    Data,
    Form,
    Unparsable,
    key_or_null,
    optional,
    short_text,
    u8,
    u64,
)

_DISCRIMINATOR_BYTES = 8
_FIELDS = ("name", "symbol", "uri")
_OWNED, _OF_GROUP = ("metadata", "updateAuthority"), ("group", "updateAuthority")


def _bool(data: Data) -> bool:
    """Borsh's: 0 or 1 and nothing else."""
    value = u8(data)
    if value > 1:
        raise Unparsable(Unparsable.__doc__)
    return value == 1


def _field(data: Data) -> str:
    """One of the three named fields, or any other with its name behind."""
    kind = u8(data)
    if kind > len(_FIELDS):
        raise Unparsable(Unparsable.__doc__)
    return short_text(data) if kind == len(_FIELDS) else _FIELDS[kind]


def _id(name: str) -> bytes:
    return sha256(name.encode()).digest()[:_DISCRIMINATOR_BYTES]


_FORMS = {
    _id("spl_token_group_interface:initialize_token_group"): Form(
        name="initializeTokenGroup",
        roles=("group", "mint", "mintAuthority"),
        fields=(("updateAuthority", key_or_null), ("maxSize", u64)),
        exact=True,
    ),
    _id("spl_token_group_interface:update_group_max_size"): Form(
        name="updateTokenGroupMaxSize", roles=_OF_GROUP, fields=(("maxSize", u64),), exact=True
    ),
    _id("spl_token_group_interface:update_authority"): Form(
        name="updateTokenGroupAuthority", roles=_OF_GROUP, fields=(("newAuthority", key_or_null),), exact=True
    ),
    _id("spl_token_group_interface:initialize_member"): Form(
        name="initializeTokenGroupMember",
        roles=("member", "memberMint", "memberMintAuthority", "group", "groupUpdateAuthority"),
        exact=True,
    ),
    _id("spl_token_metadata_interface:initialize_account"): Form(
        name="initializeTokenMetadata",
        roles=(*_OWNED, "mint", "mintAuthority"),
        fields=tuple((name, short_text) for name in _FIELDS),
        exact=True,
    ),
    _id("spl_token_metadata_interface:updating_field"): Form(
        name="updateTokenMetadataField", roles=_OWNED, fields=(("field", _field), ("value", short_text)), exact=True
    ),
    _id("spl_token_metadata_interface:remove_key_ix"): Form(
        name="removeTokenMetadataKey", roles=_OWNED, fields=(("idempotent", _bool), ("key", short_text)), exact=True
    ),
    _id("spl_token_metadata_interface:update_the_authority"): Form(
        name="updateTokenMetadataAuthority", roles=_OWNED, fields=(("newAuthority", key_or_null),), exact=True
    ),
    _id("spl_token_metadata_interface:emitter"): Form(
        name="emitTokenMetadata",
        roles=("metadata",),
        fields=(("start", optional(u64)), ("end", optional(u64))),
        silent=("start", "end"),
        exact=True,
    ),
}


def parse(accounts: Sequence[str], raw: bytes) -> dict[str, Any]:
    """An instruction of one of these interfaces; Unparsable when it is none."""
    form = _FORMS.get(raw[:_DISCRIMINATOR_BYTES])
    if form is None:
        raise Unparsable(Unparsable.__doc__)
    return form.parsed(accounts, Data(raw[_DISCRIMINATOR_BYTES:]))
