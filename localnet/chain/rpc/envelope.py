"""JSON-RPC 2.0 envelopes as Agave's server reads them, over HTTP and WebSockets. Pure."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import msgspec

from localnet.chain.errors import RpcError, invalid_params
from localnet.chain.rpc.params import check_count
from localnet.chain.rpc.serde import U64_MAX, rust_debug

ABSENT = object()
_MEMBERS = frozenset({"jsonrpc", "method", "params", "id"})
_VERSIONS = ("2.0", None)
# What serde_json reads: so many lists and maps in one another, and numbers that an f64 can hold.
_DEPTH_MAX = 127
_NUMBER_MAX = int(sys.float_info.max)


def decode(message: str | bytes) -> dict[str, Any] | list[dict[str, Any]] | None:
    """One request or a batch of them; None for what is neither, to be answered by `parse_error`."""
    try:
        request = msgspec.json.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not _is_readable(request, _DEPTH_MAX):
        return None
    if isinstance(request, dict):
        return request if _has_good_id(request) else None
    if isinstance(request, list) and all(isinstance(one, dict) and _has_good_id(one) for one in request):
        return request
    return None


def reply_to(request: dict[str, Any], call: Callable[[str, Any], Any]) -> dict[str, Any] | None:
    """One request's reply, `call` being given its method and parameters; None for a notification, one without id."""
    method, params, id_ = request.get("method"), request.get("params"), request.get("id", ABSENT)
    if (
        not isinstance(method, str)
        or not (params is None or isinstance(params, list | dict))
        or request.get("jsonrpc") not in _VERSIONS
        or not request.keys() <= _MEMBERS
    ):
        return error_reply(-32600, "Invalid request", None if id_ is ABSENT else id_)
    if id_ is ABSENT:
        return None
    if request.get("jsonrpc") is None:
        return {"error": {"code": -32600, "message": "Unsupported JSON-RPC protocol version"}, "id": id_}
    try:
        return {"jsonrpc": "2.0", "result": call(method, params), "id": id_}
    except RpcError as error:
        return error_reply(error.code, error.message, id_, error.data)


def values_of(params: Any, least: int, most: int) -> list[Any]:
    """The parameters of a method that takes `least` to `most` of them; -32602 when they are not so many, or named."""
    if isinstance(params, dict):
        if most == 0:
            raise invalid_params("Invalid parameters: No parameters were expected", rust_debug(params))
        raise invalid_params("`params` should be an array")
    if params is None and least == most > 0:
        raise invalid_params(f"Invalid params: invalid type: null, expected a tuple of size {most}.")
    values = params or []
    check_count(values, least, most)
    return values


def error_reply(code: int, message: str, id_: Any, data: Any = None) -> dict[str, Any]:
    """A reply that is an error."""
    error: dict[str, Any] = {"code": code, "message": message}
    if data is not None:
        error["data"] = data
    return {"jsonrpc": "2.0", "error": error, "id": id_}


def parse_error() -> dict[str, Any]:
    """The reply to what is no request."""
    return error_reply(-32700, "Parse error", None)


def _is_readable(value: Any, depth: int) -> bool:
    """Whether serde_json would read a value, at most `depth` lists and maps deep."""
    match value:
        case list():
            return depth > 0 and all(_is_readable(one, depth - 1) for one in value)
        case dict():
            return depth > 0 and all(_is_readable(one, depth - 1) for one in value.values())
        case int():
            return -_NUMBER_MAX <= value <= _NUMBER_MAX
        case _:
            return True


def _has_good_id(request: dict[str, Any]) -> bool:
    """Whether the id is one at all: absent, null, a text or an unsigned integer."""
    id_ = request.get("id")
    return id_ is None or isinstance(id_, str) or (type(id_) is int and 0 <= id_ <= U64_MAX)
