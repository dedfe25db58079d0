"""The proof on a real mirror: a true one is complete, every single lie in it is told; lost blocks and their loss."""

import asyncio
import dataclasses
import random
from collections.abc import Callable
from typing import Any

import pytest
from solders.pubkey import Pubkey

from idl import addresses
from idl.events import Closed, Event, MarketCreated
from indexer import prove
from indexer.errors import Refused, SourceUnavailable, WrongGenesis
from indexer.fold import CONFIG
from indexer.fold.rows import Market, Position
from indexer.prove.report import Report
from indexer.store import reads
from localnet.database import Database
from tests.indexer import standing
from tests.indexer.fakes import FakeChain, Node, View, carrying, endpoints_of, source
from tests.indexer.lives import act
from tests.indexer.mirrors import catch_up, dump, opened

CHAIN = FakeChain(8)
TIP = CHAIN.line(CHAIN.root, 25, transactions=4)


async def filled(database: Database, tip: Node = TIP) -> View:
    """A mirror of the chain to its final tip, and the view of an endpoint that holds the accounts it should."""
    store = await opened(database, CHAIN.root)
    view = View(tip=tip, final=tip)
    blocks = source(view)
    await blocks.genesis()
    await catch_up(blocks, store)
    await store.close()
    async with reads.reading(database.dsn("indexer")) as connection:
        view.accounts = {standing.place(row): standing.data(row) for row in await reads.rows_of_config(connection)}
        for subject in await reads.subjects(connection):
            held = await reads.held(connection, subject)
            for row in await reads.rows_of_market(connection, subject):
                view.accounts |= _account(row, held)
                if isinstance(row, Market):
                    # Unwrapped collateral lies with the market's own rents.
                    view.lamports[row.market] = row.market_rent + row.vault_rent + held["VAULT"]
    return view


def _account(row: Any, held: dict[str, int]) -> dict[str, bytes]:
    """The row's account where it stands, with a market's vaults."""
    if getattr(row, "closed_slot", None) is not None or (isinstance(row, Position) and row.state != "open"):
        return {}
    found = {standing.place(row): standing.data(row)}
    if isinstance(row, Market):
        found[str(addresses.bond_vault(Pubkey.from_string(row.market)).address)] = standing.tokens(held["BOND"])
        if not row.flags & 1:
            found[vault(row.market)] = standing.tokens(held["VAULT"])
    return found


def proof(database: Database, change: str = "", lie: Callable[[View], object] | None = None) -> Report:
    """The proof after a change of the tables or of the accounts."""

    async def go() -> Report:
        view = await filled(database)
        if change:
            with database.connect() as connection:
                connection.execute("SET search_path = chain, ledger")
                connection.execute(change)  # pyright: ignore
        if lie is not None:
            lie(view)
        return await prove.prove(database.dsn("indexer"), endpoints_of(view))

    return asyncio.run(go())


def open_market(view: View) -> str:
    """A market that stands and still has its vault as tokens."""
    return next(
        key for key in view.accounts
        if view.accounts[key].startswith(standing.MARKET) and vault(key) in view.accounts
    )  # fmt: skip


def vault(market: str) -> str:
    """A market's vault."""
    return str(addresses.vault(Pubkey.from_string(market)).address)


def test_a_true_mirror(mirror: Database) -> None:
    """Everything is there and equal, and the table's last line says so."""
    report = proof(mirror)
    assert report.ok, report.table()
    assert (report.missing, report.different, report.degraded, report.gifts) == (0, 0, 0, 0)
    assert report.subjects >= 3
    assert report.accounts >= report.subjects
    assert report.table().splitlines()[-1].startswith("prove ok: ")


