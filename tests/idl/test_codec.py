"""Bytes and values: every event, account and instruction there and back, and nothing but its one form accepted."""

import hashlib
import random
import struct
from typing import get_args

import pytest
from solders.pubkey import Pubkey

from idl import accounts, codec, events
from idl.accounts import Resolution, Vote
from idl.borsh import Book
from idl.call import BOOKS, call
from idl.errors import BadValue, DecodeError, TrailingBytes, Truncated, UnknownDiscriminator
from idl.events import (
    Closed,
    ClosedItem,
    Header,
    PauseSet,
    PositionState,
    StateChanged,
    Traded,
    Value,
    VoteCast,
)
from idl.instructions import ARGS, BuyArgs, StakeArgs, stake
from idl.program import CREATOR_ID, MARKET_ID, POSTER_ID
from idl.schema import Defined, load
from tests.idl.samples import sample

NAMES = {MARKET_ID: "market", CREATOR_ID: "creator", POSTER_ID: "poster"}
OURS = {program: Book(load(NAMES[program]), vars(events) | vars(accounts)) for program in (MARKET_ID, CREATOR_ID)}
HOME = {one.name: program for program, book in OURS.items() for one in (*book.idl.events, *book.idl.accounts)}
EVENTS = [one.name for book in OURS.values() for one in book.idl.events]
ACCOUNTS = [one.name for book in OURS.values() for one in book.idl.accounts]
CALLS = [(program, one) for program, name in NAMES.items() for one in load(name).instructions]
SEEDS = range(20)


def samples(name: str) -> list[object]:
    """Twenty values of one type."""
    return [sample(OURS[HOME[name]], Defined(name), random.Random(f"{name} {seed}")) for seed in SEEDS]


@pytest.mark.parametrize("name", EVENTS)
def test_events_there_and_back(name: str) -> None:
    """An event that was written is read as the same value, which writes the same bytes."""
    for value in samples(name):
        data = codec.encode_event(value)
        assert codec.decode_event(HOME[name], data) == value
        assert codec.decode_header(data) == value.header


@pytest.mark.parametrize("name", ACCOUNTS)
def test_accounts_there_and_back(name: str) -> None:
    """An account that was written is read as the same value."""
    for value in samples(name):
        assert codec.decode_account(codec.encode_account(value)) == value


@pytest.mark.parametrize(("program", "definition"), CALLS, ids=lambda one: getattr(one, "name", ""))
def test_instructions_there_and_back(program: Pubkey, definition) -> None:
    """Arguments that a builder wrote are read as the same arguments."""
    name = NAMES[program]
    rng = random.Random(f"{definition.name}")
    for _ in SEEDS:
        args = ARGS[name][definition.name](*(sample(BOOKS[program], arg.type, rng) for arg in definition.args))
        instruction = call(program, definition.name, args, (), ())
        assert codec.decode_instruction(program, bytes(instruction.data)) == args


@pytest.mark.parametrize("name", [*EVENTS, *ACCOUNTS])
def test_every_cut_and_every_tail_is_refused(name: str) -> None:
    """Data that ends early anywhere, or goes on by a byte, is no value."""
    for value in samples(name)[:4]:
        data = codec._encode(value)
        read = codec.decode_account if name in ACCOUNTS else lambda raw: codec.decode_event(HOME[name], raw)
        for end in range(len(data)):
            with pytest.raises(Truncated if end >= 8 else UnknownDiscriminator):
                read(data[:end])
        with pytest.raises(TrailingBytes):
            read(data + b"\0")


def test_instruction_ends() -> None:
    """Arguments that are cut or followed by more are refused."""
    key = Pubkey.default()
    where = dict.fromkeys(("market", "vault", "position", "owner", "payer", "owner_token", "mint"), key)
    data = bytes(stake(outcome=1, amount=2, min_rate_bps=3, nonce=4, valid_until=5, **where).data)
    assert codec.decode_instruction(MARKET_ID, data) == StakeArgs(1, 2, 3, 4, 5)
    for end in range(8, len(data)):
        with pytest.raises(Truncated):
            codec.decode_instruction(MARKET_ID, data[:end])
    with pytest.raises(TrailingBytes):
        codec.decode_instruction(MARKET_ID, data + b"\1")


