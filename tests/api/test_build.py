"""Builders of every engine, pure: what they build passes the relayer's policy once signed, or is refused by name."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import FailedTransactionMetadata

from api.build import Anchor, activate, decide, pool, trade
from api.errors import (
    AmountTooSmall,
    ApiError,
    MarketLocked,
    MarketNotActive,
    NothingToClaim,
    TooFewShares,
    WrongEngine,
    WrongSource,
)
from api.schemas.markets import Fees, Market
from api.schemas.transactions import Built, OrderBody
from idl import addresses
from idl.enums import Round
from idl.maths.lmsr import Curve
from idl.program import TOKEN_PROGRAM, WSOL_MINT
from relayer.message import parse
from relayer.policy import Reading, read
from tests.programs import votes
from tests.programs import world as programs

WALLET, PAYER = Keypair.from_seed(bytes([1]) * 32), Keypair.from_seed(bytes([2]) * 32)
ADDRESS, MINT, OTHER = (Pubkey(bytes([n]) * 32) for n in (3, 4, 5))
CURVE = Curve.funded(10**9, 2)
FEE_LAMPORTS = 5_000
COST = str(CURVE.cost((0, 0)))


def anchor(*, sponsored: bool = False) -> Anchor:
    """A message's pins; the wallet pays unless it is sponsored."""
    payer = PAYER if sponsored else WALLET
    return Anchor(blockhash=str(Hash.default()), height=9, slot=90, now=500, payer=payer.pubkey(), unit_price=0)


def market(engine: str, state: str = "active", **more: Any) -> Market:
    """A market of this engine."""
    given: dict[str, Any] = {
        "address": str(ADDRESS), "slug": "s", "question": "q", "creator": str(WALLET.pubkey()), "mint": str(MINT),
        "engine": engine, "state": state, "n": 2, "odds": [], "supply": ["0", "0"], "volume": "0", "open": 100,
        "lock": 1_000, "event": 400, "resolve_by": 2_000, "void_after": 3_000, "deadline": 0, "dispute_s": 3,
        "source_kind": "optimistic", "source": str(OTHER), "op": None, "strike": None, "fee_bps": Fees(100, 50, 250),
        "min_stake": "1000", "max_stake": "1000000000", "uri": "", "metadata_sha256": "", "lot_k": "10",
        "subsidy": "1000000000", "liquidity": str(CURVE.b), "cost": COST, "escrow": "0", "likes": 0, "dislikes": 0,
        "quorum_voters": 1, "vault": "0", "fees_owed": [], "payout": None, "winner": None, "halted": False,
        "created_slot": 1, "closed_slot": None, "seq": 1, "degraded": False,
    } | more  # fmt: skip
    return Market(**given)


def trader(one: Market, **more: Any) -> trade.Trader:
    """The wallet with shares in a market."""
    given: dict[str, Any] = {
        "market": one, "wallet": WALLET.pubkey(), "nonce": 7, "shares": (50_000, 50_000), "new_position": True,
        "seated": False, "pause": 0, "token_program": TOKEN_PROGRAM,
    } | more  # fmt: skip
    return trade.Trader(**given)


def buyer(**more: Any) -> pool.Buyer:
    """The wallet with shares of a pool."""
    given: dict[str, Any] = {
        "pool": ADDRESS, "mint": MINT, "wallet": WALLET.pubkey(), "a": 3, "c": 1_000, "supply": 20, "shares": 10,
        "due": 5, "locked_until": 0, "nonce": 7, "new_holder": True, "token_program": TOKEN_PROGRAM,
    } | more  # fmt: skip
    return pool.Buyer(**given)


def order(**more: Any) -> OrderBody:
    """A purchase of YES at 40."""
    given = {"wallet": str(WALLET.pubkey()), "market": str(ADDRESS), "side": "buy", "outcome": 0, "tick": 40}
    return msgspec.convert(given | {"lots": "20"} | more, OrderBody)


