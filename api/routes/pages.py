"""The web pages and their files, read once at start; the development wallet only where it is switched on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ..errors import NotFound
from ..settings import Settings

TYPES = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}
DEV_ONLY = frozenset({"dev_wallet.js"})


@dataclass(frozen=True, slots=True)
class Asset:
    """One file with its type and entity tag."""

    body: bytes
    media_type: str
    tag: str


class Web:
    """Every file of api/web by its path."""

    def __init__(self, openapi: bytes, *, dev_wallet: bool) -> None:
        self._assets = dict(_walk(files("api") / "web", ""))
        self._assets["openapi.json"] = _asset(openapi, "application/json")
        if not dev_wallet:
            for name in DEV_ONLY:
                self._assets.pop(name, None)

    def response(self, name: str, request: Request) -> Response[bytes]:
        """The file, or 304; raises NotFound."""
        asset = self._assets.get(name)
        if asset is None:
            raise NotFound("No such file.")
        headers = {"cache-control": "no-cache", "etag": asset.tag}
        if asset.tag in request.headers.get("if-none-match", ""):
            return Response(b"", status_code=304, headers=headers)
        return Response(asset.body, media_type=asset.media_type, headers=headers)


@get("/", include_in_schema=False)
async def list_page(request: Request, web: NamedDependency[Web]) -> Response[bytes]:
    """All markets."""
    return web.response("index.html", request)


@get("/m/{market:str}", include_in_schema=False)
async def market_page(market: FromPath[str], request: Request, web: NamedDependency[Web]) -> Response[bytes]:
    """One market; the page reads its address from its own URL."""
    return web.response("market.html", request)


@get("/assets/{name:path}", include_in_schema=False)
async def asset(name: FromPath[str], request: Request, web: NamedDependency[Web]) -> Response[bytes]:
    """A file of the pages."""
    return web.response(name.lstrip("/"), request)


@get("/v1/openapi.json", include_in_schema=False)
async def openapi(request: Request, web: NamedDependency[Web]) -> Response[bytes]:
    """This surface as an OpenAPI document."""
    return web.response("openapi.json", request)


@get("/favicon.ico", include_in_schema=False)
async def favicon(request: Request, web: NamedDependency[Web]) -> Response[bytes]:
    """Browsers ask for it unasked."""
    return web.response("icon.svg", request)


def content_policy(settings: Settings) -> str:
    """Only our own files; the pages talk to us and to the chain's RPC."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; font-src 'self'; "
        f"connect-src 'self' {settings.public_rpc_url}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _asset(body: bytes, media_type: str) -> Asset:
    return Asset(body, media_type, f'"{hashlib.sha256(body).hexdigest()[:16]}"')


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, Asset]]:
    found: list[tuple[str, Asset]] = []
    for entry in folder.iterdir():
        name, kind = prefix + entry.name, entry.name.rsplit(".", 1)[-1]
        if entry.is_dir():
            found += _walk(entry, name + "/")
        elif kind in TYPES:
            found.append((name, _asset(entry.read_bytes(), TYPES[kind])))
    return found
