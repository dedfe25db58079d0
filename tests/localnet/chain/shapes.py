"""Answers without their values: what two nodes must agree on, whatever has happened on them."""

from __future__ import annotations

import base64
import re
from typing import Any

# Base58 of 64 and of 32 bytes, an address on the network, and sentences that name a slot of this very chain.
_MASKS = (
    (re.compile(r"\b[1-9A-HJ-NP-Za-km-z]{80,90}\b"), "<signature>"),
    (re.compile(r"\b[1-9A-HJ-NP-Za-km-z]{32,44}\b"), "<key>"),
    (re.compile(r"\b\d+\.\d+\.\d+\.\d+:\d+"), "<address>"),
    (re.compile(r"(?<=^Slot )\d+(?= was skipped)"), "<slot>"),
    (re.compile(r"(?<=is too large; max )\d+$"), "<slot>"),
    (re.compile(r"consumed \d+ of \d+ compute units"), "consumed <units>"),
    (re.compile(r"^[1-9A-HJ-NP-Za-km-z]{91,}$"), "<data>"),
)
# Texts that are data: that they are texts is compared, what is in them is not.
_DATA = frozenset({"data", "uiAmountString", "amount", "supply"})
ENCODINGS = frozenset({"base58", "base64", "base64+zstd"})
OPAQUE = "<data>"
ABSENT = "<absent>"


def shape(value: Any, name: str = "") -> Any:
    """A value of JSON with its kinds, names and words, but without its figures, keys and data.

    A list is the kinds of elements it has, in the order in which they first come; null, true and false stay, and of an
    error its code and its sentence.
    """
    match value:
        case {"error": {"code": int() as code, "message": str() as message, **rest}, **beside}:
            known = {"code": code, "message": masked(message), **shape(rest, "error")}
            return {**shape(beside), "error": known}
        case dict():
            return {masked(key): shape(value[key], "" if name == "error" else key) for key in sorted(value)}
        case [str() as data, str() as encoding] if encoding in ENCODINGS and not data.startswith("error"):
            return [f"<{len(base64.b64decode(data))} bytes>" if encoding == "base64" else OPAQUE, encoding]
        case list():
            return _distinct([shape(one) for one in value])
        case None | bool():
            return value
        case int():
            return "int"
        case float():
            return "float"
        case _:
            return OPAQUE if name in _DATA and not str(value).startswith("error") else masked(str(value))


def masked(text: str) -> str:
    """A text without keys, signatures and slots."""
    for pattern, word in _MASKS:
        text = pattern.sub(word, text)
    return text


def differences(ours: Any, theirs: Any, path: str = "") -> dict[str, tuple[Any, Any]]:
    """Where two shapes differ: path -> (ours, theirs), each as deep as it can be told."""
    if ours == theirs:
        return {}
    if isinstance(ours, dict) and isinstance(theirs, dict):
        found: dict[str, tuple[Any, Any]] = {}
        for key in sorted({*ours, *theirs}):
            below = f"{path}.{key}" if path else key
            found |= differences(ours.get(key, ABSENT), theirs.get(key, ABSENT), below)
        return found
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        found = {}
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            found |= differences(one, other, f"{path}.{index}" if path else str(index))
        return found
    return {path: (ours, theirs)}


def named(instructions: list[Any]) -> list[Any]:
    """Parsed instructions as program, type and the names of their values; others as their keys."""
    return [
        [one["program"], one["parsed"]["type"], *sorted(one["parsed"]["info"])]
        if isinstance(one.get("parsed"), dict)
        else sorted(one)
        for one in instructions
    ]


def _distinct(shapes: list[Any]) -> list[Any]:
    found: list[Any] = []
    for one in shapes:
        if one not in found:
            found.append(one)
    return found
