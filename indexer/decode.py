"""Bytes of a getBlock answer to transactions and accepted events. Pure; looks nothing up. Used by sources and follow.

A foreign transaction costs a search for our ids in its bytes and nothing else. An event is accepted only if its
transaction did well, its instruction is ours, the frame that called it is ours, its only account is the event
authority and it begins with the tag of self-calls; then every byte must be consumed.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Annotated

import based58
import msgspec
from msgspec.structs import replace
from solders.pubkey import Pubkey
from solders.signature import Signature

from idl import addresses, codec
from idl.errors import DecodeError, UnknownDiscriminator
from idl.events import Event, Header
from idl.program import EVENT_IX_TAG, PROGRAM_IDS
from indexer.errors import BlockIncomplete
from indexer.model import Block, Decoded, Fact, Transaction

OUTER_HEIGHT = 1
TIME_MAX_S = 253_402_300_799

PROGRAMS = {str(program): program for program in PROGRAM_IDS}
AUTHORITIES = {name: str(addresses.event_authority(program).address) for name, program in PROGRAMS.items()}


_Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_Moment = Annotated[int, msgspec.Meta(ge=0, le=TIME_MAX_S)]


class _Wire(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Base of the parts of a getBlock answer, encoding json."""


class WireInstruction(_Wire, frozen=True, gc=False):
    """One instruction; its order of fields is that of the canonical text."""

    program_id_index: int
    accounts: tuple[int, ...]
    data: str
    stack_height: int | None = None


class WireInner(_Wire, frozen=True, gc=False):
    """The instructions that one outer instruction called, flat, in order of execution."""

    index: int
    instructions: tuple[WireInstruction, ...]


class WireLoaded(_Wire, frozen=True, gc=False):
    """Addresses from lookup tables."""

    writable: tuple[str, ...] = ()
    readonly: tuple[str, ...] = ()


class WireMeta(_Wire, frozen=True, gc=False):
    """What became of a transaction. Logs and balances are left out: nodes differ in them."""

    err: msgspec.Raw
    fee: int
    compute_units_consumed: int | None = None
    inner_instructions: tuple[WireInner, ...] | None = None
    loaded_addresses: WireLoaded | None = None


class WireHeader(_Wire, frozen=True, gc=False):
    """Counts of signers and read-only keys."""

    num_required_signatures: int
    num_readonly_signed_accounts: int
    num_readonly_unsigned_accounts: int


class WireLookup(_Wire, frozen=True, gc=False):
    """One lookup table's use by a v0 message."""

    account_key: str
    writable_indexes: tuple[int, ...]
    readonly_indexes: tuple[int, ...]


class WireConfig(_Wire, frozen=True, gc=False, omit_defaults=True):
    """The limits that a v1 message carries itself."""

    compute_unit_limit: int | None = None
    heap_size: int | None = None
    loaded_accounts_data_size_limit: int | None = None
    priority_fee: int | None = None


class WireMessage(_Wire, frozen=True, gc=False, omit_defaults=True):
    """What was signed."""

    account_keys: tuple[str, ...]
    header: WireHeader
    instructions: tuple[WireInstruction, ...]
    recent_blockhash: str
    address_table_lookups: tuple[WireLookup, ...] | None = None
    transaction_config: WireConfig | None = None


class WireSigned(_Wire, frozen=True, gc=False):
    """Signatures and message."""

    message: WireMessage
    signatures: tuple[str, ...]


class WireTransaction(_Wire, frozen=True, gc=False):
    """One entry of a block's transactions."""

    transaction: WireSigned
    meta: WireMeta | None = None
    version: int | str = "legacy"


class _WireBlock(_Wire, frozen=True, gc=False):
    """A getBlock answer whose transactions are still bytes."""

    blockhash: str
    previous_blockhash: str
    parent_slot: _Number
    block_height: _Number | None = None
    block_time: _Moment | None = None
    transactions: tuple[msgspec.Raw, ...] = ()