def test_golden_event() -> None:
    """The layout is Borsh behind sha256("event:<Name>")[:8], written here by hand."""
    subject, actor, resolver = bytes(32 * [1]), bytes(32 * [2]), bytes(32 * [3])
    value = StateChanged(Header(subject, 5, 6, -7, actor), 2, 6, 8, 1234, 1, 2, 70, 50, (1, 2, 3), resolver)
    written = hashlib.sha256(b"event:StateChanged").digest()[:8] + subject + struct.pack("<QQq", 5, 6, -7) + actor
    written += struct.pack("<BBBqBBQQ3Q", 2, 6, 8, 1234, 1, 2, 70, 50, 1, 2, 3) + resolver
    assert codec.encode_event(value) == written


def test_golden_trade() -> None:
    """A trade with its position and the market after it, and the arguments of a purchase."""
    subject, owner, payer = bytes(32 * [1]), bytes(32 * [2]), bytes(32 * [3])
    position = PositionState(owner, payer, 9, 1, 700, 255, (5, 6))
    after = Value((50, 60), 700, (1, 2, 3), 61)
    value = Traded(Header(subject, 5, 6, -7, owner), 1, 0, 40, 20, 2, 9, (position,), after)
    written = hashlib.sha256(b"event:Traded").digest()[:8] + subject + struct.pack("<QQq", 5, 6, -7) + owner
    written += struct.pack("<BBQQQQI", 1, 0, 40, 20, 2, 9, 1) + owner + payer
    written += struct.pack("<QQQBI2Q", 9, 1, 700, 255, 2, 5, 6) + struct.pack("<I2QQ3QQ", 2, 50, 60, 700, 1, 2, 3, 61)
    assert codec.encode_event(value) == written
    data = hashlib.sha256(b"global:buy").digest()[:8] + struct.pack("<BQQQQ", 1, 2, 3, 4, 5)
    assert codec.decode_instruction(MARKET_ID, data) == BuyArgs(1, 2, 3, 4, 5)


def test_golden_vote() -> None:
    """A vote on a dispute, its counted weights among its fields, and the account that it makes."""
    subject, voter = bytes(32 * [1]), bytes(32 * [2])
    value = VoteCast(Header(subject, 5, 6, -7, voter), voter, 1, 2, 3_000, 254, 8, 9, (10, 11, 3_000), 3_021, 4_021, 3)
    written = hashlib.sha256(b"event:VoteCast").digest()[:8] + subject + struct.pack("<QQq", 5, 6, -7) + voter + voter
    written += struct.pack("<BBQBIII3QQQI", 1, 2, 3_000, 254, 8, 9, 3, 10, 11, 3_000, 3_021, 4_021, 3)
    assert codec.encode_event(value) == written
    account = Vote(subject, voter, 3_000, 1, 2, 254, bytes(5))
    written = hashlib.sha256(b"account:Vote").digest()[:8] + subject + voter
    assert codec.encode_account(account) == written + struct.pack("<QBBB5x", 3_000, 1, 2, 254)


def test_golden_resolution() -> None:
    """A resolution: five keys, seventeen numbers of eight bytes, five of one, and the votes left in three."""
    keys = [bytes(32 * [n]) for n in range(1, 6)]
    numbers = list(range(-2, 0)) + list(range(1, 14)) + [-3, -4]
    value = Resolution(*keys, *numbers[:5], tuple(numbers[5:14]), *numbers[14:], 1, 255, 9, 253, 254, b"\x03\x02\x01")
    written = hashlib.sha256(b"account:Resolution").digest()[:8] + b"".join(keys)
    written += struct.pack("<2q13Q2q5B", *numbers, 1, 255, 9, 253, 254) + b"\x03\x02\x01"
    assert codec.encode_account(value) == written
    assert len(written) == 312


def test_golden_pool() -> None:
    """A pool's account, its wide number low half first, written here by hand."""
    creator, mint = bytes(32 * [1]), bytes(32 * [2])
    value = accounts.Pool(creator, mint, 3, 4, 5, 6, 7 << 64 | 8, 9, 10, 11, 1, 253, 254, 255, bytes(16))
    written = hashlib.sha256(b"account:Pool").digest()[:8] + creator + mint
    written += struct.pack("<4QQQQQIBBBB16x", 3, 4, 5, 6, 8, 7, 9, 10, 11, 1, 253, 254, 255)
    assert codec.encode_account(value) == written
    assert len(written) == 160


