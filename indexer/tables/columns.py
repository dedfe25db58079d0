"""Column types shared by the tables: what a pubkey, a u64 and a slot are in SQL. Used by the tables alone."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, DateTime, LargeBinary, Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field


class Base58(Text):
    """A pubkey, signature or hash of the chain as base58 text in byte order."""

    def __init__(self) -> None:
        super().__init__(collation="C")


class Hex(Text):
    """Thirty-two bytes that are no address (a sha256) as lower-case hexadecimal text."""

    def __init__(self) -> None:
        super().__init__(collation="C")


class U64(Numeric[Any]):
    """An unsigned 64-bit integer of the programs: amounts, bounds, nonces."""

    def __init__(self) -> None:
        super().__init__(20, 0)


class U128(Numeric[Any]):
    """A sum or volume of amounts."""

    def __init__(self) -> None:
        super().__init__(39, 0)


class Base58s(ARRAY[Any]):
    """A list of pubkeys."""

    def __init__(self) -> None:
        super().__init__(Base58())


class U64s(ARRAY[Any]):
    """A list of u64, one an outcome unless said otherwise."""

    def __init__(self) -> None:
        super().__init__(U64())


class Moment(DateTime):
    """A block's time."""

    def __init__(self) -> None:
        super().__init__(timezone=True)


def _column(kind: type[Any]) -> Callable[..., Any]:
    """A maker of fields of one SQL type, so that a table reads as a list of names and kinds."""

    def make(*, key: bool = False, null: bool = False, **more: Any) -> Any:
        return Field(primary_key=key, nullable=null, sa_type=kind, sa_column_kwargs=more)

    return make


base58 = _column(Base58)
base58s = _column(Base58s)
hex32 = _column(Hex)
text = _column(Text)
u64 = _column(U64)
u64s = _column(U64s)
u128 = _column(U128)
big = _column(BigInteger)
moment = _column(Moment)
raw = _column(LargeBinary)
