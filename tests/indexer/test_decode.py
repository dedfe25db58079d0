"""Which bytes become events: every acceptance check with the transaction that tries to get around it."""

import hashlib

import msgspec
import pytest

from idl import codec
from idl.errors import UnknownDiscriminator
from idl.events import Event, VoidAnnounced
from idl.program import EVENT_IX_TAG, MARKET_ID
from idl.types import Header
from indexer import decode
from indexer.decode import WireInstruction, WireTransaction
from indexer.errors import BlockIncomplete
from indexer.model import Decoded
from tests.indexer import mainnet
from tests.indexer.fakes import AUTHORITY, FOREIGN, GENESIS, PAYER, PROGRAM, Node, self_call, transaction
from tests.indexer.lives import World

replace = msgspec.structs.replace
EVENT = VoidAnnounced(Header(bytes([7]) * 32, 4, 9, 1_700_000_000, bytes(32)), 1_700_000_100, 2)
RAW = codec.encode_event(EVENT)
FOREIGN_CALL = WireInstruction(3, (), "", 2)


def block_of(*made: WireTransaction) -> bytes:
    """A getBlock answer with these transactions."""
    node = Node(slot=9, blockhash=GENESIS, parent=None, height=8, transactions=made, world=World())
    return msgspec.json.encode(node.answer(full=True))


def read(*made: WireTransaction) -> Decoded:
    """The block decoded."""
    return decode.decode(decode.read_block(block_of(*made), slot=9, endpoint="one"))


def events(*made: WireTransaction) -> list[Event | None]:
    """The accepted events of these transactions."""
    return [fact.event for fact in read(*made).facts]


def test_an_event_is_accepted() -> None:
    """Our program calling itself with the authority alone and the tag is an event, with its place."""
    (fact,) = read(transaction([self_call(RAW)], seed=b"1")).facts
    assert (fact.event, fact.raw, fact.ix, fact.inner, fact.kind) == (EVENT, RAW, 0, 0, "VoidAnnounced")


def test_an_event_below_a_foreign_caller_of_ours() -> None:
    """Somebody else's program may call ours, which emits: the frame that emitted is ours."""
    ours = WireInstruction(2, (0,), "", 2)
    assert events(transaction([ours, self_call(RAW, height=3)], seed=b"1", outer=3)) == [EVENT]


