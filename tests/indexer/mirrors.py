"""Runs the indexer against a fake chain into a real database, and reads all its tables as one comparable value."""

from indexer.follow import Follower
from indexer.model import Head, Limits, Mark, Source, Wait
from indexer.plan import plan
from indexer.store.mirror import Mirror
from localnet.database import Database
from tests.indexer.fakes import GENESIS, Node

# What a fork may leave behind: its dead blocks, the log of what happened, who wrote and when.
LEAVES_TRACE = {"feed", "head", "source_health", "incident", "version", "undo"}
HEAD = ("genesis", "sealed_slot", "sealed_hash", "sealed_height", "sealed_time", "final_slot", "final_hash")
LIMITS = Limits(slots_per_page_max=5, witnesses_min=1)


def anchor(node: Node) -> Mark:
    """Where a mirror of this tree begins."""
    return Mark(node.slot, node.blockhash, node.height)


def follower(source: Source, store: Mirror, limits: Limits = LIMITS) -> Follower:
    """The loop, without pauses."""
    return Follower(source, store, limits=limits, poll_s=0)


async def catch_up(source: Source, store: Mirror, *, limits: Limits = LIMITS, steps_max: int = 2000) -> Head:
    """Follow until there is nothing left to do at what the source shows now."""
    loop = follower(source, store, limits)
    head, seen = await store.head(), await source.look()
    for _ in range(steps_max):
        decided = plan(head, seen, limits)
        if isinstance(decided, Wait):
            return head
        head, seen = await loop.step(head, seen)
    raise AssertionError("the loop does not come to rest")


async def opened(database: Database, root: Node) -> Mirror:
    """A mirror that begins at the tree's root, or goes on."""
    store = Mirror(database.dsn("indexer"))
    await store.open(genesis=GENESIS, anchor=anchor(root))
    return store


def dump(database: Database) -> dict[str, list[str]]:
    """Every table that must not depend on forks, crashes or pages, as sorted rows."""
    with database.connect() as connection:
        names = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('ledger', 'chain') ORDER BY 1, 2"
        ).fetchall()
        asked = [
            f"SELECT '{table}' AS name, t::text AS line FROM {schema}.\"{table}\" t"
            + (" WHERE status = 'sealed'" if table == "slot" else "")
            for schema, table in names
            if table not in LEAVES_TRACE
        ]
        asked.append(f"SELECT 'head', ({', '.join(HEAD)})::text FROM ledger.head")
        found: dict[str, list[str]] = {}
        query = " UNION ALL ".join(asked) + " ORDER BY 1, 2"
        for name, line in connection.execute(query).fetchall():  # pyright: ignore
            found.setdefault(name, []).append(line)
    return found
