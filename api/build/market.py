"""Stakes, claims, activation and creation of markets, and the quote of a stake. Pure; used by the routes."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from idl import addresses, instructions
from idl.enums import Flag, Pause
from idl.limits import BPS
from idl.maths.parimutuel import quote_stake
from idl.program import WSOL_MINT

from ..errors import (
    AmountTooLarge,
    AmountTooSmall,
    MarketLocked,
    MarketNotActive,
    OutcomeOutOfRange,
    WrongEngine,
)
from ..frames import odds
from ..schemas.markets import Market, Quote
from ..schemas.transactions import Built, Expected, ProgramFault
from .base import (
    BOOK_BYTES,
    HALTED,
    MARKET_BYTES,
    NOT_OPEN,
    PAUSED,
    POSITION_BASE_BYTES,
    TOKEN_ACCOUNT_BYTES,
    VALID_SLOTS,
    Anchor,
    built,
    create_ata,
    program_fault,
    rent,
    wrapped,
)


def quote(market: Market, *, outcome: int, amount: int, slippage_bps: int, pause: int, now: int) -> Quote:
    """A stake as the program would price it now; raises what can never land."""
    supply = [int(part) for part in market.supply]
    check_stake(market, outcome, amount)
    total_bps = market.fee_bps.creator + market.fee_bps.resolver + market.fee_bps.protocol
    found = quote_stake(supply, outcome, amount, total_bps)
    after = [part + amount * (i == outcome) for i, part in enumerate(supply)]
    before_odds, after_odds = odds(supply), odds(after)
    # What this stake's own winnings lose to the fee: its share of the whole pool less what it would be paid.
    gross = amount * sum(after) // after[outcome]
    impact = _millionths(after_odds[outcome]) - _millionths(before_odds[outcome])
    return Quote(
        market=market.address,
        action="stake",
        outcome=outcome,
        amount=str(amount),
        shares=str(amount),
        payout=str(found.payout),
        fee=str(gross - found.payout),
        rate_bps=found.rate_bps,
        min_rate_bps=found.rate_bps * (BPS - slippage_bps) // BPS,
        odds_before=before_odds,
        odds_after=after_odds,
        price_impact_bps=impact // 100,
        error=fault(market, pause=pause, now=now),
    )


def check_stake(market: Market, outcome: int, amount: int) -> None:
    """Raise what no time can mend: engine, state, outcome, bounds."""
    if market.engine != "parimutuel":
        raise WrongEngine
    if market.state == "locked":
        raise MarketLocked
    if market.state not in ("active", "halted"):
        raise MarketNotActive(f"The market is {market.state}; stakes are taken only while it is active.")
    if outcome >= market.n:
        raise OutcomeOutOfRange(f"The market has outcomes 0 to {market.n - 1}.", field="outcome")
    if amount < int(market.min_stake):
        raise AmountTooSmall(f"The least stake is {market.min_stake}.", field="amount")
    if amount > int(market.max_stake):
        raise AmountTooLarge(f"The greatest stake is {market.max_stake}.", field="amount")


def fault(market: Market, *, pause: int, now: int, bit: str | None = "stake") -> ProgramFault | None:
    """The program's error that a trade would meet now but perhaps not later; bit: what a pause must not stop."""
    if market.halted:
        return program_fault(HALTED)
    if bit is not None and pause & Pause[bit.upper()]:
        return program_fault(PAUSED)
    return program_fault(NOT_OPEN) if now < market.open else None


