"""The file feed: what grows while it is read is read once, whole lines only, and a bad line stops nobody."""

from pathlib import Path
from typing import Any

import pytest

from localnet.database import Database as Server
from relayer.oracle.file import READ_MAX_BYTES, parse, pull, read_page, source
from relayer.store import feeds
from relayer.store.pool import Database
from tests.relayer.rows import using

FEED = "F" * 44


def pulls(server: Server, path: Path, *writes: bytes) -> list[int]:
    """How many readings each pull brings, with bytes appended before each."""
    feed = source(str(path), feed=FEED, expo=-8)

    async def go(pool: Database) -> list[int]:
        counts = []
        for part in writes:
            with path.open("ab") as file:
                file.write(part)
            counts.append(len(await pull(pool, path, feed)))
        return counts

    return using(server, go)


def stored(server: Server) -> list[tuple[Any, ...]]:
    """The readings."""
    with server.connect() as connection:
        return connection.execute(
            "SELECT provider_time, value, prev, accepted, reason FROM relay.reading ORDER BY provider_time"
        ).fetchall()


def test_appended_while_read(database: Server, tmp_path: Path) -> None:
    """A line whose end is not written yet waits; each line is read once, wherever the writer paused."""
    path = tmp_path / "ticks.csv"
    whole = b"publish,price,prev\n100,5,0\n101,6,100\n"
    assert pulls(database, path, *(whole[at : at + 1] for at in range(len(whole)))).count(1) == 2
    assert stored(database) == [(100, 5, 0, True, None), (101, 6, 100, True, None)]


def test_goes_on_where_it_was(database: Server, tmp_path: Path) -> None:
    """The cursor is kept with the readings: another process reads only what is new."""
    path = tmp_path / "ticks.csv"
    assert pulls(database, path, b"100,5,0\n101,6") == [1]
    assert pulls(database, path, b"", b",100\n", b"") == [0, 1, 0]
    assert [row[0] for row in stored(database)] == [100, 101]


def test_no_file_yet(database: Server, tmp_path: Path) -> None:
    """A file that is not there brings nothing and is no error."""

    async def go(pool: Database) -> int:
        path = tmp_path / "none.csv"
        return len(await pull(pool, path, source(str(path), feed=FEED, expo=-8)))

    assert using(database, go) == 0


BAD = {
    "words": (b"a,b,c", 0, "not three integers"),
    "a sign too many": (b"--5,1,2", 0, "not three integers"),
    "two fields": (b"100,5", 100, "not three integers"),
    "four fields": (b"100,5,1,1", 100, "not three integers"),
    "a decimal": (b"100,5.5,1", 100, "not three integers"),
    "python's own digits": (b"1_00,5,1", 0, "not three integers"),
    "zero bytes of a crashed writer": (b"\0\0\0", 0, "not three integers"),
    "no text": (b"\xff\xfe,5,1", 0, "not three integers"),
    "a price of zero": (b"100,0,1", 100, "price out of range"),
    "a price beyond i64": (b"100,9223372036854775808,1", 100, "price out of range"),
    "a time of zero": (b"0,5,0", 0, "publish time out of range"),
    "a time beyond everything": (b"9999999999999999999,5,0", 0, "publish time out of range"),
    "prev is not before": (b"100,5,100", 100, "prev is not before publish"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_line(name: str, database: Server, tmp_path: Path) -> None:
    """A line that is wrong is stored with its reason, and the next one is read."""
    line, time, reason = BAD[name]
    assert pulls(database, tmp_path / "ticks.csv", line + b"\n200,5,100\n") == [2]
    assert stored(database) == [(time, None, None, False, reason), (200, 5, 100, True, None)]


def test_a_good_line_replaces_a_bad_one_and_stays(database: Server, tmp_path: Path) -> None:
    """A refused reading gives way to an accepted one of its time; an accepted one is never changed."""
    pulls(database, tmp_path / "ticks.csv", b"100,0,1\n", b"100,7,1\n", b"100,8,1\n")
    assert stored(database) == [(100, 7, 1, True, None)]


def test_a_page_is_bounded() -> None:
    """Lines that end within the page are read; the rest is left for the next."""
    page = read_page(b"1,1,0\n2,1,1\n3,1", cursor=7)
    assert ([r.publish for r in page.readings], page.cursor) == ([1, 2], 7 + 12)
    assert READ_MAX_BYTES > 1_000_000


def test_parse_is_exact() -> None:
    """Three integers, spaces around them allowed."""
    assert parse(" 100 ,5, 0").accepted


@pytest.mark.parametrize(("at", "first"), [(1, 100), (100, 100), (101, 105), (106, None)])
def test_first_from_a_time_on(at: int, first: int | None, database: Server, tmp_path: Path) -> None:
    """The first accepted reading at or after a time is what a market asks for; refused ones are passed over."""
    pulls(database, tmp_path / "ticks.csv", b"100,5,0\n103,0,100\n105,6,100\n")

    async def go(pool: Database) -> list[int]:
        async with pool.transaction() as connection:
            return [one.publish for one in await feeds.firsts(connection, [(FEED, at)])]

    assert using(database, go) == ([] if first is None else [first])
