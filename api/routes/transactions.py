"""Unsigned transactions for wallets, and what became of signed ones."""

from __future__ import annotations

import secrets
from typing import Protocol
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from solders.pubkey import Pubkey
from solders.signature import Signature

from .. import build, terms
from ..errors import (
    MirrorNotReady,
    NoPayer,
    NothingToClaim,
    NotTheCreator,
    StaleHead,
    UnknownIntent,
    UnknownMarket,
    UnknownTransaction,
    WrongMint,
)
from ..limiter import Limiter
from ..queries import building as sql
from ..queries import platform as platform_sql
from ..queries.read import Head, Reader
from ..schemas import wire
from ..schemas.transactions import (
    ActivateBody,
    Built,
    ClaimBody,
    CreateMarketBody,
    Intent,
    StakeBody,
    Transaction,
)
from ..schemas.wire import Answer
from ..settings import Settings


@post("/v1/transactions/stake", status_code=200, tags=["transactions"], summary="Build a stake")
async def stake(
    data: JSONBody[StakeBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """Sign it, then send it yourself or post it to /v1/relay."""
    wallet, amount = wire.address(data.wallet, field="wallet"), wire.amount(data.amount, field="amount")
    facts, head = await market_facts(reader, settings, data.market, wallet)
    if data.mint is not None and str(wire.address(data.mint, field="mint")) != facts.market.mint:
        raise WrongMint(f"The market's collateral is {facts.market.mint}.", field="mint")
    place = facts.place
    return build.stake(
        facts.market,
        wallet,
        anchor_of(head, wallet, facts.payer, data.payer, facts.unit_price),
        outcome=data.outcome,
        amount=amount,
        slippage_bps=data.slippage_bps,
        nonce=next_nonce(place, facts.open_nonce, data.nonce),
        new_position=place is None,
        pause=facts.pause,
        token_program=build.TOKEN_PROGRAMS[data.token_program],
    )


@post("/v1/transactions/claim", status_code=200, tags=["transactions"], summary="Build a claim")
async def claim(
    data: JSONBody[ClaimBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """`expected.shares` is what is paid out, in base units of the market's mint."""
    wallet = wire.address(data.wallet, field="wallet")
    facts, head = await market_facts(reader, settings, data.market, wallet)
    if facts.place is None or facts.market.payout is None:
        raise NothingToClaim
    return build.claim(
        facts.market,
        wallet,
        anchor_of(head, wallet, facts.payer, data.payer, facts.unit_price),
        rent_payer=Pubkey.from_string(facts.place.payer),
        claimable=int(facts.place.claimable),
        destination=None if data.destination is None else wire.address(data.destination, field="destination"),
        token_program=build.TOKEN_PROGRAMS[data.token_program],
    )


@post("/v1/transactions/activate", status_code=200, tags=["transactions"], summary="Build an activation")
async def activate(
    data: JSONBody[ActivateBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """The creator opens an approved market for trading."""
    wallet = wire.address(data.wallet, field="wallet")
    facts, head = await market_facts(reader, settings, data.market, wallet)
    if facts.creator != str(wallet):
        raise NotTheCreator(field="wallet")
    return build.activate(
        facts.market,
        wallet,
        anchor_of(head, wallet, facts.payer, data.payer, facts.unit_price),
        fee_to=build.fee_account(facts.flags, facts.fee_to),
        subsidy=wire.amount(data.subsidy, field="subsidy"),
        token_program=build.TOKEN_PROGRAMS[data.token_program],
    )


@post("/v1/transactions/create_market", status_code=200, tags=["transactions"], summary="Build a market's creation")
async def create_market(
    data: JSONBody[CreateMarketBody],
    reader: NamedDependency[Reader],
    settings: NamedDependency[Settings],
    limiter: NamedDependency[Limiter],
) -> Built:
    """`market` is the address it will have; activate it afterwards."""
    wallet, mint = wire.address(data.wallet, field="wallet"), wire.address(data.mint, field="mint")
    if data.fee_to is not None:
        wire.address(data.fee_to, field="fee_to")
    await limiter.admit_creation(str(wallet))
    found = await reader.read(sql.TERMS, mint=str(mint))
    facts = found.rows[0]
    require_fresh(found.head, settings)
    if facts.platform is None:
        raise MirrorNotReady("The mirror has not seen the program's configuration yet.")
    anchor = anchor_of(found.head, wallet, facts.payer, data.payer, facts.unit_price)
    address, call, error = terms.create_market(
        data, wallet, anchor.payer, facts.platform, slot=anchor.slot, k=secrets.randbelow(1 << 16), now=anchor.now
    )
    return build.create(call, address, anchor, error=error)


@get("/v1/intents/{id:str}", tags=["transactions"], summary="What the relayer did with a transaction")
async def intent(id: FromPath[str], reader: NamedDependency[Reader]) -> Answer[Intent]:
    """Its signature is shown once it is known to be safe to show."""
    try:
        key = str(UUID(id))
    except ValueError as error:
        raise UnknownIntent from error
    found = await reader.read(platform_sql.INTENT, id=key)
    if not found.rows:
        raise UnknownIntent
    return found.answer(found.rows[0])


@get("/v1/transactions/{signature:str}", tags=["transactions"], summary="A transaction in the mirror")
async def transaction(signature: FromPath[str], reader: NamedDependency[Reader]) -> Answer[Transaction]:
    """With the events it caused; failed ones have `err`."""
    try:
        Signature.from_string(signature)
    except ValueError as error:
        raise UnknownTransaction from error
    found = await reader.read(platform_sql.TRANSACTION, signature=signature)
    if not found.rows:
        raise UnknownTransaction
    return found.answer(found.rows[0])


class Window(Protocol):
    """A position or a holder as the mirror has its nonces."""

    @property
    def last_nonce(self) -> str | None: ...

    @property
    def nonce_bits(self) -> str: ...


def next_nonce(window: Window | None, flying: str | None, asked: str | None) -> int:
    """The next free nonce, or the one asked for if it can still act; raises NonceUsed."""
    nonces = build.Nonces(
        last=int(window.last_nonce or 0) if window else 0,
        bits=int(window.nonce_bits) if window else 0,
        open=int(flying or 0),
    )
    return nonces.next() if asked is None else nonces.check(wire.amount(asked, field="nonce"))


async def market_facts(reader: Reader, settings: Settings, market: str, wallet: Pubkey) -> tuple[sql.Facts, Head]:
    address = str(wire.address(market, field="market"))
    found = await reader.read(sql.FACTS, subject=address, wallet=str(wallet))
    if not found.rows:
        raise UnknownMarket(field="market")
    require_fresh(found.head, settings)
    return found.rows[0], found.head


def require_fresh(head: Head, settings: Settings) -> None:
    """Raise StaleHead when a message pinned to this head might not land."""
    behind = head.tip_slot - head.sealed_slot
    if head.age_s > settings.stale_after_s or behind > settings.build_stale_slots_max:
        raise StaleHead(f"The mirror is {behind} slots behind and was written {head.age_s} s ago.")


def anchor_of(head: Head, wallet: Pubkey, payer: str | None, mode: str, unit_price: int) -> build.Anchor:
    if mode == "sponsored" and payer is None:
        raise NoPayer(field="payer")
    return build.Anchor(
        blockhash=head.sealed_hash,
        height=head.sealed_height,
        slot=head.sealed_slot,
        now=head.sealed_time,
        payer=Pubkey.from_string(payer) if mode == "sponsored" and payer else wallet,
        unit_price=unit_price,
    )
