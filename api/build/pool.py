"""Creators' pools: made, their shares bought and sold, dividends claimed. Pure; used by the routes."""

from __future__ import annotations

from dataclasses import dataclass

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from idl import addresses, instructions
from idl.limits import BPS, POOL_SUPPLY_MAX
from idl.maths import curve
from idl.program import WSOL_MINT

from ..errors import AmountTooLarge, NothingToClaim, SharesLocked, TermsRefused, TooFewShares
from ..schemas.transactions import Built, Expected
from .base import VALID_SLOTS, Anchor, built, rent, unwrapped, with_account, wrapped

POOL_BYTES, HOLDER_BYTES, TOKEN_BYTES = 160, 160, 165


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who trades a pool's shares, and where pool and holder stand."""

    pool: Pubkey
    mint: Pubkey
    wallet: Pubkey
    a: int
    c: int
    supply: int
    shares: int
    due: int
    locked_until: int
    nonce: int
    new_holder: bool
    token_program: Pubkey

    @property
    def token(self) -> Pubkey:
        return addresses.ata(self.wallet, self.mint, self.token_program).address

    def pays(self, call: Instruction, amount: int) -> list[Instruction]:
        return wrapped(self.wallet, amount, call) if self.mint == WSOL_MINT else [call]

    def receives(self, call: Instruction) -> list[Instruction]:
        if self.mint == WSOL_MINT:
            return unwrapped(self.wallet, call)
        return with_account(self.wallet, self.mint, self.token_program, call)


def create(buyer: Buyer, anchor: Anchor, *, lock_s: int, shares: int) -> Built:
    """A pool of the wallet's own with its first shares."""
    if buyer.a == 0 and buyer.c == 0:
        raise TermsRefused("A curve needs a price above zero.", field="c")
    cost = price_of(buyer, 0, shares)
    call = instructions.create_pool(
        a=buyer.a,
        c=buyer.c,
        lock_s=lock_s,
        shares=shares,
        max_cost=cost,
        nonce=1,
        valid_until=anchor.slot + VALID_SLOTS,
        pool=buyer.pool,
        reserve=addresses.reserve(buyer.pool).address,
        dividends=addresses.dividends(buyer.pool).address,
        holder=addresses.holder(buyer.pool, buyer.wallet).address,
        creator=buyer.wallet,
        payer=anchor.payer,
        creator_token=buyer.token,
        mint=buyer.mint,
        token_program=buyer.token_program,
    )
    rents = rent(POOL_BYTES) + rent(HOLDER_BYTES) + 2 * rent(TOKEN_BYTES)
    expected = Expected(cost=str(cost), shares=str(shares), fee="0", rent=str(rents))
    return built("pool", buyer.pays(call, cost), anchor, str(buyer.pool), expected, nonce=1)


def buy(buyer: Buyer, anchor: Anchor, *, shares: int, slippage_bps: int) -> Built:
    """The next shares on the curve, for at most the price now and the slippage."""
    cost = price_of(buyer, buyer.supply, shares)
    most = cost + cost * slippage_bps // BPS
    call = instructions.buy_shares(
        shares=shares,
        max_cost=most,
        nonce=buyer.nonce,
        valid_until=anchor.slot + VALID_SLOTS,
        pool=buyer.pool,
        reserve=addresses.reserve(buyer.pool).address,
        dividends=addresses.dividends(buyer.pool).address,
        holder=addresses.holder(buyer.pool, buyer.wallet).address,
        owner=buyer.wallet,
        payer=anchor.payer,
        owner_token=buyer.token,
        mint=buyer.mint,
        token_program=buyer.token_program,
    )
    rents = rent(HOLDER_BYTES) if buyer.new_holder else 0
    expected = Expected(cost=str(cost), shares=str(shares), fee="0", rent=str(rents))
    return built("pool", buyer.pays(call, most), anchor, str(buyer.pool), expected, nonce=buyer.nonce)


def sell(buyer: Buyer, anchor: Anchor, *, shares: int, slippage_bps: int) -> Built:
    """Shares back to the curve, once their lock is over."""
    if not 0 < shares <= buyer.shares:
        raise TooFewShares(f"The wallet holds {buyer.shares} shares of this pool.", field="shares")
    if anchor.now < buyer.locked_until:
        raise SharesLocked(f"The shares are locked until {buyer.locked_until}.")
    out = price_of(buyer, buyer.supply - shares, shares)
    call = instructions.sell_shares(
        shares=shares,
        min_out=out * (BPS - slippage_bps) // BPS,
        nonce=buyer.nonce,
        valid_until=anchor.slot + VALID_SLOTS,
        pool=buyer.pool,
        reserve=addresses.reserve(buyer.pool).address,
        dividends=addresses.dividends(buyer.pool).address,
        holder=addresses.holder(buyer.pool, buyer.wallet).address,
        owner=buyer.wallet,
        destination=buyer.token,
        mint=buyer.mint,
        token_program=buyer.token_program,
    )
    expected = Expected(cost=f"-{out}", shares=str(shares), fee="0", rent="0")
    return built("pool", buyer.receives(call), anchor, str(buyer.pool), expected, nonce=buyer.nonce)


def claim(buyer: Buyer, anchor: Anchor, *, destination: Pubkey | None) -> Built:
    """The holder's dividends, to any token account."""
    if not buyer.due:
        raise NothingToClaim
    call = instructions.claim_dividend(
        pool=buyer.pool,
        dividends=addresses.dividends(buyer.pool).address,
        holder=addresses.holder(buyer.pool, buyer.wallet).address,
        owner=buyer.wallet,
        destination=destination or buyer.token,
        mint=buyer.mint,
        token_program=buyer.token_program,
    )
    expected = Expected(cost=f"-{buyer.due}", shares="0", fee="0", rent="0")
    steps = [call] if destination is not None else buyer.receives(call)
    return built("pool", steps, anchor, str(buyer.pool), expected)


def price_of(buyer: Buyer, start: int, shares: int) -> int:
    """What shares cost that follow `start` others; raises where the curve ends."""
    if shares <= 0:
        raise TooFewShares("At least one share is traded.", field="shares")
    if start + shares > POOL_SUPPLY_MAX:
        raise AmountTooLarge(f"A pool has at most {POOL_SUPPLY_MAX} shares.", field="shares")
    try:
        return curve.cost(buyer.a, buyer.c, start, shares)
    except OverflowError as error:
        raise AmountTooLarge("So many shares cost more than there is.", field="shares") from error
