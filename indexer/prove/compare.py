"""Compares rows of the mirror with accounts of the chain, field by field. Pure; used by prove."""

from collections.abc import Iterable, Sequence

import msgspec
from solders.pubkey import Pubkey

from idl import addresses
from idl.accounts import Book
from idl.codec import decode_account
from idl.enums import Flag
from idl.errors import DecodeError
from indexer.decode import read_event
from indexer.fold import Known, fold, refs
from indexer.fold.holding import OPEN
from indexer.fold.ledger import Account as Held
from indexer.fold.rows import (
    BookOrder,
    Config,
    Holder,
    LedgerLeg,
    Market,
    MintRule,
    Pool,
    Position,
    Resolution,
    Seat,
    Vote,
)
from indexer.fold.work import texts
from indexer.model import Block, Decoded, Fact, Row
from indexer.prove import books
from indexer.prove.accounts import Account, Snapshot

HEX = frozenset({"pending_hash", "evidence"})
NO_UNDO = 2**62


class State(msgspec.Struct, frozen=True):
    """A subject's rows at one seq, with the sums of its legs by account."""

    seq: int
    rows: tuple[Row, ...]
    held: dict[str, int]


class Verdict(msgspec.Struct):
    """What comparing found: accounts equal, differences, and atoms in vaults that no event put there."""

    compared: int = 0
    different: list[str] = msgspec.field(default_factory=list)
    gifts: int = 0


def refold(events: Sequence[tuple[int, int, int, int, str, bytes]], program: Pubkey) -> State:
    """A subject's state from its events alone, in order: (slot, tx_index, ix, inner, signature, bytes)."""
    blocks = []
    for slot, tx_index, ix, inner, signature, raw in events:
        header, event, reason = read_event(program, raw)
        fact = Fact(tx_index, ix, inner, signature, str(program), raw, header, event, reason)
        block = Block(slot, "", slot, "", 0, None, 0, (), "")
        blocks.append(Decoded(block, (), (fact,)))
    facts = [fact for decoded in blocks for fact in decoded.facts]
    known: Known = dict.fromkeys(refs(facts))
    changes = fold(known, blocks, final_slot=NO_UNDO)
    held: dict[str, int] = {account.value: 0 for account in Held}
    for row in changes.add:
        if isinstance(row, LedgerLeg):
            held[row.account] += row.delta
    return State(len(facts), changes.put, held)


def market_keys(rows: Iterable[Row], orphans: frozenset[str]) -> list[str]:
    """Addresses whose accounts tell a market's state: its own, vault, bond vault, resolution, book, then the others."""
    keys: list[str] = []
    for row in rows:
        if isinstance(row, Market):
            place = Pubkey.from_string(row.market)
            own = (addresses.vault, addresses.bond_vault, addresses.resolution, addresses.book)
            keys[:0] = [row.market, *(str(derive(place).address) for derive in own)]
        elif isinstance(row, Position | Vote) and row.address not in orphans:
            keys.append(row.address)
    return keys


def pool_keys(rows: Iterable[Row]) -> list[str]:
    """Addresses whose accounts tell a pool's state: its own, reserve and dividends, then its holders."""
    keys: list[str] = []
    for row in rows:
        if isinstance(row, Pool):
            keys[:0] = [row.pool, row.reserve, row.dividends]
        elif isinstance(row, Holder):
            keys.append(row.address)
    return keys


def rule_keys(rows: Iterable[Row]) -> list[str]:
    """Addresses of the mint rules."""
    mints = [row.mint for row in rows if isinstance(row, MintRule)]
    return [str(addresses.mint_rule(Pubkey.from_string(mint)).address) for mint in mints]


def market(state: State, seen: Snapshot, orphans: frozenset[str]) -> Verdict:
    """The accounts of one market against its rows at the same seq."""
    verdict = Verdict()
    for row in state.rows:
        match row:
            case Market():
                _account(verdict, row, row.market, seen, gone=row.closed_slot is not None)
                _money(verdict, row, seen, state.held)
                _book(verdict, row, state.rows, seen)
            case Resolution():
                address = str(addresses.resolution(Pubkey.from_string(row.market)).address)
                _account(verdict, row, address, seen, gone=row.closed_slot is not None)
            case Position() | Vote():
                gone = row.state != OPEN or row.address in orphans
                _account(verdict, row, row.address, seen, gone=gone)
            case _:
                pass
    return verdict