class Call(msgspec.Struct, frozen=True, gc=False):
    """An inner instruction with the program of the frame that called it."""

    ix: int
    inner: int
    program: str
    caller: str
    accounts: tuple[str, ...]
    data: str


_block = msgspec.json.Decoder(_WireBlock)
_transaction = msgspec.json.Decoder(WireTransaction)
_canonical = msgspec.json.Encoder()


def read_block(answer: bytes, *, slot: int, endpoint: str, programs: Sequence[str] = tuple(PROGRAMS)) -> Block:
    """A getBlock answer as a Block that keeps the transactions whose text names one of the programs."""
    try:
        wire = _block.decode(answer)
        for name in (wire.blockhash, wire.previous_blockhash):
            bytes_of(name)
    except (msgspec.DecodeError, ValueError) as error:
        raise BlockIncomplete(f"slot {slot} from {endpoint}: {error}") from error
    if wire.parent_slot >= slot > 0:
        raise BlockIncomplete(f"slot {slot} from {endpoint} names {wire.parent_slot} as its parent")
    needles = [program.encode() for program in programs]
    named = any(needle in answer for needle in needles)
    kept = _naming(wire.transactions, needles) if named else ()
    return Block(
        slot=slot,
        blockhash=wire.blockhash,
        parent_slot=wire.parent_slot,
        parent_hash=wire.previous_blockhash,
        height=wire.block_height or 0,
        block_time=wire.block_time,
        tx_total=len(wire.transactions),
        transactions=tuple(kept),
        endpoint=endpoint,
    )