TERMS = decide.Terms(min_bond=500, bond_bps=200, bond=500, token_program=TOKEN_PROGRAM)
Build = Callable[[Anchor, str], Built]
SOL = {"mint": str(WSOL_MINT)}
BUILDS: dict[str, Build] = {
    "buy": lambda a, m: trade.buy(trader(market("lmsr", mint=m)), a, outcome=0, amount=90_000, slippage_bps=100),
    "sell": lambda a, m: trade.sell(
        trader(market("lmsr", supply=["50000", "50000"], cost=str(CURVE.cost((50_000, 50_000))), mint=m)), a, outcome=1,
        shares=9_000, slippage_bps=100,
    ),
    "split": lambda a, m: trade.split(trader(market("lmsr", mint=m)), a, amount=5_000),
    "merge": lambda a, m: trade.merge(trader(market("book", "locked", mint=m)), a, amount=5_000),
    "transfer_shares": lambda a, m: trade.transfer(
        trader(market("lmsr", mint=m)), a, outcome=0, shares=5, to=OTHER
    ),
    "order": lambda a, m: trade.order(trader(market("book", mint=m)), a, order(), lots=20, bound=None),
    "order that sells": lambda a, m: trade.order(
        trader(market("book", mint=m)), a, order(side="sell", kind="ioc"), lots=20, bound=None
    ),
    "cancel": lambda a, m: trade.cancel(trader(market("book", mint=m)), a, index=3, order_id=17),
    "cancel_all": lambda a, m: trade.cancel_all(trader(market("book", "void", mint=m)), a),
    "withdraw": lambda a, m: trade.withdraw(trader(market("book", mint=m), seated=True), a, amount=5),
    "withdraw at the end": lambda a, m: trade.withdraw(trader(market("book", "finalized", mint=m)), a, amount=5),
    "vote on a proposal": lambda a, m: decide.vote(
        market("lmsr", "proposed", mint=m), WALLET.pubkey(), a, TERMS, side=1, weight=1
    ),
    "vote in a dispute": lambda a, m: decide.vote(
        market("lmsr", "disputed", mint=m), WALLET.pubkey(), a, TERMS, side=2, weight=5_000
    ),
    "propose": lambda a, m: decide.propose(
        market("lmsr", "locked", source=str(WALLET.pubkey()), mint=m), WALLET.pubkey(), a, TERMS, outcome=1,
        evidence=bytes(32),
    ),
    "dispute": lambda a, m: decide.dispute(market("lmsr", "resolving", mint=m), WALLET.pubkey(), a, TERMS),
    "claim_vote": lambda a, m: decide.claim_vote(
        market("lmsr", "finalized", mint=m), WALLET.pubkey(), a, TERMS, number=Round.DISPUTE
    ),
    "claim_vote on a proposal": lambda a, m: decide.claim_vote(
        market("lmsr", "active", mint=m), WALLET.pubkey(), a, TERMS, number=Round.PROPOSAL
    ),
    "claim_bond": lambda a, m: decide.claim_bond(market("lmsr", "void", mint=m), WALLET.pubkey(), a, TERMS),
    "activate": lambda a, m: activate(
        market("lmsr", "approved", mint=m), WALLET.pubkey(), a, fee_to=None, token_program=TOKEN_PROGRAM, subsidy=10**9
    ),
    "activate a book": lambda a, m: activate(
        market("book", "approved", mint=m), WALLET.pubkey(), a, fee_to=None, token_program=TOKEN_PROGRAM
    ),
    "pool_create": lambda a, m: pool.create(buyer(supply=0, mint=Pubkey.from_string(m)), a, lock_s=60, shares=5),
    "shares_buy": lambda a, m: pool.buy(buyer(mint=Pubkey.from_string(m)), a, shares=5, slippage_bps=100),
    "shares_sell": lambda a, m: pool.sell(buyer(mint=Pubkey.from_string(m)), a, shares=5, slippage_bps=100),
    "dividend_claim": lambda a, m: pool.claim(buyer(mint=Pubkey.from_string(m)), a, destination=None),
}  # fmt: skip


@pytest.mark.parametrize("mint", [str(MINT), str(WSOL_MINT)], ids=["token", "sol"])
@pytest.mark.parametrize("sponsored", [False, True], ids=["self", "sponsored"])
@pytest.mark.parametrize("name", BUILDS)
def test_what_is_built_is_relayed(name: str, sponsored: bool, mint: str) -> None:
    """Every built transaction, signed by its wallet, passes the policy, paid by itself or by a sponsor."""
    built = BUILDS[name](anchor(sponsored=sponsored), mint)

    unsigned = VersionedTransaction.from_bytes(base64.b64decode(built.transaction))
    signatures = list(unsigned.signatures)
    at = list(unsigned.message.account_keys).index(WALLET.pubkey())
    signatures[at] = WALLET.sign_message(to_bytes_versioned(unsigned.message))
    wire = bytes(VersionedTransaction.populate(unsigned.message, signatures))
    answer = read(parse(wire), frozenset({PAYER.pubkey()}))

    assert isinstance(answer, Reading), answer
    assert (answer.wallet, answer.market, answer.sponsored) == (WALLET.pubkey(), ADDRESS, sponsored)
    assert str(answer.nonce) == (built.nonce or "None")
    assert len(wire) <= 1232


