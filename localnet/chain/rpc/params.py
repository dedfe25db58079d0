"""A call's parameters once `types` has read them, and the texts in them: addresses, signatures, hashes, bytes. Pure."""

from __future__ import annotations

import binascii
from typing import Any

import base58
from solders.hash import Hash, ParseHashError
from solders.pubkey import Pubkey
from solders.signature import Signature

from localnet.chain.errors import RpcError, invalid_params
from localnet.chain.model import Commitment
from localnet.chain.rpc.serde import rust_debug


class Params:
    """The positional parameters of one call, as `types.read_types` leaves them."""

    def __init__(self, values: list[Any]) -> None:
        self._values = values

    def get(self, index: int) -> Any:
        """The value at an index, None where absent."""
        return self._values[index] if index < len(self._values) else None

    def number(self, index: int) -> int:
        """An unsigned integer."""
        return self.get(index)

    def text(self, index: int) -> str:
        """A string."""
        return self.get(index)

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
        value = self.get(index) or []
        if len(value) > most:
            raise invalid_params(f"Too many inputs provided; max {most}")
        return value

    def config(self, index: int) -> Config:
        """The options object."""
        return Config(self.get(index) or {})


class Config:
    """The options of one call."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def get(self, name: str) -> Any:
        """An option, None where absent."""
        return self._values.get(name)

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean option."""
        value = self.get(name)
        return default if value is None else value

    def number(self, name: str) -> int | None:
        """An unsigned option."""
        return self.get(name)

    def word(self, name: str, default: str) -> str:
        """An option out of a few words."""
        return self.get(name) or default

    def commitment(self, name: str = "commitment", default: Commitment = "finalized") -> Commitment:
        """The commitment."""
        return self.get(name) or default

    def settled(self) -> Commitment:
        """The commitment of a history method: processed is refused."""
        commitment = self.commitment()
        if commitment == "processed":
            raise invalid_params("Method does not support commitment below `confirmed`")
        return commitment

    def signature(self, name: str) -> str | None:
        """A signature option."""
        value = self.get(name)
        return None if value is None else signature(value)

    def blockhash(self, name: str) -> str | None:
        """A blockhash option."""
        value = self.get(name)
        try:
            return None if value is None else blockhash(value)
        except RpcError as error:
            raise invalid_params(f"Invalid param: {error.message}") from error

    def data_slice(self) -> tuple[int, int] | None:
        """`dataSlice` as (offset, length)."""
        value = self.get("dataSlice")
        return None if value is None else (value["offset"], value["length"])


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
    for at, char in enumerate(value):
        if char not in _ALPHABET:
            raise invalid_params(f"invalid base58 encoding: InvalidCharacter {{ character: '{char}', index: {at} }}")
    return base58.b58decode(value)


_ALPHABET = frozenset(base58.BITCOIN_ALPHABET.decode())


def _wrong(value: str) -> str:
    """Agave's word for a bad 32- or 64-byte base58 text."""
    return "Invalid" if any(char not in _ALPHABET for char in value) else "WrongSize"
