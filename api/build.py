"""Unsigned transactions for wallets: pure; facts read from the mirror and a request in, message bytes out.

The message is legacy, so that every wallet can show and sign it. What the rules forbid for ever is refused here; what
only time or the admin can mend is built all the same and named in `error`. Called by `routes.transactions`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.message import Message
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import Transaction

from idl import addresses, instructions
from idl.enums import Flag, Pause
from idl.errors import program_error
from idl.limits import BPS, NONCE_WINDOW
from idl.maths.parimutuel import quote_stake
from idl.program import ATA_PROGRAM, MARKET_ID, SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT

from .errors import (
    AmountTooLarge,
    AmountTooSmall,
    MarketLocked,
    MarketNotActive,
    NonceUsed,
    OutcomeOutOfRange,
    WrongEngine,
)
from .frames import odds
from .schemas.markets import Market, Quote
from .schemas.transactions import Built, Expected, ProgramFault

BLOCKHASH_BLOCKS: Final = 150
VALID_SLOTS: Final = 150
UNITS: Final = {"stake": 150_000, "claim": 120_000, "create_market": 100_000, "activate": 120_000}
TOKEN_PROGRAMS: Final = {"token": TOKEN_PROGRAM, "token-2022": TOKEN_2022_PROGRAM}
POSITION_BASE_BYTES: Final = 144
TOKEN_ACCOUNT_BYTES: Final = 165
MARKET_BYTES: Final = 568
PAUSED, HALTED, NOT_OPEN = 6007, 6117, 6206


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What a message is pinned to: a sealed block, who pays, the price of a compute unit in microlamports."""

    blockhash: str
    height: int
    slot: int
    now: int
    payer: Pubkey
    unit_price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nonces:
    """A position's window of used nonces, and the highest one that an open intent holds."""

    last: int
    bits: int
    open: int

    def next(self) -> int:
        return max(self.last, self.open) + 1

    def check(self, nonce: int) -> int:
        """The nonce, if it can still act; raises NonceUsed."""
        behind = self.last - nonce
        if nonce == 0 or behind >= NONCE_WINDOW or (behind >= 0 and self.bits >> behind & 1):
            raise NonceUsed(field="nonce")
        return nonce


def rent(size: int) -> int:
    """Rent-exempt lamports of an account of `size` bytes (two years at 3,480 a byte and year, 128 bytes overhead)."""
    return (size + 128) * 6_960


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


def fault(market: Market, *, pause: int, now: int) -> ProgramFault | None:
    """The program's error that a stake would meet now but perhaps not later."""
    if market.halted:
        return program_fault(HALTED)
    if pause & Pause.STAKE:
        return program_fault(PAUSED)
    return program_fault(NOT_OPEN) if now < market.open else None


def program_fault(code: int) -> ProgramFault:
    known = program_error(MARKET_ID, code)
    return ProgramFault(code=code, name=known.name, message=known.sentence)


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
    steps = _wrapped(wallet, amount, call) if mint == WSOL_MINT else [call]
    expected = Expected(
        cost=str(amount),
        shares=quoted.shares,
        fee=quoted.fee,
        rent=str(rent(POSITION_BASE_BYTES + 8 * market.n) if new_position else 0),
    )
    return _built("stake", steps, anchor, market.address, expected, nonce=nonce, error=quoted.error)


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
    makes = [] if mint == WSOL_MINT or target != own else [_create_ata(wallet, mint, token_program)]
    expected = Expected(cost="0", shares=str(claimable), fee="0", rent="0")
    return _built("claim", [*makes, call], anchor, market.address, expected)


def activate(market: Market, wallet: Pubkey, anchor: Anchor, *, fee_to: Pubkey | None, token_program: Pubkey) -> Built:
    """Opens an approved market; raises MarketNotActive in any other state."""
    if market.state != "approved":
        raise MarketNotActive(f"The market is {market.state}; only an approved one can be activated.")
    key = Pubkey.from_string(market.address)
    call = instructions.activate(
        market=key,
        vault=addresses.vault(key).address,
        mint=Pubkey.from_string(market.mint),
        creator=wallet,
        payer=anchor.payer,
        fee_to=fee_to,
        token_program=token_program,
    )
    expected = Expected(cost="0", shares="0", fee="0", rent=str(rent(TOKEN_ACCOUNT_BYTES)))
    return _built("activate", [call], anchor, market.address, expected)


def create(call: Instruction, market: Pubkey, anchor: Anchor, *, error: ProgramFault | None) -> Built:
    """A market's creation around its instruction, which `terms` makes."""
    expected = Expected(cost="0", shares="0", fee="0", rent=str(rent(MARKET_BYTES)))
    return _built("create_market", [call], anchor, str(market), expected, error=error)


def fee_account(flags: int, fee_to: str) -> Pubkey | None:
    """The token account that `activate` must look into, when fees go to one."""
    return Pubkey.from_string(fee_to) if flags & Flag.FEE_TO_ACCOUNT else None


def _built(
    kind: str, steps: Sequence[Instruction], anchor: Anchor, market: str, expected: Expected, *,
    nonce: int | None = None, error: ProgramFault | None = None,
) -> Built:  # fmt: skip
    budget = [set_compute_unit_limit(UNITS[kind])]
    if anchor.unit_price:
        budget.append(set_compute_unit_price(anchor.unit_price))
    message = Message.new_with_blockhash([*budget, *steps], anchor.payer, Hash.from_string(anchor.blockhash))
    return Built(
        transaction=base64.b64encode(bytes(Transaction.new_unsigned(message))).decode(),
        message_hash=hashlib.sha256(bytes(message)).hexdigest(),
        blockhash=anchor.blockhash,
        last_valid_block_height=anchor.height + BLOCKHASH_BLOCKS,
        blocks_left=BLOCKHASH_BLOCKS,
        nonce=None if nonce is None else str(nonce),
        expected=expected,
        error=error,
        market=market,
    )


def _wrapped(wallet: Pubkey, amount: int, call: Instruction) -> list[Instruction]:
    """SOL into the wallet's own wrapped account, the call, and whatever is left back as SOL."""
    account = addresses.ata(wallet, WSOL_MINT).address
    writable = AccountMeta(account, False, True)
    back = [writable, AccountMeta(wallet, False, True), AccountMeta(wallet, True, False)]
    return [
        _create_ata(wallet, WSOL_MINT, TOKEN_PROGRAM),
        transfer(TransferParams(from_pubkey=wallet, to_pubkey=account, lamports=amount)),
        Instruction(TOKEN_PROGRAM, b"\x11", [writable]),
        call,
        Instruction(TOKEN_PROGRAM, b"\x09", back),
    ]


def _create_ata(wallet: Pubkey, mint: Pubkey, token_program: Pubkey) -> Instruction:
    account = addresses.ata(wallet, mint, token_program).address
    keys = [
        AccountMeta(wallet, True, True),
        AccountMeta(account, False, True),
        AccountMeta(wallet, False, False),
        AccountMeta(mint, False, False),
        AccountMeta(SYSTEM_PROGRAM, False, False),
        AccountMeta(token_program, False, False),
    ]
    return Instruction(ATA_PROGRAM, b"\x01", keys)


def _millionths(price: str) -> int:
    return int(price.replace(".", ""))