REFUSED: dict[str, tuple[type[ApiError], Callable[[], Built]]] = {
    "a pool has no market maker": (
        WrongEngine, lambda: trade.buy(trader(market("parimutuel")), anchor(), outcome=0, amount=5_000, slippage_bps=0)
    ),
    "locked": (
        MarketLocked, lambda: trade.buy(trader(market("lmsr", "locked")), anchor(), outcome=0, amount=5_000,
                                        slippage_bps=0)
    ),
    "too little": (
        AmountTooSmall, lambda: trade.buy(trader(market("lmsr")), anchor(), outcome=0, amount=999, slippage_bps=0)
    ),
    "more than held": (
        TooFewShares, lambda: trade.merge(trader(market("lmsr"), shares=(9, 5)), anchor(), amount=6)
    ),
    "merged too late": (
        MarketNotActive, lambda: trade.merge(trader(market("lmsr", "finalized")), anchor(), amount=6)
    ),
    "a vote on nothing": (
        MarketNotActive, lambda: decide.vote(market("lmsr"), WALLET.pubkey(), anchor(), TERMS, side=0, weight=1)
    ),
    "a price is not disputed": (
        WrongSource,
        lambda: decide.dispute(market("lmsr", "resolving", source_kind="price"), WALLET.pubkey(), anchor(), TERMS),
    ),
    "a vote that still counts": (
        NothingToClaim,
        lambda: decide.claim_vote(market("lmsr", "disputed"), WALLET.pubkey(), anchor(), TERMS, number=Round.DISPUTE),
    ),
    "a vote on a proposal that is open": (
        NothingToClaim,
        lambda: decide.claim_vote(market("lmsr", "proposed"), WALLET.pubkey(), anchor(), TERMS, number=Round.PROPOSAL),
    ),
    "a bond of an open question": (
        NothingToClaim, lambda: decide.claim_bond(market("lmsr", "resolving"), WALLET.pubkey(), anchor(), TERMS)
    ),
    "a sale of too many": (TooFewShares, lambda: pool.sell(buyer(), anchor(), shares=11, slippage_bps=0)),
    "no subsidy": (
        AmountTooSmall, lambda: activate(market("lmsr", "approved"), WALLET.pubkey(), anchor(), fee_to=None,
                                         token_program=TOKEN_PROGRAM)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_never_land(name: str) -> None:
    """What no time can mend is refused by its name and not built."""
    error, build = REFUSED[name]
    with pytest.raises(error):
        build()


def sol_world(name: str) -> tuple[programs.World, Pubkey, Keypair]:
    """A decided dispute about SOL, with a wallet that closed its wrapped account after it had voted and bonded."""
    world = programs.World()
    pool = votes.voted(votes.disputed(world, mint=WSOL_MINT), ("alice", 1, 40_000), ("dave", 0, 20_000))
    world.do(votes.tally(pool))
    wallet, account = programs.wallet(name), pool.ata(name)
    metas = [AccountMeta(account, False, True), AccountMeta(wallet.pubkey(), False, True)]
    world.send(
        Instruction(TOKEN_PROGRAM, b"\x09", [*metas, AccountMeta(wallet.pubkey(), True, False)]), signers=(wallet,)
    )
    assert world.data(account) is None
    return world, pool.address, wallet


@pytest.mark.parametrize(("name", "kind"), [("alice", "vote"), ("bob", "bond")])
def test_what_comes_back_of_a_dispute_about_sol(name: str, kind: str) -> None:
    """A wallet without a wrapped account gets its weight or bond back as SOL, in the transaction that was built."""
    world, address, wallet = sol_world(name)
    one = market("parimutuel", "finalized", address=str(address), mint=str(WSOL_MINT))
    pins = replace(anchor(), blockhash=str(world.svm.latest_blockhash()), payer=wallet.pubkey())
    if kind == "vote":
        built = decide.claim_vote(one, wallet.pubkey(), pins, TERMS, number=Round.DISPUTE)
    else:
        built = decide.claim_bond(one, wallet.pubkey(), pins, TERMS)
    before = world.lamports(wallet.pubkey())
    unsigned = VersionedTransaction.from_bytes(base64.b64decode(built.transaction))

    landed = world.svm.send_transaction(VersionedTransaction(unsigned.message, [wallet]))

    assert not isinstance(landed, FailedTransactionMetadata), landed
    assert world.lamports(wallet.pubkey()) > before - FEE_LAMPORTS
    assert world.data(addresses.ata(wallet.pubkey(), WSOL_MINT).address) is None


def test_the_wrapped_account_stays_for_what_comes_back() -> None:
    """Whoever votes or bonds SOL keeps the account that keepers pay into; a trade closes it."""

    def last(built: Built) -> bytes:
        message = VersionedTransaction.from_bytes(base64.b64decode(built.transaction)).message
        return bytes(message.instructions[-1].data)

    sol = str(WSOL_MINT)
    for name in ("vote in a dispute", "propose", "dispute"):
        assert last(BUILDS[name](anchor(), sol)) != b"\x09"
    for name in ("buy", "claim_vote", "claim_bond"):
        assert last(BUILDS[name](anchor(), sol)) == b"\x09"
