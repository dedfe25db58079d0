"""Price accounts: Pyth's bytes at their offsets."""

import struct

import msgspec
import pytest

from idl.errors import BadValue, Truncated, UnknownDiscriminator
from idl.price import PRICE_BYTES, PRICE_BYTES_MIN, PriceUpdate, decode_price, encode_price

UPDATE = PriceUpdate(bytes(range(32)), -5, 7, -8, 1_784_850_900, 1_784_850_899, bytes(32 * [9]), 3, 4, 5)


def test_offsets() -> None:
    """Each field lies where the program reads it."""
    data = encode_price(UPDATE)
    assert len(data) == PRICE_BYTES
    assert data[:8].hex() == "22f123639d7ef4cd"
    assert data[40] == 1
    assert data[41:73] == UPDATE.feed
    assert struct.unpack_from("<q", data, 73) == (-5,)
    assert struct.unpack_from("<Q", data, 81) == (7,)
    assert struct.unpack_from("<i", data, 89) == (-8,)
    assert struct.unpack_from("<qq", data, 93) == (UPDATE.publish, UPDATE.prev)


def test_there_and_back() -> None:
    """An update is read from 134 bytes and from the 133 that a real account may end with."""
    data = encode_price(UPDATE)
    assert decode_price(data) == decode_price(data[:PRICE_BYTES_MIN]) == UPDATE


def test_refusals() -> None:
    """Another kind of account, a short one and a partly verified one are refused."""
    data = encode_price(UPDATE)
    with pytest.raises(UnknownDiscriminator):
        decode_price(b"\0" + data[1:])
    with pytest.raises(Truncated):
        decode_price(data[: PRICE_BYTES_MIN - 1])
    with pytest.raises(BadValue):
        decode_price(data[:40] + b"\0" + data[41:])
    with pytest.raises(BadValue):
        encode_price(msgspec.structs.replace(UPDATE, conf=-1))