def test_programs_are_apart() -> None:
    """An event of one program is none of the other's."""
    data = codec.encode_event(samples("DividendsSynced")[0])
    with pytest.raises(UnknownDiscriminator):
        codec.decode_event(MARKET_ID, data)
    with pytest.raises(UnknownDiscriminator):
        codec.decode_event(CREATOR_ID, codec.encode_event(samples("PauseSet")[0]))


def test_counted_items() -> None:
    """A list is a u32 count and its items; a count beyond the data is refused before anything is read."""
    item = ClosedItem(bytes(32), bytes(32), bytes(32), bytes(32), 9)
    value = Closed(Header(bytes(32), 1, 2, 3, bytes(32)), 0, (item, item), 0, bytes(32))
    data = codec.encode_event(value)
    at = 8 + 88 + 1
    assert data[at : at + 4] == b"\2\0\0\0"
    with pytest.raises(Truncated):
        codec.decode_event(MARKET_ID, data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :])


def test_bool_is_zero_or_one() -> None:
    """A bool of any other byte is not the value's one form."""
    rule = next(value for value in samples("MintRule") if value.enabled)
    data = bytearray(codec.encode_account(rule))
    offset = 8 + 32 + 4 * 8 + 1
    assert data[offset] == 1
    data[offset] = 2
    with pytest.raises(BadValue):
        codec.decode_account(bytes(data))


def test_text_is_utf8() -> None:
    """A string that is not UTF-8 is refused."""
    value = samples("MarketCreated")[0]
    data = codec.encode_event(value)
    text = value.question.encode()
    broken = data[: len(data) - len(text) - 4] + struct.pack("<I", 2) + b"\xff\xfe"
    with pytest.raises(BadValue):
        codec.decode_event(MARKET_ID, broken)


def test_unknown() -> None:
    """A foreign program, an unknown discriminator and a mere header are told apart."""
    data = codec.encode_event(samples("PauseSet")[0])
    for program, raw in ((POSTER_ID, data), (MARKET_ID, b"12345678" + data[8:]), (MARKET_ID, b"")):
        with pytest.raises(UnknownDiscriminator):
            codec.decode_event(program, raw)
    with pytest.raises(UnknownDiscriminator):
        codec.decode_account(b"12345678")
    with pytest.raises(UnknownDiscriminator):
        codec.decode_instruction(MARKET_ID, b"12345678")
    with pytest.raises(UnknownDiscriminator):
        codec.decode_instruction(Pubkey.default(), b"")


def test_header_of_an_unknown_event() -> None:
    """The header is read whatever comes before and after it, and only if it is whole."""
    value = samples("Staked")[0]
    data = b"whatever" + codec.encode_event(value)[8:]
    assert codec.decode_header(data) == value.header
    with pytest.raises(Truncated):
        codec.decode_header(data[: codec.HEADER_END - 1])


def test_values_outside_their_type_are_not_written() -> None:
    """Numbers, keys and values of another kind never become bytes."""
    header = Header(bytes(32), 1, 2, 3, bytes(32))
    for wrong in (PauseSet(header, 256), PauseSet(header, -1), PauseSet(header, "1"), header):  # type: ignore[arg-type]
        with pytest.raises(BadValue):
            codec.encode_event(wrong)  # type: ignore[arg-type]
    with pytest.raises(BadValue):
        codec.encode_event(PauseSet(Header(bytes(31), 1, 2, 3, bytes(32)), 1))


def test_random_bytes_never_crash() -> None:
    """Whatever follows a known discriminator is a value or a DecodeError, and a value writes the same bytes."""
    rng = random.Random(3)
    read = 0
    for name in EVENTS:
        for value in samples(name):
            data = bytearray(codec.encode_event(value))
            data[rng.randrange(8, len(data))] ^= 1 << rng.randrange(8)
            try:
                found = codec.decode_event(HOME[name], bytes(data))
            except DecodeError:
                continue
            read += 1
            assert codec.encode_event(found) == bytes(data)
    assert read > 100


def test_unions_are_complete() -> None:
    """Event and Account name exactly what the IDL has."""
    assert {one.__name__ for one in get_args(events.Event)} == set(EVENTS)
    assert {one.__name__ for one in get_args(accounts.Account)} == set(ACCOUNTS)
