"""How a table describes an instruction: the roles of its accounts and the fields of its data, both in order. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from solders.pubkey import Pubkey


class Unparsable(ValueError):
    """Not an instruction that the table of its program knows."""


class Data:
    """An instruction's data, read from the front; what remains at the end is nobody's concern, as with Agave."""

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
        return self.take(len(self._data) - self._at)


Read = Callable[[Data], Any]


def u8(data: Data) -> int:
    """One byte."""
    return data.take(1)[0]


def u32(data: Data) -> int:
    """Four bytes."""
    return int.from_bytes(data.take(4), "little")


def u64(data: Data) -> int:
    """Eight bytes."""
    return int.from_bytes(data.take(8), "little")


def digits(data: Data) -> str:
    """Eight bytes as a decimal string."""
    return str(u64(data))


def key(data: Data) -> str:
    """An address."""
    return str(Pubkey(data.take(32)))


def key_or_none(data: Data) -> str | None:
    """One byte that says whether an address follows, and the address."""
    match u8(data):
        case 0:
            return None
        case 1:
            return key(data)
    raise Unparsable(Unparsable.__doc__)


def text(data: Data) -> str:
    """bincode's string: its length in 8 bytes, then UTF-8."""
    return _utf8(data.take(u64(data)))


def text_to_the_end(data: Data) -> str:
    """UTF-8 without a length."""
    return _utf8(data.rest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One kind of instruction.

    `fields` are shown as read; those named in `silent` only where they are not None. `signer` is who comes after the
    roles: alone under its own name, with others after it as `multisig...` and `signers`. `listed` names the list of all
    accounts after the roles, which must not be empty. `absent` are further roles, null where the account is missing.
    `needs` is how many accounts there must be, where that is more than the roles.
    """

    name: str
    roles: tuple[str, ...] = ()
    fields: tuple[tuple[str, Read], ...] = ()
    silent: tuple[str, ...] = ()
    signer: str | None = None
    listed: str | None = None
    absent: tuple[str, ...] = ()
    needs: int = 0

    def parsed(self, accounts: Sequence[str], data: Data) -> dict[str, Any]:
        """The instruction as Agave shows it; Unparsable when accounts or data are too short."""
        roles = len(self.roles)
        if len(accounts) < max(self.needs, roles + (self.signer is not None) + (self.listed is not None)):
            raise Unparsable(Unparsable.__doc__)
        info: dict[str, Any] = dict(zip(self.roles, accounts, strict=False))
        for name, read in self.fields:
            value = read(data)
            if value is not None or name not in self.silent:
                info[name] = value
        for at, name in enumerate(self.absent, roles):
            info[name] = accounts[at] if at < len(accounts) else None
        if self.listed is not None:
            info[self.listed] = list(accounts[roles:])
        if self.signer is not None:
            info |= _signed(self.signer, accounts[roles:])
        return {"info": dict(sorted(info.items())), "type": self.name}


def _signed(name: str, accounts: Sequence[str]) -> dict[str, Any]:
    owner, *signers = accounts
    if not signers:
        return {name: owner}
    return {f"multisig{name[0].upper()}{name[1:]}": owner, "signers": signers}


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise Unparsable(Unparsable.__doc__) from error
