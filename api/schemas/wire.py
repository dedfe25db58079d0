"""The shapes every answer shares (envelope, list, problem) and the strict readers of amounts and addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Generic, TypeVar

import msgspec
from solders.pubkey import Pubkey

from ..errors import InvalidAddress, InvalidAmount

U64_MAX = 2**64 - 1
I64_MAX = 2**63 - 1
PAGE_MAX = 100
BODY_BYTES_MAX = 65_536

Amount = Annotated[str, msgspec.Meta(description="base units as a decimal string", examples=["2500000"])]
Address = Annotated[
    str, msgspec.Meta(description="base58 public key", examples=["So11111111111111111111111111111111111111112"])
]
Price = Annotated[
    str, msgspec.Meta(description="a number in 0..1 with six decimals, as a string", examples=["0.625000"])
]
UnixTime = Annotated[int, msgspec.Meta(description="seconds since 1970-01-01 UTC", examples=[1784851200])]

_DIGITS = re.compile(r"0|[1-9][0-9]{0,19}", re.ASCII)

T = TypeVar("T")


class Answer(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One value and how fresh the mirror was when it was read."""

    data: T
    as_of_slot: int
    final_slot: int
    feed_seq: int
    degraded: bool
    stale: bool


class Listing(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One page; `next_cursor` asks for the following one."""

    data: list[T]
    next_cursor: str | None
    has_more: bool
    as_of_slot: int
    final_slot: int
    feed_seq: int
    degraded: bool
    stale: bool


class FieldError(msgspec.Struct, frozen=True):
    """One field that could not be read."""

    field: str
    message: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457 problem details: the one shape of every error."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldError]
    request_id: str


def amount(text: str, *, field: str) -> int:
    """A u64 in base units; raises InvalidAmount for anything but its canonical decimal digits."""
    if not _DIGITS.fullmatch(text) or int(text) > U64_MAX:
        raise InvalidAmount(field=field)
    return int(text)


def address(text: str, *, field: str) -> Pubkey:
    """A public key; raises InvalidAddress."""
    try:
        return Pubkey.from_string(text)
    except ValueError as error:
        raise InvalidAddress(field=field) from error


U = TypeVar("U")


def mapped(page: Listing[T], change: Callable[[T], U]) -> Listing[U]:
    """The same page of other values."""
    return msgspec.structs.replace(page, data=[change(item) for item in page.data])  # pyright: ignore[reportReturnType]
