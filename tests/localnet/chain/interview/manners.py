"""HTTP around JSON-RPC: methods, paths, content types, CORS and lengths, and what is answered to each."""

from __future__ import annotations

from typing import Any

import httpx

from tests.localnet.chain.shapes import shape

_CALL = b'{"jsonrpc":"2.0","id":1,"method":"getHealth"}'
_JSON = {"content-type": "application/json"}
_PAGE = {"origin": "http://page"}
_ASKING = {
    **_PAGE,
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type,solana-client",
}
_SHOWN = (
    "content-type",
    "allow",
    "accept",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
    "vary",
)
# A validator takes bodies of 50 kB.
BODY_BYTES_MAX = 50 * 1024
# name -> method, path, headers, body
MANNERS: dict[str, tuple[str, str, dict[str, str], bytes]] = {
    "call": ("POST", "/", _JSON, _CALL),
    "call with charset": ("POST", "/", {"content-type": "application/json; charset=utf-8"}, _CALL),
    "call with another charset": ("POST", "/", {"content-type": "application/json;charset=UTF-8"}, _CALL),
    "call in capitals": ("POST", "/", {"content-type": "Application/JSON"}, _CALL),
    "call of text": ("POST", "/", {"content-type": "text/plain"}, _CALL),
    "call of a form": ("POST", "/", {"content-type": "application/x-www-form-urlencoded"}, _CALL),
    "call of other json": ("POST", "/", {"content-type": "application/json-rpc"}, _CALL),
    "call of no type": ("POST", "/", {}, _CALL),
    "call elsewhere": ("POST", "/elsewhere", _JSON, _CALL),
    "call with a query": ("POST", "/?key=1", _JSON, _CALL),
    "call of a page": ("POST", "/", {**_JSON, **_PAGE}, _CALL),
    "call of a page asking": ("POST", "/", {**_JSON, **_ASKING}, _CALL),
    "call of text of a page": ("POST", "/", {"content-type": "text/plain", **_PAGE}, _CALL),
    "notification": ("POST", "/", _JSON, b'{"jsonrpc":"2.0","method":"getHealth"}'),
    "garbage": ("POST", "/", _JSON, b"xx"),
    "nothing": ("POST", "/", _JSON, b""),
    "no utf-8": ("POST", "/", _JSON, b"\xff\xfe"),
    "long": ("POST", "/", _JSON, b"[" + b" " * (BODY_BYTES_MAX - 2) + b"]"),
    "too long": ("POST", "/", _JSON, b"[" + b" " * BODY_BYTES_MAX + b"]"),
    "preflight": ("OPTIONS", "/", _ASKING, b""),
    "preflight of nothing": ("OPTIONS", "/", _PAGE, b""),
    "preflight elsewhere": ("OPTIONS", "/elsewhere", _ASKING, b""),
    "options": ("OPTIONS", "/", {}, b""),
    "get": ("GET", "/", {}, b""),
    "get of a page": ("GET", "/", _PAGE, b""),
    "get elsewhere": ("GET", "/elsewhere", {}, b""),
    "health": ("GET", "/health", {}, b""),
    "health of a page": ("GET", "/health", _PAGE, b""),
    "health posted": ("POST", "/health", _JSON, _CALL),
    "put": ("PUT", "/", _JSON, _CALL),
    "delete": ("DELETE", "/", {}, b""),
    "head": ("HEAD", "/", {}, b""),
    "head of health": ("HEAD", "/health", {}, b""),
    "patch": ("PATCH", "/", _JSON, _CALL),
}


def manners(url: str) -> dict[str, Any]:
    """Every request, each on a connection of its own, and what was answered."""
    return {name: _asked(url, *request) for name, request in MANNERS.items()}


def _asked(url: str, method: str, path: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """Status, headers that clients look at, and the body."""
    with httpx.Client(base_url=url, timeout=60.0, trust_env=False, verify=False) as client:
        try:
            reply = client.request(method, path, headers=headers, content=body)
        except httpx.RemoteProtocolError:
            return {"status": "hung up"}
    kind = reply.headers.get("content-type", "")
    return {
        "status": reply.status_code,
        "body": shape(reply.json()) if reply.content and "json" in kind else shape(reply.text),
        **{name: reply.headers[name] for name in _SHOWN if name in reply.headers},
    }
