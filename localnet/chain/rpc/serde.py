"""How Rust's serde reads JSON into the types of Agave's parameters, with its complaints. Pure.

A type is a function that returns the value it has read and raises RpcError -32602 for what it cannot read. Whatever
form a value came in, it is read into one: a struct is a dict of those of its fields that came, a variant its name, or a
dict of its name alone where it has content. Agave reads all parameters of a call before it looks at any of them, so
these complaints come before every other.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from localnet.chain.errors import RpcError, invalid_params

U64_MAX = 2**64 - 1
Type = Callable[[Any], Any]
_MISSING = object()


class Field(NamedTuple):
    """One field of a struct: its type, and whether its absence is an error."""

    type: Type
    required: bool = False
    # `#[serde(default)]`: may be left out of a sequence too.
    default: bool = False


def wrong(what: str) -> RpcError:
    """The error that serde's sentence makes."""
    return invalid_params(f"Invalid params: {what}.")


def kind(value: Any) -> str:
    """A JSON value as serde names it in its errors."""
    match value:
        case None:
            return "null"
        case bool():
            return f"boolean `{str(value).lower()}`"
        case int() if _is_integer(value):
            return f"integer `{value}`"
        case int() | float():
            return f"floating point `{_number(value)}`"
        case str():
            return f'string "{value}"'
        case list():
            return "sequence"
        case _:
            return "map"


def rust_debug(values: list[Any] | dict[str, Any]) -> str:
    """Parameters as Rust prints them for debugging."""
    if isinstance(values, dict):
        return f"Map({_debug(values).removeprefix('Object ')})"
    return f"Array([{', '.join(_debug(one) for one in values)}])"


def _debug(value: Any) -> str:
    match value:
        case None:
            return "Null"
        case bool():
            return f"Bool({str(value).lower()})"
        case int() | float():
            return f"Number({_number(value)})"
        case str():
            return f"String({_quoted(value)})"
        case list():
            return f"Array [{', '.join(_debug(one) for one in value)}]"
        case _:
            return f"Object {{{', '.join(f'{_quoted(key)}: {_debug(one)}' for key, one in sorted(value.items()))}}}"


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _is_integer(value: int) -> bool:
    """Whether serde_json keeps an integer as one."""
    return -(2**63) <= value <= U64_MAX


def _number(value: float) -> str:
    """A number as Rust writes it: a float beyond 64 bits, and its exponent without a leading zero."""
    if isinstance(value, int) and _is_integer(value):
        return str(value)
    return repr(float(value)).replace("e-0", "e-")


def _unknown_variant(value: str, choices: tuple[str, ...]) -> RpcError:
    """The error of a word that is none of a few."""
    listed = [f"`{one}`" for one in choices]
    expected = " or ".join(listed) if len(listed) == 2 else f"one of {', '.join(listed)}"
    return wrong(f"unknown variant `{value}`, expected {expected}")


def _unsigned(value: Any, name: str, most: int = U64_MAX) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not _is_integer(value):
        raise wrong(f"invalid type: {kind(value)}, expected {name}")
    if not 0 <= value <= most:
        raise wrong(f"invalid value: {kind(value)}, expected {name}")
    return value


def u64(value: Any) -> int:
    """u64."""
    return _unsigned(value, "u64")


def usize(value: Any) -> int:
    """usize."""
    return _unsigned(value, "usize")


def u8(value: Any) -> int:
    """u8."""
    return _unsigned(value, "u8", 255)


def string(value: Any) -> str:
    """String."""
    if not isinstance(value, str):
        raise wrong(f"invalid type: {kind(value)}, expected a string")
    return value


def flag(value: Any) -> bool:
    """bool."""
    if not isinstance(value, bool):
        raise wrong(f"invalid type: {kind(value)}, expected a boolean")
    return value


def option(inner: Type) -> Type:
    """Option<T>: null, or what `inner` takes."""

    def read(value: Any) -> Any:
        return None if value is None else inner(value)

    return read


def flattened(inner: Type) -> Type:
    """An Option<T> that is flattened into the struct around it: what T cannot be read from is as if absent."""

    def read(value: Any) -> dict[str, Any]:
        try:
            return inner(value)
        except RpcError:
            return {}

    return read


def many(inner: Type) -> Type:
    """Vec<T>."""

    def read(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise wrong(f"invalid type: {kind(value)}, expected a sequence")
        return [inner(one) for one in value]

    return read


def unit(value: Any) -> None:
    """The content of a variant that has none."""
    if value is not None:
        raise wrong(f"invalid type: {kind(value)}, expected unit")


def enum(**variants: Type | None) -> Type:
    """An enum by the names of its variants, `__` for the `+` in one; the type of their content, None where they have
    none."""
    names = tuple(name.replace("__", "+") for name in variants)
    contents = dict(zip(names, variants.values(), strict=True))

    def read(value: Any) -> str | dict[str, Any]:
        match value:
            case str():
                name, content = value, _MISSING
            case dict() if len(value) == 1:
                ((name, content),) = value.items()
            case dict():
                raise wrong("invalid value: map, expected map with a single key")
            case _:
                raise wrong(f"invalid type: {kind(value)}, expected string or map")
        if name not in contents:
            raise _unknown_variant(name, names)
        inner = contents[name]
        if inner is None:
            unit(None if content is _MISSING else content)
            return name
        if content is _MISSING:
            raise wrong("invalid type: unit variant, expected newtype variant")
        return {name: inner(content)}

    return read


def struct(name: str, *, flat: tuple[Type, ...] = (), **fields: Field | Type) -> Type:
    """A struct by the wire names of its fields; a bare type is one that may be left out.

    One into which others are flattened (`flat`) is read from maps only, and they after it; any other from a sequence of
    its fields too. Agave reads a map in the order of its keys, since its JSON maps are sorted.
    """
    known = {key: one if isinstance(one, Field) else Field(one) for key, one in fields.items()}

    def read(value: Any) -> dict[str, Any]:
        if isinstance(value, list) and not flat:
            return _read_sequence(name, known, value)
        if not isinstance(value, dict):
            raise wrong(f"invalid type: {kind(value)}, expected struct {name}")
        found = {key: known[key].type(one) for key, one in sorted(value.items()) if key in known}
        for key, one in known.items():
            if one.required and key not in value:
                raise wrong(f"missing field `{key}`")
        for part in flat:
            found |= part(value)
        return found

    return read


def _read_sequence(name: str, fields: dict[str, Field], values: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for at, (key, one) in enumerate(fields.items()):
        if at < len(values):
            found[key] = one.type(values[at])
        elif not one.default:
            counted = f"{len(fields)} element{'s' if len(fields) > 1 else ''}"
            raise wrong(f"invalid length {at}, expected struct {name} with {counted}")
    if len(values) > len(fields):
        raise wrong(f"invalid length {len(values)}, expected fewer elements in array")
    return found


def untagged(name: str, *variants: Type) -> Type:
    """An enum of whatever fits; where nothing does it is not told why."""

    def read(value: Any) -> Any:
        for variant in variants:
            try:
                return variant(value)
            except RpcError:
                continue
        raise wrong(f"data did not match any variant of untagged enum {name}")

    return read
