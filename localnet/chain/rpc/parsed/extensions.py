"""The extensions of a Token-2022 mint or account: entries of type (2 bytes), length (2 bytes) and state, from byte 166
on, as jsonParsed shows them. Pure.

Source: Agave, account-decoder/src/parse_token_extension.rs; layouts of spl-token-2022, extension/*/mod.rs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from localnet.chain.rpc.parsed.forms import (
    Data,
    Read,
    Unparsable,
    aes,
    elgamal,
    elgamal_key,
    elgamal_or_null,
    flag,
    float_text,
    i16,
    i64,
    key,
    key_or_null,
    nested,
    pairs,
    short_text,
    u16,
    u64,
)

STATES = ("uninitialized", "initialized", "frozen")
NAMES = (
    "uninitialized",
    "transferFeeConfig",
    "transferFeeAmount",
    "mintCloseAuthority",
    "confidentialTransferMint",
    "confidentialTransferAccount",
    "defaultAccountState",
    "immutableOwner",
    "memoTransfer",
    "nonTransferable",
    "interestBearingConfig",
    "cpiGuard",
    "permanentDelegate",
    "nonTransferableAccount",
    "transferHook",
    "transferHookAccount",
    "confidentialTransferFeeConfig",
    "confidentialTransferFeeAmount",
    "metadataPointer",
    "tokenMetadata",
    "groupPointer",
    "tokenGroup",
    "groupMemberPointer",
    "tokenGroupMember",
    "confidentialMintBurn",
    "scaledUiAmount",
    "pausable",
    "pausableAccount",
    "permissionedBurn",
)
INTEREST_BEARING, SCALED_UI_AMOUNT = 10, 25
_TLV_AT = 166


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What an extension's bytes hold; `name` where it is shown under another name than its type's."""

    fields: tuple[tuple[str, Read], ...]
    of_mint: bool = True
    name: str | None = None
    open_end: bool = False

    def shown(self, raw: bytes) -> dict[str, Any]:
        """The values; Unparsable when there are too few or too many bytes."""
        data = Data(raw)
        found = {name: read(data) for name, read in self.fields}
        if not self.open_end:
            data.end()
        return found


def _state(data: Data) -> str:
    """A default account state; what is none counts as the first."""
    kind = data.take(1)[0]
    return STATES[kind] if kind < len(STATES) else STATES[0]


