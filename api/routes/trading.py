"""Unsigned transactions that trade shares: with the market maker, by sets, on the book, from wallet to wallet."""

from __future__ import annotations

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from ..build import TOKEN_PROGRAMS, Anchor, trade
from ..errors import UnknownPosition
from ..queries.read import Reader
from ..schemas import wire
from ..schemas.transactions import (
    Built,
    BuyBody,
    CancelAllBody,
    CancelBody,
    OrderBody,
    SellBody,
    SetsBody,
    TradeBody,
    TransferBody,
    WithdrawBody,
)
from ..settings import Settings
from .transactions import anchor_of, market_facts, next_nonce


@post("/v1/transactions/buy", status_code=200, tags=["transactions"], summary="Build a purchase of shares")
async def buy(data: JSONBody[BuyBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]) -> Built:
    """Of a market maker's market; `expected` is what it buys now."""
    amount = wire.amount(data.amount, field="amount")
    trader, anchor = await _trader(data, reader, settings)
    return trade.buy(trader, anchor, outcome=data.outcome, amount=amount, slippage_bps=data.slippage_bps)


@post("/v1/transactions/sell", status_code=200, tags=["transactions"], summary="Build a sale of shares")
async def sell(data: JSONBody[SellBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]) -> Built:
    """To the market maker."""
    shares = wire.amount(data.shares, field="shares")
    trader, anchor = await _trader(data, reader, settings, opens=False)
    return trade.sell(trader, anchor, outcome=data.outcome, shares=shares, slippage_bps=data.slippage_bps)


@post("/v1/transactions/split", status_code=200, tags=["transactions"], summary="Build complete sets")
async def split(
    data: JSONBody[SetsBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """Collateral for a share of every outcome each, without a fee."""
    amount = wire.amount(data.amount, field="amount")
    return trade.split(*await _trader(data, reader, settings), amount=amount)


@post("/v1/transactions/merge", status_code=200, tags=["transactions"], summary="Build sets back into collateral")
async def merge(
    data: JSONBody[SetsBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """A share of every outcome each for collateral, without a fee."""
    amount = wire.amount(data.amount, field="amount")
    return trade.merge(*await _trader(data, reader, settings, opens=False), amount=amount)


@post("/v1/transactions/transfer_shares", status_code=200, tags=["transactions"], summary="Build a transfer of shares")
async def transfer_shares(
    data: JSONBody[TransferBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """To another wallet's position."""
    shares, to = wire.amount(data.shares, field="shares"), wire.address(data.to, field="to")
    trader, anchor = await _trader(data, reader, settings, opens=False)
    return trade.transfer(trader, anchor, outcome=data.outcome, shares=shares, to=to)


@post("/v1/transactions/order", status_code=200, tags=["transactions"], summary="Build an order")
async def order(
    data: JSONBody[OrderBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """`expected` is the worst case: all of it at the tick."""
    lots = wire.amount(data.lots, field="lots")
    bound = None if data.bound is None else wire.amount(data.bound, field="bound")
    wire.amount(data.client_id, field="client_id")
    trader, anchor = await _trader(data, reader, settings)
    return trade.order(trader, anchor, data, lots=lots, bound=bound)


@post("/v1/transactions/cancel", status_code=200, tags=["transactions"], summary="Build a cancellation")
async def cancel(
    data: JSONBody[CancelBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """Of one order; what it locks stays in the wallet's seat until its next order or withdrawal."""
    order_id = wire.amount(data.order_id, field="order_id")
    return trade.cancel(*await _trader(data, reader, settings, opens=False), index=data.index, order_id=order_id)


@post("/v1/transactions/cancel_all", status_code=200, tags=["transactions"], summary="Build a cancellation of all")
async def cancel_all(
    data: JSONBody[CancelAllBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """Of every order of the wallet in this market; it never fails."""
    return trade.cancel_all(*await _trader(data, reader, settings, opens=False))


@post("/v1/transactions/withdraw", status_code=200, tags=["transactions"], summary="Build a withdrawal")
async def withdraw(
    data: JSONBody[WithdrawBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """Free collateral of a position, and of its seat in the book, back to the wallet."""
    amount = wire.amount(data.amount, field="amount")
    return trade.withdraw(*await _trader(data, reader, settings, opens=False), amount=amount)


async def _trader(
    data: TradeBody, reader: Reader, settings: Settings, *, opens: bool = True
) -> tuple[trade.Trader, Anchor]:
    """Who trades and what the message is pinned to; opens: whether a position is made where there is none."""
    wallet = wire.address(data.wallet, field="wallet")
    facts, head = await market_facts(reader, settings, data.market, wallet)
    place = facts.place
    if place is None and not opens:
        raise UnknownPosition
    trader = trade.Trader(
        market=facts.market,
        wallet=wallet,
        nonce=next_nonce(place, facts.open_nonce, data.nonce),
        shares=tuple(int(part) for part in place.shares) if place else (),
        new_position=place is None,
        seated=place is not None and place.seat != trade.NO_SEAT,
        pause=facts.pause,
        token_program=TOKEN_PROGRAMS[data.token_program],
    )
    return trader, anchor_of(head, wallet, facts.payer, data.payer, facts.unit_price)
