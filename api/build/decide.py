"""Votes, proposals and disputes of a market's outcome, and what comes back of them. Pure; used by the routes.

Weights and bonds come back as wrapped SOL. So the wallet's wrapped account is left open when they are given, for a
keeper to pay into; who closed it claims for themselves, which makes it anew and turns all in it into SOL.
"""

from __future__ import annotations

from dataclasses import dataclass

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from idl import addresses, instructions
from idl.enums import Round
from idl.limits import BPS
from idl.program import WSOL_MINT

from ..errors import AmountTooSmall, MarketNotActive, NotAuthorised, NothingToClaim, OutcomeOutOfRange, WrongSource
from ..schemas.markets import Market
from ..schemas.transactions import Built, Expected
from .base import Anchor, built, filled, rent, unwrapped, with_account

DECIDED = ("finalized", "void")
VOTE_BYTES, RESOLUTION_BYTES, TOKEN_BYTES = 88, 312, 165


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a market's account says about bonds, and its pending resolution's bond (0 where there is none)."""

    min_bond: int
    bond_bps: int
    bond: int
    token_program: Pubkey


def vote(market: Market, wallet: Pubkey, anchor: Anchor, terms: Terms, *, side: int, weight: int) -> Built:
    """A vote on a proposed market (side 1 likes it, weight 1) or in a dispute (side an outcome, n = INVALID)."""
    key, mint = Pubkey.from_string(market.address), Pubkey.from_string(market.mint)
    number = _round(market)
    dispute = number is Round.DISPUTE
    if side > (market.n if dispute else 1):
        raise OutcomeOutOfRange(field="side")
    if dispute and weight < int(market.min_stake):
        raise AmountTooSmall(f"The least weight is {market.min_stake}.", field="weight")
    weight = weight if dispute else 1
    call = instructions.vote(
        round=number,
        side=side,
        weight=weight,
        market=key,
        vote=addresses.vote(key, number, wallet).address,
        voter=wallet,
        resolution=addresses.resolution(key).address if dispute else None,
        bond_vault=addresses.bond_vault(key).address if dispute else None,
        voter_token=addresses.ata(wallet, mint, terms.token_program).address if dispute else None,
        mint=mint if dispute else None,
        token_program=terms.token_program if dispute else None,
    )
    steps = _paying(wallet, mint, weight, call) if dispute else [call]
    cost = str(weight if dispute else 0)
    expected = Expected(cost=cost, shares="0", fee="0", rent=str(rent(VOTE_BYTES)))
    return built("decide", steps, anchor, market.address, expected)


def propose(market: Market, wallet: Pubkey, anchor: Anchor, terms: Terms, *, outcome: int, evidence: bytes) -> Built:
    """How it ended, with a bond; before resolve_by only the market's source may say it."""
    if market.source_kind != "optimistic":
        raise WrongSource
    if market.state not in ("active", "halted", "locked") or anchor.now < market.event:
        raise MarketNotActive("An outcome is proposed once the event is over, while nothing is decided.")
    if anchor.now < market.resolve_by and str(wallet) != market.source:
        raise NotAuthorised("Until resolve_by only the market's source proposes.", field="wallet")
    if outcome > market.n:
        raise OutcomeOutOfRange(field="outcome")
    key, mint = Pubkey.from_string(market.address), Pubkey.from_string(market.mint)
    bond = bond_of(market, terms)
    call = instructions.propose_outcome(
        outcome=outcome,
        evidence=evidence,
        market=key,
        resolution=addresses.resolution(key).address,
        bond_vault=addresses.bond_vault(key).address,
        proposer=wallet,
        payer=wallet,
        proposer_token=addresses.ata(wallet, mint, terms.token_program).address,
        mint=mint,
        token_program=terms.token_program,
    )
    rents = rent(RESOLUTION_BYTES) + rent(TOKEN_BYTES)
    expected = Expected(cost=str(bond), shares="0", fee="0", rent=str(rents))
    return built("decide", _paying(wallet, mint, bond, call), anchor, market.address, expected)