_fee = nested(("epoch", u64), ("maximumFee", u64), ("transferFeeBasisPoints", u16))
_AUTHORITY = ("authority", key_or_null)
# Those whose type says it all; they are shown wherever they stand.
_WORDLESS = frozenset({7, 9, 13, 27})
_STATES = {
    1: _State(
        fields=(
            ("transferFeeConfigAuthority", key_or_null),
            ("withdrawWithheldAuthority", key_or_null),
            ("withheldAmount", u64),
            ("olderTransferFee", _fee),
            ("newerTransferFee", _fee),
        )
    ),
    2: _State(fields=(("withheldAmount", u64),), of_mint=False),
    3: _State(fields=(("closeAuthority", key_or_null),)),
    4: _State(
        fields=(_AUTHORITY, ("autoApproveNewAccounts", flag), ("auditorElgamalPubkey", elgamal_or_null)),
    ),
    5: _State(
        of_mint=False,
        fields=(
            ("approved", flag),
            ("elgamalPubkey", elgamal_key),
            ("pendingBalanceLo", elgamal),
            ("pendingBalanceHi", elgamal),
            ("availableBalance", elgamal),
            ("decryptableAvailableBalance", aes),
            ("allowConfidentialCredits", flag),
            ("allowNonConfidentialCredits", flag),
            ("pendingBalanceCreditCounter", u64),
            ("maximumPendingBalanceCreditCounter", u64),
            ("expectedPendingBalanceCreditCounter", u64),
            ("actualPendingBalanceCreditCounter", u64),
        ),
    ),
    6: _State(fields=(("accountState", _state),)),
    8: _State(fields=(("requireIncomingTransferMemos", flag),), of_mint=False),
    INTEREST_BEARING: _State(
        fields=(
            ("rateAuthority", key_or_null),
            ("initializationTimestamp", i64),
            ("preUpdateAverageRate", i16),
            ("lastUpdateTimestamp", i64),
            ("currentRate", i16),
        )
    ),
    11: _State(fields=(("lockCpi", flag),), of_mint=False),
    12: _State(fields=(("delegate", key_or_null),)),
    14: _State(fields=(_AUTHORITY, ("programId", key_or_null))),
    15: _State(fields=(("transferring", flag),), of_mint=False),
    16: _State(
        fields=(
            _AUTHORITY,
            ("withdrawWithheldAuthorityElgamalPubkey", elgamal_key),
            ("harvestToMintEnabled", flag),
            ("withheldAmount", elgamal),
        )
    ),
    17: _State(fields=(("withheldAmount", elgamal),), of_mint=False),
    18: _State(fields=(_AUTHORITY, ("metadataAddress", key_or_null))),
    19: _State(
        open_end=True,
        fields=(
            ("updateAuthority", key_or_null),
            ("mint", key),
            ("name", short_text),
            ("symbol", short_text),
            ("uri", short_text),
            ("additionalMetadata", pairs),
        ),
    ),
    20: _State(fields=(_AUTHORITY, ("groupAddress", key_or_null))),
    21: _State(fields=(("updateAuthority", key_or_null), ("mint", key), ("size", u64), ("maxSize", u64))),
    22: _State(fields=(_AUTHORITY, ("memberAddress", key_or_null))),
    23: _State(fields=(("mint", key), ("group", key), ("memberNumber", u64))),
    24: _State(
        fields=(
            ("confidentialSupply", elgamal),
            ("decryptableSupply", aes),
            ("supplyElgamalPubkey", elgamal_key),
            ("pendingBurn", elgamal),
        )
    ),
    SCALED_UI_AMOUNT: _State(
        name="scaledUiAmountConfig",
        fields=(
            _AUTHORITY,
            ("multiplier", float_text),
            ("newMultiplierEffectiveTimestamp", i64),
            ("newMultiplier", float_text),
        ),
    ),
    26: _State(fields=(_AUTHORITY, ("paused", flag)), name="pausableConfig"),
    28: _State(fields=(_AUTHORITY,), name="permissionedBurnConfig"),
}


def extensions(data: bytes, *, of_mint: bool) -> list[dict[str, Any]]:
    """All extensions in their order; none when any entry is malformed. The first of two of a type speaks for both."""
    try:
        entries = list(_entries(data))
    except Unparsable:
        return []
    first = dict(reversed(entries))
    return [_shown(kind, first[kind], of_mint) for kind, _ in entries]


def extension(data: bytes, kind: int) -> bytes | None:
    """The bytes of a mint's extension, as many as its type has; None without it."""
    try:
        raw = next((raw for found, raw in _entries(data) if found == kind), None)
        if raw is not None:
            _STATES[kind].shown(raw)
    except Unparsable:
        return None
    return raw


def _entries(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Types and states up to the first type 0; Unparsable at an unknown type or an end within an entry."""
    rest = Data(data[_TLV_AT:])
    while rest.left >= 2:
        kind = u16(rest)
        if kind == 0:
            return
        if kind >= len(NAMES):
            raise Unparsable(Unparsable.__doc__)
        yield kind, rest.take(u16(rest))


def _shown(kind: int, raw: bytes, of_mint: bool) -> dict[str, Any]:
    if kind in _WORDLESS:
        return {"extension": NAMES[kind]}
    state = _STATES[kind]
    try:
        if state.of_mint != of_mint:
            raise Unparsable(Unparsable.__doc__)
        return {"extension": state.name or NAMES[kind], "state": state.shown(raw)}
    except Unparsable:
        return {"extension": "unparseableExtension"}