def stake(
    market: Market, wallet: Pubkey, anchor: Anchor, *, outcome: int, amount: int, slippage_bps: int, nonce: int,
    new_position: bool, pause: int, token_program: Pubkey,
) -> Built:  # fmt: skip
    """A stake with its wrapping steps; raises Unprocessable errors for what could never land."""
    quoted = quote(market, outcome=outcome, amount=amount, slippage_bps=slippage_bps, pause=pause, now=anchor.now)
    key, mint = Pubkey.from_string(market.address), Pubkey.from_string(market.mint)
    call = instructions.stake(
        outcome=outcome,
        amount=amount,
        min_rate_bps=quoted.min_rate_bps,
        nonce=nonce,
        valid_until=anchor.slot + VALID_SLOTS,
        market=key,
        vault=addresses.vault(key).address,
        position=addresses.position(key, wallet).address,
        owner=wallet,
        payer=anchor.payer,
        owner_token=addresses.ata(wallet, mint, token_program).address,
        mint=mint,
        token_program=token_program,
    )
    steps = wrapped(wallet, amount, call) if mint == WSOL_MINT else [call]
    expected = Expected(
        cost=str(amount),
        shares=quoted.shares,
        fee=quoted.fee,
        rent=str(rent(POSITION_BASE_BYTES + 8 * market.n) if new_position else 0),
    )
    return built("stake", steps, anchor, market.address, expected, nonce=nonce, error=quoted.error)


def claim(
    market: Market, wallet: Pubkey, anchor: Anchor, *, rent_payer: Pubkey, claimable: int,
    destination: Pubkey | None, token_program: Pubkey,
) -> Built:  # fmt: skip
    """The owner's claim: SOL goes to a wallet, tokens to a token account, made first when it is the wallet's own."""
    key, mint = Pubkey.from_string(market.address), Pubkey.from_string(market.mint)
    own = wallet if mint == WSOL_MINT else addresses.ata(wallet, mint, token_program).address
    target = destination or own
    call = instructions.claim(
        market=key,
        vault=addresses.vault(key).address,
        mint=mint,
        position=addresses.position(key, wallet).address,
        owner=wallet,
        destination=target,
        payer=rent_payer,
        token_program=token_program,
    )
    makes = [] if mint == WSOL_MINT or target != own else [create_ata(wallet, mint, token_program)]
    expected = Expected(cost="0", shares=str(claimable), fee="0", rent="0")
    return built("claim", [*makes, call], anchor, market.address, expected)


def activate(
    market: Market, wallet: Pubkey, anchor: Anchor, *, fee_to: Pubkey | None, token_program: Pubkey, subsidy: int = 0
) -> Built:
    """Opens an approved market; raises MarketNotActive in any other state. A market maker needs a subsidy."""
    if market.state != "approved":
        raise MarketNotActive(f"The market is {market.state}; only an approved one can be activated.")
    maker, book = market.engine == "lmsr", market.engine == "book"
    if maker != (subsidy > 0):
        raise AmountTooSmall("A market maker needs a subsidy, and no other market takes one.", field="subsidy")
    key, mint = Pubkey.from_string(market.address), Pubkey.from_string(market.mint)
    call = instructions.activate(
        subsidy=subsidy,
        market=key,
        vault=addresses.vault(key).address,
        mint=mint,
        creator=wallet,
        payer=anchor.payer,
        fee_to=fee_to,
        mint_rule=addresses.mint_rule(mint).address if maker else None,
        creator_token=addresses.ata(wallet, mint, token_program).address if maker else None,
        book=addresses.book(key).address if book else None,
        token_program=token_program,
    )
    rents = rent(TOKEN_ACCOUNT_BYTES) + (rent(BOOK_BYTES) if book else 0)
    expected = Expected(cost=str(subsidy), shares="0", fee="0", rent=str(rents))
    steps = wrapped(wallet, subsidy, call) if maker and mint == WSOL_MINT else [call]
    return built("activate", steps, anchor, market.address, expected)


def create(call: Instruction, market: Pubkey, anchor: Anchor, *, error: ProgramFault | None) -> Built:
    """A market's creation around its instruction, which `terms` makes."""
    expected = Expected(cost="0", shares="0", fee="0", rent=str(rent(MARKET_BYTES)))
    return built("create_market", [call], anchor, str(market), expected, error=error)


def fee_account(flags: int, fee_to: str) -> Pubkey | None:
    """The token account that `activate` must look into, when fees go to one."""
    return Pubkey.from_string(fee_to) if flags & Flag.FEE_TO_ACCOUNT else None


def _millionths(price: str) -> int:
    return int(price.replace(".", ""))