def dispute(market: Market, wallet: Pubkey, anchor: Anchor, terms: Terms) -> Built:
    """Contradicts what was proposed, with the same bond."""
    if market.source_kind != "optimistic":
        raise WrongSource
    if market.state != "resolving" or not terms.bond:
        raise MarketNotActive(f"The market is {market.state}; only a proposed outcome can be disputed.")
    key, mint = Pubkey.from_string(market.address), Pubkey.from_string(market.mint)
    call = instructions.dispute(
        market=key,
        resolution=addresses.resolution(key).address,
        bond_vault=addresses.bond_vault(key).address,
        disputer=wallet,
        disputer_token=addresses.ata(wallet, mint, terms.token_program).address,
        mint=mint,
        token_program=terms.token_program,
    )
    expected = Expected(cost=str(terms.bond), shares="0", fee="0", rent="0")
    return built("decide", _paying(wallet, mint, terms.bond, call), anchor, market.address, expected)


def claim_vote(market: Market, wallet: Pubkey, anchor: Anchor, terms: Terms, *, number: Round) -> Built:
    """The vote's rent back, and of a decided dispute its weight with what was won or lost."""
    dispute = number is Round.DISPUTE
    if market.state == "closed" or (market.state not in DECIDED if dispute else market.state == "proposed"):
        raise NothingToClaim("A vote comes back once what it was about is decided, while the market is there.")
    key, mint = Pubkey.from_string(market.address), Pubkey.from_string(market.mint)
    call = instructions.claim_vote(
        market=key,
        vote=addresses.vote(key, number, wallet).address,
        voter=wallet,
        resolution=addresses.resolution(key).address if dispute else None,
        bond_vault=addresses.bond_vault(key).address if dispute else None,
        destination=addresses.ata(wallet, mint, terms.token_program).address if dispute else None,
        mint=mint if dispute else None,
        token_program=terms.token_program if dispute else None,
    )
    steps = _paid(wallet, mint, terms.token_program, call) if dispute else [_signed(wallet, call)]
    return built("decide", steps, anchor, market.address, Expected(cost="0", shares="0", fee="0", rent="0"))


def claim_bond(market: Market, wallet: Pubkey, anchor: Anchor, terms: Terms) -> Built:
    """The bond of who was right back, after a dispute with half of the other one."""
    if market.state not in DECIDED or not terms.bond:
        raise NothingToClaim("A bond comes back once the market is decided.")
    key, mint = Pubkey.from_string(market.address), Pubkey.from_string(market.mint)
    call = instructions.claim_bond(
        market=key,
        resolution=addresses.resolution(key).address,
        bond_vault=addresses.bond_vault(key).address,
        mint=mint,
        owner=wallet,
        destination=addresses.ata(wallet, mint, terms.token_program).address,
        token_program=terms.token_program,
    )
    steps = _paid(wallet, mint, terms.token_program, call)
    return built("decide", steps, anchor, market.address, Expected(cost="0", shares="0", fee="0", rent="0"))


def _signed(wallet: Pubkey, call: Instruction) -> Instruction:
    """The call with the wallet's signature, which the program does not ask for but a sponsor does."""
    metas = [AccountMeta(one.pubkey, one.is_signer or one.pubkey == wallet, one.is_writable) for one in call.accounts]
    return Instruction(call.program_id, bytes(call.data), metas)


def bond_of(market: Market, terms: Terms) -> int:
    """max(min_bond, floor(OI * bond_bps / 1e4)), OI the stakes of a pool, else the most of any outcome's shares."""
    supply = [int(part) for part in market.supply]
    interest = sum(supply) if market.engine == "parimutuel" else max(supply)
    return max(terms.min_bond, interest * terms.bond_bps // BPS)


def _round(market: Market) -> Round:
    match market.state:
        case "proposed":
            return Round.PROPOSAL
        case "disputed":
            return Round.DISPUTE
        case state:
            raise MarketNotActive(f"The market is {state}; there is no vote on it.")


def _paying(wallet: Pubkey, mint: Pubkey, amount: int, call: Instruction) -> list[Instruction]:
    return filled(wallet, amount, call) if mint == WSOL_MINT else [call]


def _paid(wallet: Pubkey, mint: Pubkey, token_program: Pubkey, call: Instruction) -> list[Instruction]:
    return unwrapped(wallet, call) if mint == WSOL_MINT else with_account(wallet, mint, token_program, call)
