"""Reading JSON-RPC parameters with Agave's rules and sentences. Pure."""

from __future__ import annotations

import binascii
import json
from typing import Any

import base58
from solders.hash import Hash, ParseHashError
from solders.pubkey import Pubkey
from solders.signature import Signature

from localnet.chain.errors import RpcError, invalid_params
from localnet.chain.model import Commitment

U64_MAX = 2**64 - 1


class Params:
    """The positional parameters of one call."""

    def __init__(self, values: list[Any]) -> None:
        self._values = values

    def get(self, index: int) -> Any:
        """The value at an index, None where absent."""
        return self._values[index] if index < len(self._values) else None

    def u64(self, index: int) -> int:
        """An unsigned integer."""
        return u64(self.get(index))

    def usize(self, index: int, default: int | None = None) -> int:
        """A count; `default` where it may be left out."""
        value = self.get(index)
        return default if value is None and default is not None else u64(value, "usize")

    def text(self, index: int) -> str:
        """A string."""
        return text(self.get(index))

    def pubkey(self, index: int) -> Pubkey:
        """An address."""
        return pubkey(self.text(index))

    def signature(self, index: int) -> str:
        """A signature, checked, as its base58 text."""
        return signature(self.text(index))

    def blockhash(self, index: int) -> str:
        """A hash, checked, as its base58 text."""
        return blockhash(self.text(index))

    def texts(self, index: int, most: int) -> list[str]:
        """A list of strings, at most `most` long."""
        value = self.get(index)
        if value is None:
            return []
        if not isinstance(value, list):
            raise invalid_params(f"Invalid params: invalid type: {kind(value)}, expected a sequence.")
        if len(value) > most:
            raise invalid_params(f"Too many inputs provided; max {most}")
        return [text(one) for one in value]

    def config(self, index: int, name: str) -> Config:
        """The options object; `name` is Agave's struct, for its sentence."""
        value = self.get(index)
        if value is None:
            return Config({})
        if not isinstance(value, dict):
            raise invalid_params(f"Invalid params: invalid type: {kind(value)}, expected struct {name}.")
        return Config(value)


class Config:
    """The options of one call."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def get(self, name: str) -> Any:
        """An option as it came, None where absent."""
        return self._values.get(name)

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean option."""
        value = self._values.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise invalid_params(f"Invalid params: invalid type: {kind(value)}, expected a boolean.")
        return value

    def u64(self, name: str) -> int | None:
        """An unsigned option."""
        value = self._values.get(name)
        return None if value is None else u64(value)

    def text(self, name: str) -> str | None:
        """A string option."""
        value = self._values.get(name)
        return None if value is None else text(value)

    def word(self, name: str) -> str | None:
        """An option that is a variant of an enum: serde takes `{variant: null}` too."""
        value = self._values.get(name)
        match value:
            case {**one} if len(one) == 1:
                return next(iter(one))
            case _:
                return self.text(name)

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """An option out of a few."""
        value = self.word(name)
        if value is None:
            return default
        if value not in choices:
            raise unknown_variant(value, choices)
        return value

    def commitment(self, name: str = "commitment", default: Commitment = "finalized") -> Commitment:
        """The commitment; like Agave, a word it does not know means finalized, and anything else nothing."""
        match self._values.get(name):
            case "processed" | "confirmed" | "finalized" as value:
                return value
            case str():
                return "finalized"
            case _:
                return default

    def settled(self) -> Commitment:
        """The commitment of a history method: processed is refused."""
        commitment = self.commitment()
        if commitment == "processed":
            raise invalid_params("Method does not support commitment below `confirmed`")
        return commitment

    def signature(self, name: str) -> str | None:
        """A signature option."""
        value = self.text(name)
        return None if value is None else signature(value)

    def blockhash(self, name: str) -> str | None:
        """A blockhash option."""
        value = self.text(name)
        try:
            return None if value is None else blockhash(value)
        except RpcError as error:
            raise invalid_params(f"Invalid param: {error.message}") from error

    def data_slice(self) -> tuple[int, int] | None:
        """`dataSlice` as (offset, length)."""
        value = self._values.get("dataSlice")
        if value is None:
            return None
        if not isinstance(value, dict):
            raise invalid_params(f"Invalid params: invalid type: {kind(value)}, expected struct UiDataSliceConfig.")
        for name in ("offset", "length"):
            if name not in value:
                raise invalid_params(f"Invalid params: missing field `{name}`.")
        return u64(value["offset"]), u64(value["length"])


