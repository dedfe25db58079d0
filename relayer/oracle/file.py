"""A feed from a CSV file publish,price,prev that grows while it is read; localnet's provider.

Only whole lines are consumed: a line without its newline is being written. The cursor is the byte offset, stored in the
transaction that stores the readings, so a line is read once whatever crashes. Never guesses: a line that is not three
integers becomes a refused reading with its reason.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from relayer.errors import Transient
from relayer.store import feeds
from relayer.store.feeds import Reading, Source
from relayer.store.pool import Database

READ_MAX_BYTES = 4 * 1024 * 1024
HEADER = "publish,price,prev"
PRICE_MAX = 2**63 - 1
_INTEGER = re.compile(r"-?[0-9]{1,20}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Whole lines from an offset, and the offset behind them."""

    readings: tuple[Reading, ...]
    cursor: int


def source(path: str, *, feed: str, expo: int) -> Source:
    """The feed_source of a file."""
    return Source(
        id=f"file:{Path(path).name}",
        provider="file",
        symbol=Path(path).stem,
        feed=feed,
        expo=expo,
        interval_s=1,
        max_age_s=60,
    )


def read_page(data: bytes, *, cursor: int) -> Page:
    """Readings of the whole lines in data, which begins at byte cursor of the file; a last piece waits."""
    end = data.rfind(b"\n") + 1
    lines = data[:end].decode("utf-8", errors="replace").splitlines()
    kept = [line.strip() for line in lines if line.strip() and line.strip() != HEADER]
    return Page(readings=tuple(parse(line) for line in kept), cursor=cursor + end)


def parse(line: str) -> Reading:
    """One line as a reading, refused with its reason where it is wrong."""
    parts = [part.strip() for part in line.split(",")]
    if len(parts) != 3 or not all(_INTEGER.fullmatch(part) for part in parts):
        return _refused(line, _time(parts[0]), "not three integers")
    publish, price, prev = (int(part) for part in parts)
    if not 0 < publish < 2**62:
        return _refused(line, 0, "publish time out of range")
    if not 0 < price <= PRICE_MAX:
        return _refused(line, publish, "price out of range")
    if not 0 <= prev < publish:
        return _refused(line, publish, "prev is not before publish")
    return Reading(publish=publish, value=price, prev=prev, raw=line, accepted=True)


def _time(text: str) -> int:
    """The publish time of a line that is wrong elsewhere, 0 where it says none."""
    value = int(text) if _INTEGER.fullmatch(text) else 0
    return value if 0 < value < 2**62 else 0


def _refused(line: str, publish: int, reason: str) -> Reading:
    # A zero byte, as a crashed writer leaves them, is no text for PostgreSQL.
    raw = line[:200].replace("\0", "\N{REPLACEMENT CHARACTER}")
    return Reading(publish=publish, value=None, prev=None, raw=raw, accepted=False, reason=reason)


async def pull(database: Database, path: Path, source: Source) -> Sequence[Reading]:
    """Read what the file has grown by and store it; what was read, nothing where there is no new whole line."""
    async with database.transaction() as connection:
        cursor = int(await feeds.cursor(connection, source) or 0)
        page = read_page(_tail(path, cursor), cursor=cursor)
        if page.cursor > cursor:
            await feeds.keep(connection, source, page.readings, cursor=str(page.cursor))
    return page.readings


def _tail(path: Path, cursor: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(cursor)
            return file.read(READ_MAX_BYTES)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise Transient(f"oracle file cannot be read: {type(error).__name__}") from error
