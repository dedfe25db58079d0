"""The way in for signed transactions: the relayer's door, behind an idempotency key."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated
from uuid import UUID

from litestar import Request as HttpRequest
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, JSONBody

from relayer.submit import Accepted, Answer, KeyReused, NonceInUse, Refused, Request, submit

from ..errors import (
    IdempotencyConflict,
    InvalidRequest,
    InvalidTransaction,
    MirrorNotReady,
    MissingIdempotencyKey,
    PolicyRefused,
)
from ..errors import NonceInUse as NonceTaken
from ..expiry import Life, check, life
from ..queries.read import Reader
from ..schemas.transactions import RelayBody, Relayed

KEY_CHARS_MAX = 128
_PAYERS = "SELECT address FROM relay.v1_payer"
_LIFE = """SELECT h.sealed_slot, h.sealed_height, s.height FROM chain.v1_head h
    LEFT JOIN chain.v1_slot s ON s.blockhash = %s"""


@post("/v1/relay", status_code=202, tags=["transactions"], summary="Have a signed transaction sent until it lands")
async def relay(
    data: JSONBody[RelayBody],
    request: HttpRequest,
    reader: NamedDependency[Reader],
    key: Annotated[str | None, HeaderParameter(name="Idempotency-Key", description="1 to 128 characters")] = None,
) -> Response[Relayed]:
    """202: taken now. 200: this key and transaction were taken before; follow it at /v1/intents/{id}."""
    if key is None or not 1 <= len(key) <= KEY_CHARS_MAX or not key.isascii() or not key.isprintable():
        raise MissingIdempotencyKey
    wire = _wire(data.transaction)
    question = Request(
        idempotency_key=key,
        transaction=wire,
        replaces=_replaced(data.replaces),
        traceparent=request.headers.get("traceparent"),
    )
    async with reader.pool.connection() as connection, connection.transaction():
        payers = [row[0] for row in await (await connection.execute(_PAYERS)).fetchall()]
        accepted = _accepted(await submit(connection, question, payers=payers))
        if accepted.created:
            # Only a new one is held against the clock: the answer to a repeated key never changes. Raising undoes it.
            limits = life(wire)
            row = await (await connection.execute(_LIFE, (limits.blockhash,))).fetchone()
            if row is None:
                raise MirrorNotReady
            check(limits, Life(slot=row[0], height=row[1], blockhash_height=row[2]))
    answer = Relayed(
        id=str(accepted.id),
        state=accepted.state,
        wallet=accepted.wallet,
        market=accepted.market,
        nonce=None if accepted.nonce is None else str(accepted.nonce),
    )
    return Response(answer, status_code=202 if accepted.created else 200)


def _wire(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidTransaction(field="transaction") from error


def _replaced(text: str | None) -> UUID | None:
    try:
        return None if text is None else UUID(text)
    except ValueError as error:
        raise InvalidRequest("`replaces` is the id of an intent.", field="replaces") from error


def _accepted(answer: Answer) -> Accepted:
    """The intent, or the error that the door's no becomes."""
    match answer:
        case Accepted():
            return answer
        case Refused(code="malformed", detail=detail):
            raise InvalidTransaction(detail, field="transaction")
        case Refused(code=code, detail=detail):
            raise PolicyRefused(detail, code=code, field="transaction")
        case KeyReused():
            raise IdempotencyConflict
        case NonceInUse(nonce=nonce):
            raise NonceTaken(f"Another open transaction of this wallet in this market holds nonce {nonce}.")
