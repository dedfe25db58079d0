"""How Rust's serde reads JSON into the types of Agave's parameters, with its complaints. Pure.

A type is a function that returns for a value that it takes and raises RpcError -32602 for another. Agave reads all
parameters of a call before it looks at any of them, so these come before every other complaint.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from localnet.chain.errors import RpcError, invalid_params
from localnet.chain.rpc.params import kind, unknown_variant
from localnet.chain.rpc.params import text as text
from localnet.chain.rpc.params import u64 as _unsigned

Type = Callable[[Any], None]
MISSING = object()


class Field(NamedTuple):
    """One field of a struct: its type, and whether its absence is an error."""

    type: Type
    required: bool = False
    # `#[serde(default)]`: may be left out of a sequence too.
    default: bool = False


def wrong(what: str) -> RpcError:
    """The error that serde's sentence makes."""
    return invalid_params(f"Invalid params: {what}.")


def u64(value: Any) -> None:
    """u64."""
    _unsigned(value)


def usize(value: Any) -> None:
    """usize."""
    _unsigned(value, "usize")


def u8(value: Any) -> None:
    """u8."""
    _unsigned(value, "u8", 255)


def string(value: Any) -> None:
    """String."""
    text(value)


def flag(value: Any) -> None:
    """bool."""
    if not isinstance(value, bool):
        raise wrong(f"invalid type: {kind(value)}, expected a boolean")


def option(inner: Type) -> Type:
    """Option<T>: null, or what `inner` takes."""

    def read(value: Any) -> None:
        if value is not None:
            inner(value)

    return read


def many(inner: Type) -> Type:
    """Vec<T>."""

    def read(value: Any) -> None:
        if not isinstance(value, list):
            raise wrong(f"invalid type: {kind(value)}, expected a sequence")
        for one in value:
            inner(one)

    return read


def unit(value: Any) -> None:
    """The content of a variant that has none."""
    if value is not None:
        raise wrong(f"invalid type: {kind(value)}, expected unit")


def enum(**variants: Type | None) -> Type:
    """An enum by the names of its variants; the type of their content, None where they have none."""
    names = tuple(name.replace("__", "+") for name in variants)
    contents = dict(zip(names, variants.values(), strict=True))

    def read(value: Any) -> None:
        match value:
            case str():
                name, content = value, MISSING
            case dict() if len(value) == 1:
                ((name, content),) = value.items()
            case dict():
                raise wrong("invalid value: map, expected map with a single key")
            case _:
                raise wrong(f"invalid type: {kind(value)}, expected string or map")
        if name not in contents:
            raise unknown_variant(name, names)
        inner = contents[name]
        if content is MISSING:
            if inner is not None:
                raise wrong("invalid type: unit variant, expected newtype variant")
            return
        (inner or unit)(content)

    return read


def struct(name: str, *, flat: bool = False, **fields: Field | Type) -> Type:
    """A struct by the wire names of its fields; a bare type is one that may be left out.

    One with a flattened part (`flat`) is read from maps only; any other from a sequence of its fields too.
    """
    known = {key: one if isinstance(one, Field) else Field(one) for key, one in fields.items()}

    def read(value: Any) -> None:
        if isinstance(value, list) and not flat:
            _read_sequence(name, known, value)
            return
        if not isinstance(value, dict):
            raise wrong(f"invalid type: {kind(value)}, expected struct {name}")
        for key in value:
            if key in known:
                known[key].type(value[key])
        for key, one in known.items():
            if one.required and key not in value:
                raise wrong(f"missing field `{key}`")

    return read


def _read_sequence(name: str, fields: dict[str, Field], values: list[Any]) -> None:
    for at, one in enumerate(fields.values()):
        if at < len(values):
            one.type(values[at])
        elif not one.default:
            counted = f"{len(fields)} element{'s' if len(fields) > 1 else ''}"
            raise wrong(f"invalid length {at}, expected struct {name} with {counted}")
    if len(values) > len(fields):
        raise wrong(f"invalid length {len(values)}, expected fewer elements in array")


def untagged(name: str, *variants: Type) -> Type:
    """An enum of whatever fits; where nothing does it is not told why."""

    def read(value: Any) -> None:
        for variant in variants:
            try:
                return variant(value)
            except RpcError:
                continue
        raise wrong(f"data did not match any variant of untagged enum {name}")

    return read
