"""Answers without their values: what two nodes must agree on, whatever has happened on them."""

from __future__ import annotations

import re
from typing import Any


def shape(reply: Any) -> Any:
    """A reply without its values: types for values, the first element for lists, errors with their digits masked."""
    if isinstance(reply, dict) and isinstance(reply.get("error"), dict):
        error = reply["error"]
        masked = {**error, "message": re.sub(r"\d+", "N", error["message"]), "data": _values(error.get("data"))}
        return {**{key: value for key, value in reply.items() if key != "id"}, "error": masked}
    return _values(reply)


def _values(value: Any) -> Any:
    match value:
        case dict():
            return {key: _values(value[key]) for key in sorted(value)}
        case list():
            return [_values(value[0])] if value else []
        case None | bool():
            return value
        case int() | float():
            return 0
        case _:
            return "text"


def named(instructions: list[Any]) -> list[Any]:
    """Parsed instructions as program, type and the names of their values; others as their keys."""
    return [
        [one["program"], one["parsed"]["type"], *sorted(one["parsed"]["info"])]
        if isinstance(one.get("parsed"), dict)
        else sorted(one)
        for one in instructions
    ]