HOSTILE: dict[str, WireTransaction] = {
    "a failed transaction": transaction([self_call(RAW)], seed=b"1", err=b'{"InstructionError":[0,{"Custom":1}]}'),
    "a foreign caller": transaction([self_call(RAW)], seed=b"1", outer=3),
    "a foreign caller inside": transaction([FOREIGN_CALL, self_call(RAW, height=3)], seed=b"1"),
    "a sibling of ours is no caller": transaction(
        [WireInstruction(2, (0,), "", 2), FOREIGN_CALL, self_call(RAW, height=3)], seed=b"1", outer=3
    ),
    "a foreign program in our place": transaction([self_call(RAW, program=3)], seed=b"1"),
    "another account than the authority": transaction([self_call(RAW, accounts=(0,))], seed=b"1"),
    "one account too many": transaction([self_call(RAW, accounts=(1, 0))], seed=b"1"),
    "no account": transaction([self_call(RAW, accounts=())], seed=b"1"),
    "another tag": transaction([replace(self_call(RAW), data=self_call(RAW[len(EVENT_IX_TAG) :]).data[1:])], seed=b"1"),
    "no tag": transaction([replace(self_call(b""), data="3Bxs4h24hBtQy9rw")], seed=b"1"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_forgeries_are_refused(name: str) -> None:
    """None of these is an event of ours; the transaction is kept all the same."""
    found = read(HOSTILE[name])
    assert found.facts == ()
    assert len(found.transactions) == 1


@pytest.mark.parametrize(
    ("raw", "reason", "has_header"),
    [
        (RAW + b"\0", "TrailingBytes", True),
        (RAW[:-1], "Truncated", True),
        (bytes(8) + RAW[8:], "unknown", True),
        (RAW[:40], "Truncated", False),
        (b"", "unknown", False),
    ],
)
def test_unreadable_events_keep_bytes_and_reason(raw: bytes, reason: str, has_header: bool) -> None:
    """An authentic event that is longer, shorter or unknown is kept with its bytes and, if it has one, its header."""
    (fact,) = read(transaction([self_call(raw)], seed=b"1")).facts
    assert (fact.event, fact.raw, fact.kind) == (None, raw, "Unknown")
    assert (fact.reason or "").startswith(reason)
    assert (fact.header is not None) == has_header


@pytest.mark.parametrize("heights", [(None,), (1,), (3,), (2, 4), (0,)])
def test_unproven_frames_stop_the_block(heights: tuple[int | None, ...]) -> None:
    """Without stack heights that can be, no caller is proven: the block must come from another endpoint."""
    made = transaction([replace(self_call(RAW), stack_height=height) for height in heights], seed=b"1")
    with pytest.raises(BlockIncomplete):
        read(made)


@pytest.mark.parametrize("meta", ["null", "no inner"])
def test_missing_proof_stops_the_block(meta: str) -> None:
    """A matched transaction without meta, or without its inner instructions, is not sealed."""
    made = transaction([self_call(RAW)], seed=b"1")
    assert made.meta is not None
    with pytest.raises(BlockIncomplete):
        read(replace(made, meta=None if meta == "null" else replace(made.meta, inner_instructions=None)))


def test_failed_without_inner_instructions_is_kept() -> None:
    """A transaction that failed before it ran has no inner list; it proves no event, and stops nothing."""
    made = transaction([], seed=b"1", err=b'"InvalidProgramForExecution"')
    assert made.meta is not None
    found = read(replace(made, meta=replace(made.meta, inner_instructions=None)))
    assert [tx.err for tx in found.transactions] == ['"InvalidProgramForExecution"']


def test_index_out_of_range_stops_the_block() -> None:
    """An instruction that names a key that is not there cannot be true."""
    with pytest.raises(BlockIncomplete):
        read(transaction([self_call(RAW, accounts=(9,))], seed=b"1"))


def test_foreign_transactions_are_left_out() -> None:
    """A transaction is ours only if our program is among its keys, not if its text happens to name it."""
    keys = (PAYER, AUTHORITY, PAYER, FOREIGN)
    made = transaction([], seed=b"1", outer=3)
    foreign = replace(
        made, transaction=replace(made.transaction, message=replace(made.transaction.message, account_keys=keys))
    )
    assert made.meta is not None
    assert foreign.meta is not None
    naming = replace(foreign, meta=replace(foreign.meta, err=msgspec.Raw(f'"{PROGRAM}"'.encode())))
    block = decode.read_block(block_of(foreign, naming), slot=9, endpoint="one")
    assert (block.tx_total, [index for index, _ in block.transactions]) == (2, [1])
    assert decode.decode(block).transactions == ()


def test_loaded_keys_match() -> None:
    """Our program among the keys of a lookup table is ours too; loaded keys follow the static ones."""
    made = transaction([self_call(RAW)], seed=b"1")
    assert made.meta is not None
    message = replace(made.transaction.message, account_keys=(PAYER,))
    loaded = decode.WireLoaded(writable=(AUTHORITY,), readonly=(PROGRAM, FOREIGN))
    moved = replace(
        made, transaction=replace(made.transaction, message=message), meta=replace(made.meta, loaded_addresses=loaded)
    )
    assert events(moved) == [EVENT]


def test_raw_is_canonical() -> None:
    """The kept text does not depend on spaces, order or fields that nodes differ in."""
    plain = msgspec.json.encode(transaction([self_call(RAW)], seed=b"1", err=b'{"a": [1]}'))
    spaced = msgspec.json.format(plain.replace(b'"fee":5000', b'"logMessages":["x"],"fee":5000'), indent=2)
    block = decode.read_block(block_of(), slot=9, endpoint="one")
    texts = {decode.decode(replace(block, transactions=((0, one),))).transactions[0].raw for one in (plain, spaced)}
    assert len(texts) == 1


def test_state_hash_is_the_documented_one() -> None:
    """Anyone can derive the hash: sha256 of parent, slot, blockhash and each event's signature, place and bytes."""
    found = read(transaction([self_call(RAW)], seed=b"1"))
    signature = hashlib.sha512(b"1").digest()
    place = (0).to_bytes(4, "little") * 2 + len(RAW).to_bytes(4, "little")
    told = bytes(32) + (9).to_bytes(8, "little") + decode.bytes_of(GENESIS) + signature + place + RAW
    assert decode.next_state_hash(bytes(32), found) == hashlib.sha256(told).digest()


def test_v1_transaction_is_read() -> None:
    """A version 1 transaction carries its limits in the message and is read like the others."""
    made = transaction([self_call(RAW)], seed=b"1", version=1)
    message = replace(made.transaction.message, transaction_config=decode.WireConfig(compute_unit_limit=20_000))
    (kept,) = read(replace(made, transaction=replace(made.transaction, message=message))).transactions
    assert kept.version == "1"
    assert b'"transactionConfig":{"computeUnitLimit":20000}' in kept.raw


def test_unknown_is_really_unknown() -> None:
    """The discriminator that stands for an unknown event here is of none that is known."""
    with pytest.raises(UnknownDiscriminator):
        codec.decode_event(MARKET_ID, bytes(8) + RAW[8:])


def test_real_block() -> None:
    """A whole mainnet block goes through reader and decoder, with the counts that are known of it."""
    answer = mainnet.answer()
    assert decode.decode(decode.read_block(answer, slot=mainnet.SLOT, endpoint="one")).transactions == ()

    block = decode.read_block(answer, slot=mainnet.SLOT, endpoint="one", programs=("1",))
    wires = [msgspec.json.decode(text, type=WireTransaction) for _, text in block.transactions]
    kept = [decode.read_transaction(wire, index) for index, wire in enumerate(wires)]
    tagged, good = 0, 0
    for wire, tx in zip(wires, kept, strict=True):
        for call in decode.calls(wire, decode.account_keys(wire)):
            authority = call.accounts[0] if len(call.accounts) == 1 else ""
            is_event = decode.self_call(call, authority) is not None
            tagged += is_event
            good += is_event and tx.err is None
    versions = [tx.version for tx in kept]
    assert (block.tx_total, versions.count("legacy"), versions.count("0")) == (602, 339, 263)
    assert sum(tx.err is not None for tx in kept) == 305
    assert (tagged, tagged - good, good) == (235, 192, 43)
