"""Connections to PostgreSQL: one bounded pool a process, and every failure of it as one of our errors.

Called by the other files of this package and by __main__; knows no table.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from relayer.errors import BadSetting, DatabaseAway, DatabaseUnreachable

CONNECT_TIMEOUT_S = 2
STATEMENT_TIMEOUT_MS = 30_000
POOL_MIN, POOL_MAX = 1, 6
POOL_WAIT_S = 5.0

Connection = psycopg.AsyncConnection[TupleRow]


class Database:
    """A pool on one DSN; `open` fails clearly where nobody answers."""

    def __init__(self, dsn: str, *, name: str) -> None:
        self._conninfo = conninfo(dsn, name=name)
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            self._conninfo, min_size=POOL_MIN, max_size=POOL_MAX, timeout=POOL_WAIT_S, open=False, reconnect_timeout=2
        )

    async def open(self) -> None:
        """Connect once by hand, so that a wrong DSN is one sentence, then fill the pool."""
        try:
            async with await psycopg.AsyncConnection.connect(self._conninfo) as connection:
                await connection.execute("SELECT 1")
        except psycopg.OperationalError as error:
            raise DatabaseUnreachable(
                f"PostgreSQL cannot be reached ({where(self._conninfo)}): {first(error)}"
            ) from error
        await self._pool.open()

    async def close(self) -> None:
        """Give every connection back."""
        await self._pool.close(timeout=1)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """One transaction on one connection; a lost server raises DatabaseAway and the pool reconnects."""
        try:
            async with self._pool.connection() as connection, connection.transaction():
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, PoolClosed) as error:
            raise DatabaseAway(f"PostgreSQL went away: {first(error)}") from error

    async def listen(self, *channels: str) -> Connection:
        """A connection of its own that listens on these channels; the caller closes it."""
        try:
            connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
            for channel in channels:
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            return connection
        except psycopg.OperationalError as error:
            raise DatabaseAway(f"PostgreSQL went away: {first(error)}") from error


def conninfo(dsn: str, *, name: str) -> str:
    """The DSN with our timeouts; BadSetting if it is none."""
    try:
        return make_conninfo(
            dsn,
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name=name,
            options=f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC",
        )
    except psycopg.ProgrammingError as error:
        raise BadSetting(f"RELAYER_DATABASE_URL is no PostgreSQL URL: {first(error)}") from error


def where(info: str) -> str:
    """Host, port and database of a conninfo, without its secrets."""
    known = conninfo_to_dict(info)
    return f"{known.get('host', 'localhost')}:{known.get('port', 5432)}/{known.get('dbname', '')}"


def first(error: Exception) -> str:
    """The first line of an error."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
