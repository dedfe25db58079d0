"""How a table describes an instruction: the roles of its accounts and the fields of its data, both in order. Pure."""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from solders.pubkey import Pubkey


class Unparsable(ValueError):
    """Not an instruction that the table of its program knows."""


class Data:
    """Bytes read from the front; what remains at the end is mostly nobody's concern, as with Agave."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        """The next bytes; Unparsable when there are not as many."""
        end = self._at + size
        if end > len(self._data):
            raise Unparsable(Unparsable.__doc__)
        found = self._data[self._at : end]
        self._at = end
        return found

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(self.left)

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self._data) - self._at

    def end(self) -> None:
        """Unparsable when anything is left."""
        if self.left:
            raise Unparsable(Unparsable.__doc__)


Read = Callable[[Data], Any]


def unsigned(size: int) -> Callable[[Data], int]:
    """A reader of a number of so many bytes."""
    return lambda data: int.from_bytes(data.take(size), "little")


def signed(size: int) -> Callable[[Data], int]:
    """A reader of a number that may be negative."""
    return lambda data: int.from_bytes(data.take(size), "little", signed=True)


u8, u16, u32, u64 = unsigned(1), unsigned(2), unsigned(4), unsigned(8)
i8, i16, i64 = signed(1), signed(2), signed(8)


def flag(data: Data) -> bool:
    """One byte; all but 0 is true."""
    return u8(data) != 0


def digits(data: Data) -> str:
    """Eight bytes as a decimal string."""
    return str(u64(data))


def double(data: Data) -> float:
    """A double."""
    return struct.unpack("<d", data.take(8))[0]


def float_text(data: Data) -> str:
    """A double as Rust writes it: never with an exponent, whole numbers without a point."""
    value = double(data)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"
    text = format(Decimal(repr(value)), "f")
    return text.removesuffix(".0")


def key(data: Data) -> str:
    """An address."""
    return str(Pubkey(data.take(32)))


def key_or_none(data: Data) -> str | None:
    """One byte that says whether an address follows, and the address."""
    return optional(key)(data)


def key_or_null(data: Data) -> str | None:
    """An address, none where all its bytes are 0."""
    raw = data.take(32)
    return str(Pubkey(raw)) if any(raw) else None


def optional(read: Read) -> Read:
    """A reader of one byte that says whether a value follows, and of the value."""

    def read_it(data: Data) -> Any:
        match u8(data):
            case 0:
                return None
            case 1:
                return read(data)
        raise Unparsable(Unparsable.__doc__)

    return read_it


def base64_of(size: int) -> Callable[[Data], str]:
    """A reader of so many bytes as base64."""
    return lambda data: base64.b64encode(data.take(size)).decode()


elgamal_key, aes, elgamal = base64_of(32), base64_of(36), base64_of(64)


def elgamal_or_null(data: Data) -> str | None:
    """A key of ElGamal's, none where all its bytes are 0."""
    raw = data.take(32)
    return elgamal_key(Data(raw)) if any(raw) else None


def nested(*fields: tuple[str, Read]) -> Callable[[Data], dict[str, Any]]:
    """A reader of several values as one."""
    return lambda data: {name: read(data) for name, read in fields}


def text(data: Data) -> str:
    """bincode's string: its length in 8 bytes, then UTF-8."""
    return _utf8(data.take(u64(data)))


def short_text(data: Data) -> str:
    """Borsh's string: its length in 4 bytes, then UTF-8."""
    return _utf8(data.take(u32(data)))


def pairs(data: Data) -> list[list[str]]:
    """Borsh's list of pairs of strings."""
    return [[short_text(data), short_text(data)] for _ in range(u32(data))]


def text_to_the_end(data: Data) -> str:
    """UTF-8 without a length."""
    return _utf8(data.rest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One kind of instruction.

    `fields` are shown as read; those named in `silent` only where they are not None; `exact`: no data may follow them.
    `signer` is who comes after the roles: alone under its own name, with others after it as `multisig...` and
    `signers`. `listed` names the list of all accounts after the roles, which must not be empty; `rest` does too, and it
    may be empty. `absent` are further roles, null where the account is missing; `maybe` are such as
    are not shown then. `needs` is how many accounts there must be, where that is more than the roles.
    """

    name: str
    roles: tuple[str, ...] = ()
    fields: tuple[tuple[str, Read], ...] = ()
    silent: tuple[str, ...] = ()
    signer: str | None = None
    listed: str | None = None
    rest: str | None = None
    absent: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    needs: int = 0
    exact: bool = False

    def parsed(self, accounts: Sequence[str], data: Data) -> dict[str, Any]:
        """The instruction as Agave shows it; Unparsable when accounts or data are too short."""
        roles = len(self.roles)
        if len(accounts) < max(self.needs, roles + (self.signer is not None) + (self.listed is not None)):
            raise Unparsable(Unparsable.__doc__)
        info: dict[str, Any] = dict(zip((*self.roles, *self.maybe), accounts, strict=False))
        for name, read in self.fields:
            value = read(data)
            if value is not None or name not in self.silent:
                info[name] = value
        if self.exact:
            data.end()
        for at, name in enumerate(self.absent, roles):
            info[name] = accounts[at] if at < len(accounts) else None
        if name := self.listed or self.rest:
            info[name] = list(accounts[roles:])
        if self.signer is not None:
            info |= signers(self.signer, accounts[roles:])
        return typed(self.name, info)


def typed(name: str, info: dict[str, Any]) -> dict[str, Any]:
    """The values of an instruction, by name."""
    return {"info": dict(sorted(info.items())), "type": name}


def signers(name: str, accounts: Sequence[str]) -> dict[str, Any]:
    """Who signs: one account under its name, or a multisig and the rest."""
    owner, *others = accounts
    if not others:
        return {name: owner}
    return {f"multisig{name[0].upper()}{name[1:]}": owner, "signers": others}


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise Unparsable(Unparsable.__doc__) from error