def _naming(transactions: Sequence[msgspec.Raw], needles: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    """The transactions whose bytes hold one of the needles, with their index."""
    for index, part in enumerate(transactions):
        text = bytes(part)
        if any(needle in text for needle in needles):
            yield index, text


def decode(block: Block) -> Decoded:
    """The matched transactions and accepted events of a block. Raises BlockIncomplete where a proof is missing."""
    transactions: list[Transaction] = []
    facts: list[Fact] = []
    for index, text in block.transactions:
        try:
            wire = _transaction.decode(text)
        except msgspec.DecodeError as error:
            raise BlockIncomplete(f"slot {block.slot} transaction {index}: {error}") from error
        keys = account_keys(wire)
        if PROGRAMS.keys().isdisjoint(keys):
            continue
        done = read_transaction(wire, index)
        transactions.append(done)
        if done.err is None:
            facts.extend(_facts(wire, keys, done))
    return Decoded(block, tuple(transactions), tuple(facts))


def account_keys(wire: WireTransaction) -> tuple[str, ...]:
    """All keys that instructions index: static ones, then loaded writable, then loaded read-only."""
    loaded = wire.meta.loaded_addresses if wire.meta is not None else None
    static = wire.transaction.message.account_keys
    return static if loaded is None else (*static, *loaded.writable, *loaded.readonly)


def read_transaction(wire: WireTransaction, index: int) -> Transaction:
    """A matched transaction as it is kept. Raises BlockIncomplete without meta."""
    meta = wire.meta
    if meta is None or not wire.transaction.signatures:
        raise BlockIncomplete(f"transaction {index} has no meta or no signature")
    try:
        Signature.from_string(wire.transaction.signatures[0])
    except ValueError as error:
        raise BlockIncomplete(f"transaction {index} has a signature that is none") from error
    err = _canonical.encode(msgspec.json.decode(bytes(meta.err)))
    wire = replace(wire, meta=replace(meta, err=msgspec.Raw(err)))
    return Transaction(
        tx_index=index,
        signature=wire.transaction.signatures[0],
        fee_payer=wire.transaction.message.account_keys[0],
        version=str(wire.version),
        err=None if err == b"null" else err.decode(),
        fee=meta.fee,
        cu=meta.compute_units_consumed,
        raw=_canonical.encode(wire),
    )


def calls(wire: WireTransaction, keys: tuple[str, ...]) -> Iterator[Call]:
    """Every inner instruction of a transaction with its caller, found by stack heights.

    Raises BlockIncomplete where the list or a height is missing or cannot be: then no caller is proven.
    """
    meta = wire.meta
    if meta is None or meta.inner_instructions is None:
        raise BlockIncomplete("a matched transaction has no inner instructions list")
    for group in meta.inner_instructions:
        frames = [keys[wire.transaction.message.instructions[group.index].program_id_index]]
        for inner, one in enumerate(group.instructions):
            height = one.stack_height
            if height is None or not OUTER_HEIGHT < height <= len(frames) + 1:
                raise BlockIncomplete(f"inner instruction {group.index}:{inner} has stack height {height}")
            del frames[height - 1 :]
            program = keys[one.program_id_index]
            accounts = tuple(keys[i] for i in one.accounts)
            yield Call(group.index, inner, program, frames[-1], accounts, one.data)
            frames.append(program)


def self_call(call: Call, authority: str) -> bytes | None:
    """The event bytes behind the tag if this is a program's call of itself that carries an event, else None."""
    if call.caller != call.program or call.accounts != (authority,):
        return None
    try:
        data = based58.b58decode(call.data.encode())
    except ValueError as error:
        raise BlockIncomplete(f"inner instruction {call.ix}:{call.inner} is not base58") from error
    return data[len(EVENT_IX_TAG) :] if data.startswith(EVENT_IX_TAG) else None


def _facts(wire: WireTransaction, keys: tuple[str, ...], done: Transaction) -> Iterator[Fact]:
    """The accepted events of one successful transaction."""
    try:
        for call in calls(wire, keys):
            if call.program not in PROGRAMS:
                continue
            raw = self_call(call, AUTHORITIES[call.program])
            if raw is not None:
                yield read_fact(call, raw, done)
    except IndexError as error:
        raise BlockIncomplete(f"transaction {done.signature} indexes a key that it does not have") from error


def read_fact(call: Call, raw: bytes, done: Transaction) -> Fact:
    """An accepted event; what cannot be read keeps its bytes and the reason."""
    header, event, reason = read_event(PROGRAMS[call.program], raw)
    return Fact(done.tx_index, call.ix, call.inner, done.signature, call.program, raw, header, event, reason)


def read_event(program: Pubkey, raw: bytes) -> tuple[Header | None, Event | None, str | None]:
    """Header and value of an event's bytes; without a value the reason, without a header not even its subject."""
    try:
        event = codec.decode_event(program, raw)
    except DecodeError as error:
        reason = "unknown" if isinstance(error, UnknownDiscriminator) else f"{type(error).__name__}: {error}"
        return _header(raw), None, reason
    return event.header, event, None


def _header(raw: bytes) -> Header | None:
    """The header of an event that cannot be read, if the bytes reach that far."""
    try:
        return codec.decode_header(raw)
    except DecodeError:
        return None


def first_state_hash(genesis: str, anchor_slot: int, anchor_hash: str) -> bytes:
    """The state hash of the anchor: sha256(genesis, slot u64, blockhash); hashes as bytes, integers little-endian."""
    parts = (bytes_of(genesis), anchor_slot.to_bytes(8, "little"), bytes_of(anchor_hash))
    return hashlib.sha256(b"".join(parts)).digest()


def next_state_hash(parent: bytes, decoded: Decoded) -> bytes:
    """sha256(parent, slot u64, blockhash, then of each event: signature, ix u32, inner u32, length u32, raw)."""
    block = decoded.block
    digest = hashlib.sha256(parent)
    digest.update(block.slot.to_bytes(8, "little") + bytes_of(block.blockhash))
    for fact in decoded.facts:
        place = (fact.ix, fact.inner, len(fact.raw))
        digest.update(bytes(Signature.from_string(fact.signature)))
        digest.update(b"".join(number.to_bytes(4, "little") for number in place) + fact.raw)
    return digest.digest()


def bytes_of(blockhash: str) -> bytes:
    """The 32 bytes of a hash in base58."""
    return bytes(Pubkey.from_string(blockhash))
