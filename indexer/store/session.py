"""The indexer's one connection: made, lost, made again, and ours alone by a lock and an epoch. Used by store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg.errors import InsufficientPrivilege, InvalidSchemaName, LockNotAvailable, UndefinedColumn, UndefinedTable
from psycopg.rows import TupleRow

from indexer.errors import AnotherIndexer, SchemaMismatch, StoreUnavailable

Connection = psycopg.AsyncConnection[TupleRow]

CONNECT_TIMEOUT_S = 2
STATEMENT_TIMEOUT_S = 30
LOCK_KEY = 0x5EA1B00C
LOCK_WAIT_S = 3
SEARCH_PATH = "chain, ledger"


class Session:
    """Gives a live connection inside a transaction; every passing failure becomes StoreUnavailable."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None
        self.epoch: int | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """One transaction: committed at the end, or nothing of it."""
        try:
            connection = await self._live()
            async with connection.transaction():
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise StoreUnavailable(f"database: {first_line(error)}") from error
        except shape_errors() as error:
            raise SchemaMismatch(f"{SchemaMismatch.__doc__} ({first_line(error)})") from error

    async def close(self) -> None:
        """Leave; the lock goes with the connection."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _live(self) -> Connection:
        """The connection, made anew where it was lost. Raises AnotherIndexer where one wrote meanwhile."""
        if self._connection is not None and not self._connection.closed:
            return self._connection
        connection = await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name="indexer",
            options=f"-c search_path={SEARCH_PATH.replace(' ', '')} -c statement_timeout={STATEMENT_TIMEOUT_S}s",
        )
        try:
            await self._claim(connection)
        except BaseException:
            await connection.close()
            raise
        self._connection = connection
        return connection

    async def _claim(self, connection: Connection) -> None:
        """Take the lock that one indexer holds. After a loss the epoch must still be ours."""
        try:
            # A killed predecessor's session ends within moments: it is waited for, a living one is not.
            await connection.execute("SELECT set_config('lock_timeout', %s, false)", (f"{LOCK_WAIT_S}s",))
            await connection.execute("SELECT pg_advisory_lock(%s)", (LOCK_KEY,))
        except LockNotAvailable as error:
            raise AnotherIndexer from error
        if self.epoch is not None and await one(connection, "SELECT epoch FROM head") != self.epoch:
            raise AnotherIndexer


async def one(connection: Connection, query: str, values: tuple[Any, ...] = ()) -> Any:
    """The first column of the first row; None where there is no row."""
    cursor = await connection.execute(query, values)  # pyright: ignore[reportArgumentType, reportCallIssue]
    row = await cursor.fetchone()
    return None if row is None else row[0]


def first_line(error: Exception) -> str:
    """The first line of what PostgreSQL says."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def shape_errors() -> tuple[type[psycopg.Error], ...]:
    """What PostgreSQL says where the schemas are not there, not ours or not of this version."""
    return UndefinedTable, UndefinedColumn, InvalidSchemaName, InsufficientPrivilege