A_STAKE = "(SELECT market, seq FROM stake ORDER BY slot, seq LIMIT 1)"
LIES: dict[str, str] = {
    "an event is gone": f"DELETE FROM event WHERE (subject, seq) IN {A_STAKE}",
    "the newest event of a subject is gone": f"DELETE FROM event e USING subject s WHERE s.subject = '{CONFIG}'"
    " AND e.subject = s.subject AND e.seq = s.last_seq",
    "a subject is gone": f"DELETE FROM subject WHERE subject = '{CONFIG}'",
    "a market is gone": "DELETE FROM subject WHERE subject IN"
    " (SELECT market FROM market WHERE closed_slot IS NULL LIMIT 1)",
    "a share too many": "UPDATE position SET shares[1] = shares[1] + 1 WHERE state = 'open'",
    "a paid position that says it is open": "UPDATE position SET state = 'open' WHERE state = 'closed'",
    "an open position that says it is paid": "UPDATE position SET state = 'closed' WHERE state = 'open'",
    "a closed market that says it stands": "UPDATE market SET closed_slot = NULL WHERE closed_slot IS NOT NULL",
    "a fee that is owed": "UPDATE market SET fees_owed[1] = fees_owed[1] + 1 WHERE closed_slot IS NULL",
    "a setting": "UPDATE config SET pause = pause # 1",
    "a leg of money": "DELETE FROM ledger_leg WHERE kind = 'STAKE' AND market IN"
    " (SELECT market FROM market WHERE closed_slot IS NULL)",
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_a_lie_in_the_tables(name: str, mirror: Database) -> None:
    """Each change of the tables alone fails the proof, which names a subject."""
    report = proof(mirror, LIES[name])
    assert not report.ok, report.table()
    assert any(line.wrong for line in report.lines)
    assert report.table().splitlines()[-1].startswith("prove FAILED: ")


def test_a_market_that_no_event_spoke_of(mirror: Database) -> None:
    """A market of the chain that the mirror does not know is missing."""

    def lie(view: View) -> None:
        view.accounts[str(Pubkey(bytes([9]) * 32))] = view.accounts[open_market(view)]

    report = proof(mirror, lie=lie)
    assert (report.ok, report.missing) == (False, 1)


@pytest.mark.parametrize(("change", "ok", "gifts"), [(-1, False, 0), (1, True, 1)])
def test_a_vault_that_holds_another_amount(change: int, ok: bool, gifts: int, mirror: Database) -> None:
    """A vault may hold more than its legs, a gift, and never less."""

    def lie(view: View) -> None:
        place = vault(open_market(view))
        held = int.from_bytes(view.accounts[place][64:72], "little")
        view.accounts[place] = standing.tokens(held + change)

    report = proof(mirror, lie=lie)
    assert (report.ok, report.gifts) == (ok, gifts), report.table()


def test_another_chain_is_not_compared(mirror: Database) -> None:
    """An endpoint of another genesis is refused, one that does not answer is passing."""

    def other(view: View) -> None:
        view.genesis = "another"

    with pytest.raises(WrongGenesis, match="to another"):
        proof(mirror, lie=other)

    def away(view: View) -> None:
        view.away = True

    with pytest.raises(SourceUnavailable):
        proof(mirror, lie=away)


def carrying_first(kind: type[Event], chain: FakeChain, parent: Node, **fields: object) -> Node:
    """A block whose only transaction of ours begins with such an event, as soon as the parent's life has one."""
    for _ in range(60):
        for seed in range(40):
            world, happened = act(parent.world, random.Random(seed), parent.slot + 1)
            first = happened[0]
            if isinstance(first, kind) and all(getattr(first, name) == value for name, value in fields.items()):
                grown = chain.grow(parent, transactions=0)
                return dataclasses.replace(grown, transactions=(carrying(happened, seed=b"lost"),), world=world)
        parent = chain.grow(parent, transactions=2)
    raise AssertionError(f"no life goes on with {kind.__name__}")


def silent(chain: FakeChain, parent: Node) -> Node:
    """A block without any of ours."""
    return chain.grow(parent, transactions=0)


def busy(chain: FakeChain, parent: Node) -> Node:
    """A block of many of ours."""
    return chain.grow(parent, transactions=9)


def created(chain: FakeChain, parent: Node) -> Node:
    """A block that makes a market."""
    return carrying_first(MarketCreated, chain, parent)


def closed(chain: FakeChain, parent: Node) -> Node:
    """A block that ends a market."""
    return carrying_first(Closed, chain, parent, what=0)


def lost(one: Database, other: Database, grow: Callable[[FakeChain, Node], Node], *, after: int) -> tuple[str, int]:
    """What accepting the loss of such a block says, and how far the tip is from what is sealed then."""

    async def go() -> tuple[str, int]:
        chain = FakeChain(8)
        base = chain.line(chain.root, 25, transactions=4)
        gone = grow(chain, base)
        tip = chain.line(gone, 4, transactions=after)
        view = await filled(other, tip)
        view.errors = {gone.slot: -32009}
        store = await opened(one, chain.root)
        blocks = source(view)
        await blocks.genesis()
        assert (await catch_up(blocks, store)).sealed.slot == gone.slot - 1
        await store.report("missing_block", slot=gone.slot, subject=None, detail="nobody gives it")
        await store.close()
        said = await prove.accept_gap(one.dsn("indexer"), endpoints_of(view), gone.slot)
        store = await opened(one, chain.root)
        sealed = (await catch_up(blocks, store)).sealed.slot
        await store.close()
        return said, tip.slot - sealed

    return asyncio.run(go())


@pytest.mark.parametrize("after", [0, 3])
def test_a_lost_block_without_ours(after: int, mirror: Database, other_mirror: Database) -> None:
    """Its loss may be accepted, and the mirror goes on over it, to the same tables."""
    said, behind = lost(mirror, other_mirror, silent, after=after)
    assert "go on without a gap" in said
    assert behind == 0
    ours, theirs = dump(mirror), dump(other_mirror)
    assert {name for name in theirs if ours.get(name) != theirs[name]} <= {"slot"}


@pytest.mark.parametrize(
    ("grow", "after", "why"),
    [
        (busy, 9, "goes on at"), (busy, 0, "on the chain at slot"),
        (created, 0, "no event of the mirror speaks of it"), (closed, 0, "has seq None on the chain"),
    ],
)  # fmt: skip
def test_a_lost_block_of_ours(
    grow: Callable[[FakeChain, Node], Node], after: int, why: str, mirror: Database, other_mirror: Database
) -> None:
    """A block that held an event, seen by later ones or by accounts alone, is not given up: nothing is written."""
    with pytest.raises(Refused, match=why):
        lost(mirror, other_mirror, grow, after=after)
    with mirror.connect() as connection:
        found = connection.execute("SELECT closed_at, resolution FROM ledger.incident").fetchall()
    assert found == [(None, None)]


def test_only_what_is_waited_for_is_accepted(mirror: Database) -> None:
    """A slot that no incident names cannot be given up."""

    async def go() -> None:
        view = await filled(mirror)
        await prove.accept_gap(mirror.dsn("indexer"), endpoints_of(view), 3)

    with pytest.raises(Refused, match="no open incident says that slot 3 is missing"):
        asyncio.run(go())
