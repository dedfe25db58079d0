"""What must hold of any request before a route reads it: readable text, a JSON body, no parameter that nobody reads.

It knows routes only by the OpenAPI document, so what is documented is what is taken. Called by `app` for every request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request

from .errors import InvalidRequest, UnsupportedMediaType

_CONVERTER = re.compile(r":[a-z]+}")
_WITH_BODY = frozenset({"POST", "PUT"})


class Intake:
    """The check, with the query parameters that each documented operation takes."""

    def __init__(self, document: bytes) -> None:
        paths: Mapping[str, Mapping[str, Any]] = msgspec.json.decode(document)["paths"]
        self._known = {
            (method.upper(), path): frozenset(
                item["name"] for item in operation.get("parameters", []) if item["in"] == "query"
            )
            for path, operations in paths.items()
            for method, operation in operations.items()
        }

    async def __call__(self, request: Request) -> None:
        """Raises InvalidRequest or UnsupportedMediaType."""
        query = request.scope.get("query_string", b"")
        # PostgreSQL has no text with a NUL in it, and no name of ours has one.
        if "\0" in request.scope["path"] or b"%00" in query or b"\0" in query:
            raise InvalidRequest("A request has no NUL in its path or query.")
        self._refuse_unread(request)
        if request.method in _WITH_BODY:
            await _require_json(request)

    def _refuse_unread(self, request: Request) -> None:
        """A parameter that no one reads would look as if it had been obeyed."""
        for path in request.route_handler.paths:
            known = self._known.get((str(request.method), _CONVERTER.sub("}", path)))
            unread = set() if known is None else request.query_params.keys() - known
            for name in sorted(unread):
                takes = f"it takes {', '.join(sorted(known or ()))}" if known else "it takes none"
                raise InvalidRequest(f"No query parameter is called {name[:80]!r} here: {takes}.", field=name[:80])


async def _require_json(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedMediaType
    try:
        msgspec.json.decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"The body is not JSON: {error}.") from error
    except RecursionError as error:
        raise InvalidRequest("The body is nested too deeply.") from error