def u64(value: Any, name: str = "u64", most: int = U64_MAX) -> int:
    """An unsigned integer; `name` is Rust's type, for its sentence."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid_params(f"Invalid params: invalid type: {kind(value)}, expected {name}.")
    if value > U64_MAX:
        raise invalid_params(f"Invalid params: invalid type: {kind(value)}, expected {name}.")
    if not 0 <= value <= most:
        raise invalid_params(f"Invalid params: invalid value: {kind(value)}, expected {name}.")
    return value


def check_count(values: list[Any], least: int, most: int) -> None:
    """Refuse too few or too many parameters; where all are needed, Agave reads them as one tuple and says so."""
    count = len(values)
    if most == 0 and count:
        raise invalid_params("Invalid parameters: No parameters were expected", rust_debug(values))
    if least == most and count < least:
        raise invalid_params(f"Invalid params: invalid length {count}, expected a tuple of size {most}.")
    if least == most and count > most:
        raise invalid_params(f"Invalid params: invalid length {count}, expected fewer elements in array.")
    if count < least:
        raise invalid_params(f"`params` should have at least {least} argument(s)")
    if count > most:
        raise invalid_params(f"Invalid parameters: Expected from {least} to {most} parameters.", f'"Got: {count}"')


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
            return f"Number({value})"
        case str():
            return f"String({json.dumps(value, ensure_ascii=False)})"
        case list():
            return f"Array [{', '.join(_debug(one) for one in value)}]"
        case _:
            return f"Object {{{', '.join(f'{json.dumps(key)}: {_debug(one)}' for key, one in value.items())}}}"


def unknown_variant(value: str, choices: tuple[str, ...]) -> RpcError:
    """The error of a word that is none of a few."""
    listed = [f"`{one}`" for one in choices]
    expected = " or ".join(listed) if len(listed) == 2 else f"one of {', '.join(listed)}"
    return invalid_params(f"Invalid params: unknown variant `{value}`, expected {expected}.")


def text(value: Any) -> str:
    """A string."""
    if not isinstance(value, str):
        raise invalid_params(f"Invalid params: invalid type: {kind(value)}, expected a string.")
    return value


def pubkey(value: str) -> Pubkey:
    """An address out of base58."""
    try:
        return Pubkey.from_string(value)
    except ValueError as error:
        raise invalid_params(f"Invalid param: {_wrong(value)}") from error


def signature(value: str) -> str:
    """A checked signature."""
    try:
        return str(Signature.from_string(value))
    except ValueError as error:
        raise invalid_params(f"Invalid param: {_wrong(value)}") from error


def blockhash(value: str) -> str:
    """A checked hash."""
    try:
        return str(Hash.from_string(value))
    except ParseHashError as error:
        raise invalid_params(_wrong(value)) from error


def base64_bytes(value: str) -> bytes:
    """Bytes out of padded base64, with the Rust base64 crate's complaints."""
    try:
        return binascii.a2b_base64(value, strict_mode=True)
    except ValueError as error:
        raise invalid_params(f"invalid base64 encoding: {_base64_complaint(value)}") from error


def _base64_complaint(value: str) -> str:
    for at, char in enumerate(value):
        if not (char.isascii() and (char.isalnum() or char in "+/=")):
            return f"InvalidByte({at}, {ord(char)})"
    return "InvalidPadding"


def base58_bytes(value: str) -> bytes:
    """Bytes out of base58."""
    try:
        return base58.b58decode(value)
    except ValueError as error:
        at = next((i for i, char in enumerate(value) if char.encode() not in _ALPHABET), 0)
        raise invalid_params(
            f"invalid base58 encoding: InvalidCharacter {{ character: '{value[at]}', index: {at} }}"
        ) from error


_ALPHABET = {bytes([one]) for one in base58.BITCOIN_ALPHABET}


def kind(value: Any) -> str:
    """A JSON value as serde names it in its errors."""
    match value:
        case None:
            return "null"
        case bool():
            return f"boolean `{str(value).lower()}`"
        case int() if not -(2**63) <= value <= U64_MAX:
            return f"floating point `{float(value)}`"
        case int():
            return f"integer `{value}`"
        case float():
            return f"floating point `{value}`"
        case str():
            return f'string "{value}"'
        case list():
            return "sequence"
        case _:
            return "map"


def _wrong(value: str) -> str:
    """Agave's word for a bad 32- or 64-byte base58 text."""
    return "Invalid" if any(char.encode() not in _ALPHABET for char in value) else "WrongSize"
