"""Trades of shares: with the market maker, by whole sets, on the book, from wallet to wallet. Pure; used by the routes.

What the program would refuse for ever is refused here; prices and fees are exact, by idl.maths.
"""

from __future__ import annotations

from dataclasses import dataclass

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from idl import addresses, instructions
from idl.enums import OrderKind
from idl.limits import BPS
from idl.maths import lmsr
from idl.maths.fees import loser_fee
from idl.program import WSOL_MINT

from ..errors import (
    AmountTooLarge,
    AmountTooSmall,
    MarketLocked,
    MarketNotActive,
    OutcomeOutOfRange,
    TooFewShares,
    WrongEngine,
)
from ..schemas.markets import Market, Quote
from ..schemas.transactions import Built, Expected, OrderBody
from .base import POSITION_BASE_BYTES, VALID_SLOTS, Anchor, built, millionths, rent, unwrapped, with_account, wrapped
from .market import fault

SIDES = ("buy", "sell")
LOT = 100
NO_SEAT = 255
DECIDED = ("finalized", "void")
UNDECIDED = ("active", "halted", "locked", "resolving", "disputed", "contested")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trader:
    """Who trades in which market, and what their position is: nonce of this trade, shares of each outcome."""

    market: Market
    wallet: Pubkey
    nonce: int
    shares: tuple[int, ...]
    new_position: bool
    seated: bool
    pause: int
    token_program: Pubkey

    @property
    def key(self) -> Pubkey:
        return Pubkey.from_string(self.market.address)

    @property
    def mint(self) -> Pubkey:
        return Pubkey.from_string(self.market.mint)

    @property
    def position(self) -> Pubkey:
        return addresses.position(self.key, self.wallet).address

    @property
    def token(self) -> Pubkey:
        return addresses.ata(self.wallet, self.mint, self.token_program).address

    @property
    def rent(self) -> str:
        return str(rent(POSITION_BASE_BYTES + 8 * self.market.n) if self.new_position else 0)

    def pays(self, call: Instruction, amount: int) -> list[Instruction]:
        """The call with SOL wrapped for it."""
        return wrapped(self.wallet, amount, call) if self.mint == WSOL_MINT else [call]

    def receives(self, call: Instruction) -> list[Instruction]:
        """The call with an account made for what it pays, SOL unwrapped after it."""
        if self.mint == WSOL_MINT:
            return unwrapped(self.wallet, call)
        return with_account(self.wallet, self.mint, self.token_program, call)


def fee_bps(market: Market) -> int:
    return market.fee_bps.creator + market.fee_bps.resolver + market.fee_bps.protocol


