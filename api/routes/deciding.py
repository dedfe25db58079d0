"""Unsigned transactions that decide a market: votes, proposals, disputes."""

from __future__ import annotations

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from idl.enums import Round

from ..build import TOKEN_PROGRAMS, decide
from ..queries.building import Facts
from ..queries.read import Reader
from ..schemas import wire
from ..schemas.transactions import (
    Built,
    ClaimBondBody,
    ClaimVoteBody,
    DisputeBody,
    ProposeBody,
    TokenProgram,
    VoteBody,
)
from ..settings import Settings
from .transactions import anchor_of, market_facts


@post("/v1/transactions/vote", status_code=200, tags=["transactions"], summary="Build a vote")
async def vote(data: JSONBody[VoteBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]) -> Built:
    """On a proposed market, or with a weight in a disputed one."""
    wallet, weight = wire.address(data.wallet, field="wallet"), wire.amount(data.weight, field="weight")
    facts, head = await market_facts(reader, settings, data.market, wallet)
    anchor = anchor_of(head, wallet, facts.payer, data.payer, facts.unit_price)
    terms = _terms(facts, data.token_program)
    return decide.vote(facts.market, wallet, anchor, terms, side=data.side, weight=weight)


@post("/v1/transactions/propose", status_code=200, tags=["transactions"], summary="Build a proposal")
async def propose(
    data: JSONBody[ProposeBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """`expected.cost` is the bond, which comes back if the proposal stands."""
    wallet = wire.address(data.wallet, field="wallet")
    facts, head = await market_facts(reader, settings, data.market, wallet)
    anchor = anchor_of(head, wallet, facts.payer, data.payer, facts.unit_price)
    evidence = bytes.fromhex(data.evidence) if data.evidence else bytes(32)
    terms = _terms(facts, data.token_program)
    return decide.propose(facts.market, wallet, anchor, terms, outcome=data.outcome, evidence=evidence)


@post("/v1/transactions/dispute", status_code=200, tags=["transactions"], summary="Build a dispute")
async def dispute(
    data: JSONBody[DisputeBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """`expected.cost` is the bond; who is right gets it back and half of the other."""
    wallet = wire.address(data.wallet, field="wallet")
    facts, head = await market_facts(reader, settings, data.market, wallet)
    anchor = anchor_of(head, wallet, facts.payer, data.payer, facts.unit_price)
    return decide.dispute(facts.market, wallet, anchor, _terms(facts, data.token_program))


@post("/v1/transactions/claim_vote", status_code=200, tags=["transactions"], summary="Build a vote's return")
async def claim_vote(
    data: JSONBody[ClaimVoteBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """Keepers return votes to token accounts that are there; whose is not claims with this."""
    wallet = wire.address(data.wallet, field="wallet")
    facts, head = await market_facts(reader, settings, data.market, wallet)
    anchor = anchor_of(head, wallet, facts.payer, data.payer, facts.unit_price)
    terms = _terms(facts, data.token_program)
    return decide.claim_vote(facts.market, wallet, anchor, terms, number=Round(data.round))


@post("/v1/transactions/claim_bond", status_code=200, tags=["transactions"], summary="Build a bond's return")
async def claim_bond(
    data: JSONBody[ClaimBondBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """Keepers return bonds to token accounts that are there; whose is not claims with this."""
    wallet = wire.address(data.wallet, field="wallet")
    facts, head = await market_facts(reader, settings, data.market, wallet)
    anchor = anchor_of(head, wallet, facts.payer, data.payer, facts.unit_price)
    return decide.claim_bond(facts.market, wallet, anchor, _terms(facts, data.token_program))


def _terms(facts: Facts, token_program: TokenProgram) -> decide.Terms:
    return decide.Terms(
        min_bond=int(facts.min_bond),
        bond_bps=facts.bond_bps,
        bond=int(facts.bond),
        token_program=TOKEN_PROGRAMS[token_program],
    )