def _book(verdict: Verdict, row: Market, rows: Sequence[Row], seen: Snapshot) -> None:
    """A market's book against its orders and seats."""
    address = str(addresses.book(Pubkey.from_string(row.market)).address)
    if address not in seen.asked:
        return
    account, stands = seen.accounts.get(address), bool(row.flags & Flag.HAS_BOOK)
    if (account is not None) != stands:
        verdict.different.append(f"book {address}: {'not there' if stands else 'still there'}")
    if account is None:
        return
    orders = [one for one in rows if isinstance(one, BookOrder)]
    ours = books.wanted(row, orders, [one for one in rows if isinstance(one, Seat)])
    try:
        value = decode_account(account.data)
        theirs = books.found(value) if isinstance(value, Book) else {}
    except DecodeError as error:
        verdict.different.append(f"book {address}: {error}")
        return
    wrong = [name for name in ours if ours[name] != theirs.get(name)]
    verdict.different += [f"book {address}: {name} does not follow from orders and seats" for name in wrong]
    verdict.compared += not wrong


def pool(state: State, seen: Snapshot) -> Verdict:
    """The accounts of one pool against its rows at the same seq."""
    verdict = Verdict()
    for row in state.rows:
        match row:
            case Pool():
                _account(verdict, row, row.pool, seen, gone=False)
                _holds(verdict, row.pool, Held.RESERVE, state.held, _tokens(seen, row.reserve))
                _holds(verdict, row.pool, Held.DIVIDENDS, state.held, _tokens(seen, row.dividends))
            case Holder():
                _account(verdict, row, row.address, seen, gone=False)
            case _:
                pass
    return verdict


def config(rows: Iterable[Row], seen: Snapshot) -> Verdict:
    """The config and the mint rules against their rows."""
    verdict = Verdict()
    for row in rows:
        match row:
            case Config():
                _account(verdict, row, row.config, seen, gone=False)
            case MintRule():
                address = str(addresses.mint_rule(Pubkey.from_string(row.mint)).address)
                _account(verdict, row, address, seen, gone=False)
            case _:
                pass
    return verdict


def _account(verdict: Verdict, row: Row, address: str, seen: Snapshot, *, gone: bool) -> None:
    """One account against its row; one that was not asked for is not judged."""
    if address not in seen.asked:
        return
    found = seen.accounts.get(address)
    if (found is None) != gone:
        verdict.different.append(f"{row.table} {address}: {'still there' if gone else 'not there'}")
    elif found is None:
        verdict.compared += 1
    else:
        _fields(verdict, row, address, found)


def _fields(verdict: Verdict, row: Row, address: str, found: Account) -> None:
    """Every field that the row and the account share."""
    try:
        value = decode_account(found.data)
    except DecodeError as error:
        verdict.different.append(f"{row.table} {address}: {error}")
        return
    names = tuple(name for name in value.__struct_fields__ if not name.startswith("reserved"))
    shown = texts(value, names, hexadecimal=HEX)
    before = len(verdict.different)
    for name, theirs in shown.items():
        ours = getattr(row, name)
        if not _same(ours, theirs):
            verdict.different.append(f"{row.table} {address}: {name} is {theirs} on the chain, here {ours}")
    verdict.compared += len(verdict.different) == before


def _same(ours: object, theirs: object) -> bool:
    """Equal; a list of the account may go on with zeros beyond the market's outcomes."""
    if isinstance(ours, tuple) and isinstance(theirs, tuple):
        return theirs[: len(ours)] == ours and not any(theirs[len(ours) :])
    return ours == theirs


def _money(verdict: Verdict, row: Market, seen: Snapshot, held: dict[str, int]) -> None:
    """Vault and bond vault hold what the legs sum up to; more is a gift, less is a difference."""
    place = Pubkey.from_string(row.market)
    vault = _vault(row, seen, str(addresses.vault(place).address))
    bonds = _tokens(seen, str(addresses.bond_vault(place).address))
    if row.vault != held[Held.VAULT.value]:
        verdict.different.append(f"market {row.market}: vault is {row.vault}, its legs {held[Held.VAULT.value]}")
    _holds(verdict, row.market, Held.VAULT, held, vault)
    _holds(verdict, row.market, Held.BOND, held, bonds)


def _holds(verdict: Verdict, subject: str, account: Held, held: dict[str, int], balance: int | None) -> None:
    """A balance is what the legs sum up to; more is a gift, less is a difference; None was not asked for."""
    if balance is None:
        return
    wanted = held[account.value]
    if balance < wanted:
        verdict.different.append(f"{subject}: {account.value} holds {balance}, its legs say {wanted}")
    verdict.gifts += max(0, balance - wanted)


def _vault(row: Market, seen: Snapshot, address: str) -> int | None:
    """What the vault holds: tokens, or once unwrapped the market's own lamports above its rents."""
    own = seen.accounts.get(row.market)
    if row.flags & Flag.UNWRAPPED and own is not None:
        return own.lamports - row.market_rent - row.vault_rent
    return _tokens(seen, address)


def _tokens(seen: Snapshot, address: str) -> int | None:
    """The tokens of an account, 0 where it is not there, None where it was not asked for."""
    if address not in seen.asked:
        return None
    found = seen.accounts.get(address)
    return 0 if found is None else found.tokens