def quote(market: Market, action: str, *, outcome: int, amount: int, slippage_bps: int, pause: int, now: int) -> Quote:
    """A trade with the market maker as the program would price it now; amount is the most to pay, or shares to sell."""
    _check(market, "lmsr", outcome)
    curve, supply, cost = lmsr.Curve.of(int(market.liquidity)), [int(s) for s in market.supply], int(market.cost)
    if action == "buy":
        _within(market, amount)
        found = lmsr.buy(curve, supply, cost, outcome, amount, fee_bps(market))
        if found is None:
            raise AmountTooSmall("So little buys no share.", field="amount")
        paid, moved = found.value + found.fee, found.shares
    else:
        if amount > supply[outcome]:
            raise TooFewShares(field="amount")
        found = lmsr.sell(curve, supply, cost, outcome, amount, fee_bps(market))
        paid, moved = found.value - found.fee, -found.shares
    after = [held + moved * (i == outcome) for i, held in enumerate(supply)]
    before_odds, after_odds = (curve.prices(s, 10**6) for s in (supply, after))
    rate = (found.shares * BPS // paid if action == "buy" else paid * BPS // found.shares) if paid > 0 else 0
    return Quote(
        market=market.address,
        action=action,
        outcome=outcome,
        amount=str(paid),
        shares=str(found.shares),
        payout=str(found.shares if action == "buy" else paid),
        fee=str(found.fee),
        rate_bps=rate,
        min_rate_bps=rate * (BPS - slippage_bps) // BPS,
        odds_before=[millionths(part) for part in before_odds],
        odds_after=[millionths(part) for part in after_odds],
        price_impact_bps=(after_odds[outcome] - before_odds[outcome]) // 100,
        error=fault(market, pause=pause, now=now, bit="buy" if action == "buy" else None),
    )


def buy(trader: Trader, anchor: Anchor, *, outcome: int, amount: int, slippage_bps: int) -> Built:
    """Shares of the market maker for at most `amount`."""
    market = trader.market
    quoted = quote(
        market, "buy", outcome=outcome, amount=amount, slippage_bps=slippage_bps, pause=trader.pause, now=anchor.now
    )
    call = instructions.buy(
        outcome=outcome,
        max_cost=amount,
        min_shares=int(quoted.shares) * (BPS - slippage_bps) // BPS,
        nonce=trader.nonce,
        valid_until=anchor.slot + VALID_SLOTS,
        market=trader.key,
        vault=addresses.vault(trader.key).address,
        position=trader.position,
        owner=trader.wallet,
        payer=anchor.payer,
        owner_token=trader.token,
        mint=trader.mint,
        token_program=trader.token_program,
    )
    expected = Expected(cost=quoted.amount, shares=quoted.shares, fee=quoted.fee, rent=trader.rent)
    steps = trader.pays(call, amount)
    return built("trade", steps, anchor, market.address, expected, nonce=trader.nonce, error=quoted.error)


def sell(trader: Trader, anchor: Anchor, *, outcome: int, shares: int, slippage_bps: int) -> Built:
    """Shares back to the market maker; `expected.cost` is what they bring, below zero."""
    market = trader.market
    _owned(trader, outcome, shares)
    quoted = quote(
        market, "sell", outcome=outcome, amount=shares, slippage_bps=slippage_bps, pause=trader.pause, now=anchor.now
    )
    call = instructions.sell(
        outcome=outcome,
        shares=shares,
        min_out=max(1, int(quoted.payout) * (BPS - slippage_bps) // BPS),
        nonce=trader.nonce,
        valid_until=anchor.slot + VALID_SLOTS,
        market=trader.key,
        vault=addresses.vault(trader.key).address,
        position=trader.position,
        owner=trader.wallet,
        destination=trader.token,
        mint=trader.mint,
        token_program=trader.token_program,
    )
    expected = Expected(cost=f"-{quoted.payout}", shares=str(shares), fee=quoted.fee, rent="0")
    steps = trader.receives(call)
    return built("trade", steps, anchor, market.address, expected, nonce=trader.nonce, error=quoted.error)


def split(trader: Trader, anchor: Anchor, *, amount: int) -> Built:
    """Collateral into as many shares of every outcome."""
    market = trader.market
    _sets(market)
    _tradable(market)
    _within(market, amount)
    call = instructions.split(
        amount=amount,
        nonce=trader.nonce,
        valid_until=anchor.slot + VALID_SLOTS,
        market=trader.key,
        vault=addresses.vault(trader.key).address,
        position=trader.position,
        owner=trader.wallet,
        payer=anchor.payer,
        owner_token=trader.token,
        mint=trader.mint,
        token_program=trader.token_program,
    )
    expected = Expected(cost=str(amount), shares=str(amount), fee="0", rent=trader.rent)
    error = fault(market, pause=trader.pause, now=anchor.now, bit="split")
    steps = trader.pays(call, amount)
    return built("trade", steps, anchor, market.address, expected, nonce=trader.nonce, error=error)


def merge(trader: Trader, anchor: Anchor, *, amount: int) -> Built:
    """As many shares of every outcome back into collateral."""
    market = trader.market
    _sets(market)
    if market.state not in UNDECIDED:
        raise MarketNotActive(f"The market is {market.state}; sets are merged only before it is decided.")
    for outcome in range(market.n):
        _owned(trader, outcome, amount)
    call = instructions.merge(
        amount=amount,
        nonce=trader.nonce,
        valid_until=anchor.slot + VALID_SLOTS,
        market=trader.key,
        vault=addresses.vault(trader.key).address,
        position=trader.position,
        owner=trader.wallet,
        destination=trader.token,
        mint=trader.mint,
        token_program=trader.token_program,
    )
    expected = Expected(cost=f"-{amount}", shares=str(amount), fee="0", rent="0")
    steps = trader.receives(call)
    return built("trade", steps, anchor, market.address, expected, nonce=trader.nonce)


def transfer(trader: Trader, anchor: Anchor, *, outcome: int, shares: int, to: Pubkey) -> Built:
    """Shares into the position of another wallet, which has one."""
    _tradable(trader.market)
    _owned(trader, outcome, shares)
    call = instructions.transfer_shares(
        outcome=outcome,
        shares=shares,
        nonce=trader.nonce,
        valid_until=anchor.slot + VALID_SLOTS,
        market=trader.key,
        from_=trader.position,
        to=addresses.position(trader.key, to).address,
        owner=trader.wallet,
    )
    expected = Expected(cost="0", shares=str(shares), fee="0", rent="0")
    return built("trade", [call], anchor, trader.market.address, expected, nonce=trader.nonce)


def order(trader: Trader, anchor: Anchor, body: OrderBody, *, lots: int, bound: int | None) -> Built:
    """An order in the book: what it can match at once it matches, a limit order's rest stays."""
    market = trader.market
    _check(market, "book", body.outcome)
    lot = LOT * int(market.lot_k)
    value, sells = body.tick * int(market.lot_k) * lots, body.side == "sell"
    fee = loser_fee(min(value, lot * lots - value), fee_bps(market))
    if sells:
        _owned(trader, body.outcome, lot * lots)
    else:
        _within(market, value)
    limit = (0 if sells else value + loser_fee(value, fee_bps(market))) if bound is None else bound
    call = instructions.place_order(
        side=SIDES.index(body.side),
        outcome=body.outcome,
        tick=body.tick,
        lots=lots,
        kind=OrderKind[body.kind.upper()],
        expiry=body.expiry,
        client_id=int(body.client_id),
        max_matches=body.max_matches,
        bound=limit,
        nonce=trader.nonce,
        valid_until=anchor.slot + VALID_SLOTS,
        market=trader.key,
        vault=addresses.vault(trader.key).address,
        book=addresses.book(trader.key).address,
        position=trader.position,
        owner=trader.wallet,
        payer=anchor.payer,
        owner_token=trader.token,
        other=None,
        mint=trader.mint,
        token_program=trader.token_program,
    )
    cost = f"-{value - fee}" if sells else str(value + fee)
    expected = Expected(cost=cost, shares=str(lot * lots), fee=str(fee), rent=trader.rent)
    error = fault(market, pause=trader.pause, now=anchor.now, bit="order")
    steps = trader.pays(call, 0 if sells else limit)
    return built("order", steps, anchor, market.address, expected, nonce=trader.nonce, error=error)


def cancel(trader: Trader, anchor: Anchor, *, index: int, order_id: int) -> Built:
    """One order out of the book."""
    book = addresses.book(trader.key).address
    call = instructions.cancel_order(index=index, seq=order_id, market=trader.key, book=book, owner=trader.wallet)
    return _free(trader, anchor, call)


def cancel_all(trader: Trader, anchor: Anchor) -> Built:
    """Every order of the wallet out of the book."""
    book = addresses.book(trader.key).address
    return _free(trader, anchor, instructions.cancel_all(market=trader.key, book=book, owner=trader.wallet))


def withdraw(trader: Trader, anchor: Anchor, *, amount: int) -> Built:
    """Free collateral of the position back to the wallet; what is free in its seat comes along."""
    market = trader.market
    native_now = trader.mint == WSOL_MINT and market.state in DECIDED
    call = instructions.withdraw(
        amount=amount,
        nonce=trader.nonce,
        valid_until=anchor.slot + VALID_SLOTS,
        market=trader.key,
        vault=addresses.vault(trader.key).address,
        position=trader.position,
        owner=trader.wallet,
        destination=trader.wallet if native_now else trader.token,
        mint=trader.mint,
        book=addresses.book(trader.key).address if trader.seated else None,
        token_program=trader.token_program,
    )
    steps = [call] if native_now else trader.receives(call)
    expected = Expected(cost=f"-{amount}", shares="0", fee="0", rent="0")
    return built("trade", steps, anchor, market.address, expected, nonce=trader.nonce)


def _free(trader: Trader, anchor: Anchor, call: Instruction) -> Built:
    expected = Expected(cost="0", shares="0", fee="0", rent="0")
    return built("order", [call], anchor, trader.market.address, expected)


def _check(market: Market, engine: str, outcome: int) -> None:
    if market.engine != engine:
        raise WrongEngine
    _tradable(market)
    if outcome >= market.n:
        raise OutcomeOutOfRange(f"The market has outcomes 0 to {market.n - 1}.", field="outcome")


def _sets(market: Market) -> None:
    if market.engine == "parimutuel":
        raise WrongEngine


def _tradable(market: Market) -> None:
    if market.state == "locked":
        raise MarketLocked
    if market.state not in ("active", "halted"):
        raise MarketNotActive(f"The market is {market.state}; shares are traded only while it is active.")


def _within(market: Market, amount: int) -> None:
    if amount < int(market.min_stake):
        raise AmountTooSmall(f"The least amount is {market.min_stake}.", field="amount")
    if amount > int(market.max_stake):
        raise AmountTooLarge(f"The greatest amount is {market.max_stake}.", field="amount")


def _owned(trader: Trader, outcome: int, shares: int) -> None:
    if outcome >= trader.market.n:
        raise OutcomeOutOfRange(f"The market has outcomes 0 to {trader.market.n - 1}.", field="outcome")
    held = trader.shares[outcome] if outcome < len(trader.shares) else 0
    if shares <= 0 or shares > held:
        raise TooFewShares(f"The position has {held} shares of outcome {outcome}.")
