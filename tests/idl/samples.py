"""Random but valid values of every type that an IDL describes, from a seed; the tests of bytes feed on them."""

import random
from typing import Any

from idl.borsh import Book
from idl.schema import INTEGERS, Array, Defined, Option, Prim, Type, Vec


def sample(book: Book, kind: Type, rng: random.Random) -> Any:
    """A value of the type; extremes of integers and empty sequences are likely."""
    match kind:
        case Prim(name) if name in INTEGERS:
            return _integer(name, rng)
        case Prim("bool"):
            return rng.random() < 0.5
        case Prim("pubkey"):
            return rng.randbytes(32)
        case Prim("string"):
            return "".join(rng.choice("aé✓🎲 \0") for _ in range(rng.randrange(12)))
        case Array(Prim("u8"), length):
            return rng.randbytes(length)
        case Prim("bytes") | Vec(Prim("u8")):
            return rng.randbytes(rng.randrange(9))
        case Array(item, length):
            return tuple(sample(book, item, rng) for _ in range(length))
        case Vec(item):
            return tuple(sample(book, item, rng) for _ in range(rng.randrange(4)))
        case Option(item):
            return sample(book, item, rng) if rng.random() < 0.5 else None
        case Defined(name):
            return _defined(book, name, rng)
    raise AssertionError(kind)


def _integer(name: str, rng: random.Random) -> int:
    size, signed = INTEGERS[name]
    low, high = (-(1 << 8 * size - 1), (1 << 8 * size - 1) - 1) if signed else (0, (1 << 8 * size) - 1)
    return rng.choice((low, high, 0, 1, rng.randint(low, high)))


def _defined(book: Book, name: str, rng: random.Random) -> Any:
    definition = book.idl.types[name]
    if definition.variants:
        return rng.choice(list(book.classes[name]))
    return book.classes[name](*(sample(book, field.type, rng) for field in definition.fields))
