"""What each instruction costs and how large each account is, against figures that are checked in.

UPDATE_SNAPSHOTS=1 writes them anew; a change of either file is a change to look at.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import pytest
from solders.pubkey import Pubkey

from idl import addresses
from idl.enums import Round
from idl.instructions import poster
from idl.program import WSOL_MINT
from idl.schema import load
from localnet.wallets import wallet
from tests.programs import votes
from tests.programs.books import BUY, IOC, NO, YES, Desk, desk
from tests.programs.creators import followed
from tests.programs.lives import LIVES, VARIANTS
from tests.programs.pools import (
    FEED,
    PLAYERS,
    WINNERS,
    at_event,
    crowd,
    decided,
    opened,
    terms,
    updown,
    with_strike,
)
from tests.programs.pools import create as create_market
from tests.programs.world import USDC, Call, World, key

FOLDER: Final = Path(__file__).parents[1] / "snapshots"
UPDATE: Final = os.environ.get("UPDATE_SNAPSHOTS") == "1"


def compare(name: str, found: object) -> None:
    """Equal to what is checked in, or written anew on request."""
    path = FOLDER / f"{name}.json"
    if UPDATE:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(found, order="sorted")) + b"\n")
    assert msgspec.json.decode(path.read_bytes()) == found


def _bumped(world: World, k: int) -> Call:
    """The longest question, the longest URI."""
    return create_market(world, terms(world, k=k, question="?" * 280, uri="u" * 120, n=8))


def _batch(count: int, mint: Pubkey) -> Callable[[World, int], Call]:
    def life(world: World, k: int) -> Call:
        pool = decided(world, mint=mint, k=k)
        return pool.pay_out(*PLAYERS[:count])

    return life


def _crowd(mint: Pubkey) -> Callable[[World, int], Call]:
    """As many winners as one transaction can name."""
    return lambda world, k: crowd(world, mint).pay_out(*WINNERS[mint])


def _sol_claim(world: World, k: int) -> Call:
    """A claim of SOL after the vault was unwrapped."""
    pool = decided(world, mint=WSOL_MINT, k=k)
    world.do(pool.pay_out("bob"))
    return pool.claim("alice")


def _priced(publish: int) -> Callable[[World, int], Call]:
    """The first update since before the event, published so many seconds after it."""

    def life(world: World, k: int) -> Call:
        pool = with_strike(world, k=k)
        event = at_event(world, pool, publish)
        return pool.resolve(world.post(FEED, 100, publish=event + publish, prev=event - 1))

    return life


def _no_strike(world: World, k: int) -> Call:
    pool = updown(world, k=k)
    return pool.record_strike(world.post(FEED, 1, publish=pool.state.open + 61, prev=pool.state.open - 1))


def _post(world: World, k: int) -> Call:
    one = poster.post(
        feed=FEED, price=k, conf=0, expo=-8, publish=world.now, prev=0, authority=key("oracle"), payer=key("oracle"),
        price_account=addresses.price(FEED, world.now).address,
    )  # fmt: skip
    return Call(one, (wallet("oracle"),))


def _close_price(world: World, k: int) -> Call:
    where = world.post(FEED, k, publish=world.now, prev=0)
    return Call(poster.close(price=where, authority=key("oracle")), (wallet("oracle"),))


def _strike_candidate(world: World, k: int) -> Call:
    pool = updown(world, k=k)
    return pool.record_strike(world.post(FEED, 1, publish=pool.state.open + 1, prev=pool.state.open))


def _sol_stake(world: World, k: int) -> Call:
    pool = opened(world, mint=WSOL_MINT, k=k)
    world.do(pool.stake("alice", 0, 6_000))
    return pool.stake("alice", 0, 6_000, nonce=2)


def _eight(world: World, k: int) -> Call:
    pool = opened(world, n=8, k=k)
    world.do(pool.stake("alice", 0, 6_000))
    return pool.stake("alice", 7, 6_000, nonce=2)


def _again(made: Desk, tick: int, makers: int, kind: int = 0) -> Call:
    """An order of a wallet that has a position, against so many makers."""
    world = made.world
    world.do(made.order("alice", BUY, YES, 10, 10))
    world.do(made.cancel_all("alice"))
    world.do(made.sweep("alice"))
    world.do(made.withdraw("alice", 1_000))
    for n in range(makers):
        world.do(made.order(("bob", "dave", "erin")[n % 3], BUY, NO, 40, 3))
    return made.order("alice", BUY, YES, tick, 3 * makers or 9, kind)


def _rests(world: World, k: int) -> Call:
    return _again(desk(world, k=k), 50, 0)


def _matched(makers: int) -> Callable[[World, int], Call]:
    return lambda world, k: _again(desk(world, k=k), 60, makers, IOC)


def _whole_book(world: World, k: int) -> Call:
    made = desk(world, k=k)
    for n in range(64):
        world.do(made.order("alice", BUY, YES, 20 + n % 9, 9))
        world.do(made.order("alice", BUY, NO, 20 + n % 9, 9))
    return made.cancel_all("alice")


# Every instruction by its name: the market's, then the poster's.
CASES: Final = {
    **{name: {"spl": life} for name, life in LIVES.items()},
    "stake": {
        "new position": LIVES["stake"], "existing position": VARIANTS["stake again"], "sol": _sol_stake,
        "8 outcomes": _eight,
    },
    "create_market": {"plain": LIVES["create_market"], "longest": _bumped},
    "place_order": {
        "new position, fill and rest": LIVES["place_order"], "rest": _rests,
        "sale that rests": VARIANTS["place_order again"],
        **{f"{n} fills": _matched(n) for n in (1, 2, 3, 16)},
    },
    "cancel_all": {"1 order": LIVES["cancel_all"], "128 orders": _whole_book},
    "withdraw": {"spl": LIVES["withdraw"], "of a seat": VARIANTS["withdraw of a seat"]},
    "record_strike": {"final": LIVES["record_strike"], "candidate": _strike_candidate, "void": _no_strike},
    "resolve_by_price": {
        "final": _priced(0), "void": _priced(61), "first candidate": LIVES["resolve_by_price"],
        "ends candidate": VARIANTS["resolve_by_price again"],
    },
    "vote": {"on a proposal": VARIANTS["vote on a proposal"], "on a dispute": LIVES["vote"]},
    "tally_proposal": {"too late": LIVES["tally_proposal"], "votes": VARIANTS["tally_proposal of votes"]},
    "finalize": {"spl": LIVES["finalize"], "contested": VARIANTS["finalize contested"]},
    "claim_bond": {"spl": LIVES["claim_bond"], "of a dispute": VARIANTS["claim_bond of a dispute"]},
    "claim_vote": {"on a proposal": VARIANTS["claim_vote on a proposal"], "on a dispute": LIVES["claim_vote"]},
    "close_orphan": {"spl": LIVES["close_orphan"], "a vote": VARIANTS["close_orphan of a vote"]},
    "claim": {
        "spl": LIVES["claim"], "sol": _sol_claim, "sol, unwrapping": VARIANTS["claim of SOL"],
        "of a seat": VARIANTS["claim of a seat"],
    },
    "pay_out": {
        "1 spl": _batch(1, USDC), "4 spl": _batch(4, USDC), "1 sol, unwrapping": _batch(1, WSOL_MINT),
        "4 sol, unwrapping": _batch(4, WSOL_MINT), "18 spl": _crowd(USDC), "27 sol, unwrapping": _crowd(WSOL_MINT),
    },
    "collect_fees": {"spl": LIVES["collect_fees"], "sol, unwrapping": VARIANTS["collect_fees of SOL"]},
    "close_market": {"spl": LIVES["close_market"], "sol, with a rest": VARIANTS["close_market with a rest"]},
    "activate": {
        "spl": LIVES["activate"], "with a subsidy": VARIANTS["activate with a subsidy"],
        "with a book": VARIANTS["activate of a book"],
    },
    "buy": {
        "new position": LIVES["buy"], "2 outcomes": VARIANTS["buy again"], "8 outcomes": VARIANTS["buy of 8 again"],
    },
    "sell": {"2 outcomes": LIVES["sell"], "8 outcomes": VARIANTS["sell of 8"]},
    "withdraw_subsidy": {
        "spl": LIVES["withdraw_subsidy"], "sol, unwrapping": VARIANTS["withdraw_subsidy of SOL"],
    },
    "buy_shares": {
        "new holder": LIVES["buy_shares"], "existing holder": VARIANTS["buy_shares again"],
        "sol": VARIANTS["buy_shares for SOL"],
    },
    "sell_shares": {"spl": LIVES["sell_shares"], "sol": VARIANTS["sell_shares for SOL"]},
    "sync_dividends": {"spl": LIVES["sync_dividends"], "sol": VARIANTS["sync_dividends of SOL"]},
    "claim_dividend": {"spl": LIVES["claim_dividend"], "sol": VARIANTS["claim_dividend of SOL"]},
    "pay_dividends": {"2 spl": LIVES["pay_dividends"], "2 sol": VARIANTS["pay_dividends of SOL"]},
    "post": {"plain": _post},
    "close": {"plain": _close_price},
}  # fmt: skip


@pytest.fixture(scope="module")
def units() -> dict[str, dict[str, int]]:
    """Compute units of every case, measured alone in a world of its own."""
    return {name: {case: _measure(life, name) for case, life in cases.items()} for name, cases in CASES.items()}


def _measure(life: Callable[[World, int], Call], name: str) -> int:
    world = World(config=name != "init_config")
    return world.do(life(world, 1)).units


def test_compute_units(units: dict[str, dict[str, int]]) -> None:
    """Every instruction of all programs costs what it cost before."""
    assert set(units) == {one.name for program in ("market", "creator", "poster") for one in load(program).instructions}
    compare("compute_units", units)


@pytest.mark.parametrize(
    ("name", "case", "goal"),
    [
        ("stake", "existing position", 13_000), ("stake", "sol", 13_000), ("stake", "8 outcomes", 13_000),
        ("stake", "new position", 23_000), ("claim", "spl", 12_000), ("claim", "sol", 12_000),
        ("claim", "sol, unwrapping", 12_000),
        ("propose_outcome", "spl", 15_000), ("dispute", "spl", 15_000), ("vote", "on a proposal", 9_000),
        ("vote", "on a dispute", 9_000), ("finalize", "spl", 6_000), ("finalize", "contested", 6_000),
        ("buy", "2 outcomes", 15_000), ("buy", "8 outcomes", 18_000), ("sell", "2 outcomes", 15_000),
        ("sell", "8 outcomes", 18_000),
        ("buy_shares", "existing holder", 15_000), ("buy_shares", "sol", 15_000), ("sell_shares", "spl", 15_000),
        ("sell_shares", "sol", 15_000),
        ("create_market", "plain", 35_000), ("create_market", "longest", 35_000),
        ("cancel_order", "spl", 5_000), ("place_order", "rest", 9_000), ("place_order", "sale that rests", 9_000),
    ],
)  # fmt: skip
def test_goals(units: dict[str, dict[str, int]], name: str, case: str, goal: int) -> None:
    """What wallets do most stays cheap."""
    assert units[name][case] <= goal


def test_fills(units: dict[str, dict[str, int]]) -> None:
    """Each further fill of an order costs at most 2500 units."""
    costs = units["place_order"]
    assert costs["2 fills"] - costs["1 fills"] <= 2_500
    assert costs["16 fills"] - costs["1 fills"] <= 15 * 2_500


def test_binary_cost(units: dict[str, dict[str, int]]) -> None:
    """The cost of two outcomes takes at most 700 units, told by what a sale takes more than a merge.

    Both move shares and pay out; a sale has the cost and its fee, a merge burns one share more. The cost alone, between
    two readings of the meter in a build made for that, took 400.
    """
    assert units["sell"]["2 outcomes"] - units["merge"]["spl"] <= 700


def test_account_sizes(world: World) -> None:
    """Every account has the size that the specification gives it."""
    pool = opened(world)
    eight = opened(world, n=8, k=1)
    price = opened(world, price=True, k=2)
    world.do(pool.stake("alice", 0, 6_000))
    world.do(eight.stake("alice", 0, 6_000))
    world.do(pool.stake("bob", 1, 6_000))
    where = world.post(FEED, 1, publish=price.state.open, prev=1)
    pool.world.at(pool.state.event)
    world.do(pool.propose(0))
    world.do(votes.dispute(pool))
    world.do(votes.vote(pool, "dave", 1, 1_000))
    places = {
        "Config": addresses.config().address,
        "MintRule": addresses.mint_rule(USDC).address,
        "Market": pool.address,
        "Vault": pool.vault,
        "BondVault": addresses.bond_vault(pool.address).address,
        "Book": desk(world, k=3).book,
        "Position, 2 outcomes": pool.position("alice"),
        "Position, 8 outcomes": eight.position("alice"),
        "Resolution": addresses.resolution(pool.address).address,
        "Vote": addresses.vote(pool.address, Round.DISPUTE, key("dave")).address,
        "PriceUpdate": where,
    }
    shares = followed(world)
    places |= {"Pool": shares.address, "Holder": shares.holder("alice")}
    places |= {"Reserve": shares.reserve, "Dividends": shares.dividends}
    found = {name: len(world.data(place) or b"") for name, place in places.items()}
    assert found == {
        "Config": 368, "MintRule": 80, "Market": 568, "Vault": 165, "BondVault": 165, "Position, 2 outcomes": 144 + 16,
        "Position, 8 outcomes": 144 + 64, "Resolution": 312, "Vote": 88, "Book": 9_120, "PriceUpdate": 134,
        "Pool": 160, "Holder": 160, "Reserve": 165, "Dividends": 165,
    }  # fmt: skip
    compare("account_sizes", found)
