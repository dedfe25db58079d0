"""The only writer of schema `app`."""

from __future__ import annotations

from .queries.read import Pool

_PUT = """INSERT INTO app.metadata (sha256, uri, body, created_at) VALUES (%s, %s, %s, now())
    ON CONFLICT (sha256) DO NOTHING"""


async def put_metadata(pool: Pool, sha256: str, uri: str, body: bytes) -> bool:
    """Keep these bytes under their hash; False when they were kept already."""
    async with pool.connection() as connection:
        return (await connection.execute(_PUT, (sha256, uri, body))).rowcount == 1


async def get_metadata(pool: Pool, sha256: str) -> bytes | None:
    """The bytes with this hash."""
    async with pool.connection() as connection:
        cursor = await connection.execute("SELECT body FROM app.metadata WHERE sha256 = %s", (sha256,))
        row = await cursor.fetchone()
    return None if row is None else bytes(row[0])
