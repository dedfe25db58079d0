"""The door: hand a wallet's transaction to the relayer, once, on the caller's own connection and transaction.

Called by the api and nobody else; the only module of this package it may import. It judges the pure half of the policy
and calls relay.submit, which the role api may execute; it reads no table and knows no key. It answers with a value of a
small union: the caller maps it to 202, 200, 409 or 422.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from psycopg import AsyncConnection
from solders.pubkey import Pubkey

from relayer.message import Malformed, parse
from relayer.policy import Refusal, read

KEY_CHARS_MAX = 128
TRACEPARENT_CHARS_MAX = 55

_SUBMIT = "SELECT id, state, fingerprint, created, nonce_in_use FROM relay.submit(%s, %s, %s, %s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A signed transaction (for a sponsored one our signature slot is empty) under the client's idempotency key."""

    idempotency_key: str
    transaction: bytes
    replaces: UUID | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The intent that stands under this key: 202 if it was created now, else 200."""

    id: UUID
    state: str
    fingerprint: bytes
    created: bool
    wallet: str
    market: str
    nonce: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """422: the policy's no, with a stable code and a sentence."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyReused:
    """422: another transaction stands under this key."""

    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class NonceInUse:
    """409: another open intent of this wallet holds this nonce of this market."""

    wallet: str
    market: str
    nonce: int | None


Answer = Accepted | Refused | KeyReused | NonceInUse


async def submit(connection: AsyncConnection, request: Request, *, payers: Collection[Pubkey | str]) -> Answer:
    """Judge and insert; nothing is committed here. payers are our fee payers' addresses (relay.v1_payer)."""
    if not 1 <= len(request.idempotency_key) <= KEY_CHARS_MAX:
        return Refused(code="bad_key", detail=f"An idempotency key has 1 to {KEY_CHARS_MAX} characters.")
    try:
        normal = parse(request.transaction)
    except Malformed as error:
        return Refused(code="malformed", detail=f"This is not a transaction: {error}.")
    ours = frozenset(p if isinstance(p, Pubkey) else Pubkey.from_string(p) for p in payers)
    reading = read(normal, ours)
    if isinstance(reading, Refusal):
        return Refused(code=reading.code, detail=reading.detail)
    wallet, market = str(reading.wallet), str(reading.market)
    traceparent = (request.traceparent or "")[:TRACEPARENT_CHARS_MAX] or None
    found = await connection.execute(
        _SUBMIT,
        (
            *(wallet, request.idempotency_key, normal.fingerprint, wallet, market, reading.nonce),
            *(request.transaction, request.replaces, traceparent),
        ),
    )
    row = await found.fetchone()
    assert row is not None, "relay.submit answers exactly one row"
    id_, state, fingerprint, created, nonce_in_use = row
    if nonce_in_use:
        return NonceInUse(wallet=wallet, market=market, nonce=reading.nonce)
    if bytes(fingerprint) != normal.fingerprint:
        return KeyReused(id=id_)
    return Accepted(
        id=id_,
        state=state,
        fingerprint=normal.fingerprint,
        created=created,
        wallet=wallet,
        market=market,
        nonce=reading.nonce,
    )
