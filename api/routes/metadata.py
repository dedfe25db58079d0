"""Metadata by its hash: PUT keeps canonical bytes, GET gives exactly these."""

from __future__ import annotations

import hashlib
import re

import msgspec
from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from .. import store
from ..errors import UnknownMetadata
from ..queries.read import Reader
from ..schemas.metadata import Metadata, MetadataKept
from ..settings import Settings

_SHA256 = re.compile(r"[0-9a-f]{64}")


def canonical(value: Metadata) -> bytes:
    """Sorted keys, no spaces, UTF-8, defaults left out: the bytes whose sha256 goes on the chain."""
    return msgspec.json.encode(value, order="sorted")


@put("/v1/metadata", status_code=200, tags=["metadata"], summary="Keep a market's metadata")
async def put_metadata(
    data: JSONBody[Metadata], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> MetadataKept:
    """The same content always gives the same address; use both parts in create_market."""
    body = canonical(data)
    sha256 = hashlib.sha256(body).hexdigest()
    uri = f"{settings.base_url}/v1/metadata/{sha256}"
    await store.put_metadata(reader.pool, sha256, uri, body)
    return MetadataKept(uri=uri, sha256=sha256)


@get("/v1/metadata/{sha256:str}", tags=["metadata"], summary="The bytes behind a hash", media_type="application/json")
async def get_metadata(sha256: FromPath[str], reader: NamedDependency[Reader]) -> Response[bytes]:
    """Never changes, so it may be cached for ever."""
    body = await store.get_metadata(reader.pool, sha256) if _SHA256.fullmatch(sha256) else None
    if body is None:
        raise UnknownMetadata
    headers = {"cache-control": "public, max-age=31536000, immutable", "etag": f'"{sha256}"'}
    return Response(body, media_type="application/json", headers=headers)
