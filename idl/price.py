"""Price accounts: the bytes of Pyth's PriceUpdateV2 as the market program reads them, at fixed offsets.

Layout (pyth-solana-receiver-sdk, price_update.rs): 8 discriminator, 32 write authority, 1 verification level
(1 = Full), then the price message. The poster writes the same 134 bytes; the last one is unused.
"""

import struct
from typing import Final

import msgspec

from idl.errors import BadValue, Truncated, UnknownDiscriminator

PRICE_DISCRIMINATOR: Final = bytes.fromhex("22f123639d7ef4cd")
PRICE_BYTES: Final = 134
PRICE_BYTES_MIN: Final = 133
FULL: Final = 1

_LAYOUT = struct.Struct("<8s32sB32sqQiqqqQQ")


class PriceUpdate(msgspec.Struct, frozen=True, gc=False):
    """One price: `price` and `conf` in units of 10**expo, `publish` and `prev` in unix seconds (`prev` 0 = none)."""

    feed: bytes
    price: int
    conf: int
    expo: int
    publish: int
    prev: int
    authority: bytes = bytes(32)
    posted_slot: int = 0
    ema_price: int = 0
    ema_conf: int = 0


def decode_price(data: bytes) -> PriceUpdate:
    """Read a fully verified price account; raises UnknownDiscriminator, Truncated or BadValue (Partial)."""
    if data[:8] != PRICE_DISCRIMINATOR:
        raise UnknownDiscriminator(f"not a price account: {data[:8].hex()}")
    if len(data) < PRICE_BYTES_MIN:
        raise Truncated(f"a price account has at least {PRICE_BYTES_MIN} bytes, this one {len(data)}")
    _, authority, level, feed, *rest = _LAYOUT.unpack_from(data)
    if level != FULL:
        raise BadValue("the price is not fully verified")
    price, conf, expo, publish, prev, ema_price, ema_conf, slot = rest
    return PriceUpdate(feed, price, conf, expo, publish, prev, authority, slot, ema_price, ema_conf)


def encode_price(update: PriceUpdate) -> bytes:
    """The 134 bytes of a fully verified price account; raises BadValue where a number does not fit."""
    message = (update.price, update.conf, update.expo, update.publish, update.prev, update.ema_price, update.ema_conf)
    head = (PRICE_DISCRIMINATOR, update.authority, FULL, update.feed)
    try:
        return _LAYOUT.pack(*head, *message, update.posted_slot) + bytes(PRICE_BYTES - PRICE_BYTES_MIN)
    except struct.error as error:
        raise BadValue(f"price update out of range: {error}") from error
