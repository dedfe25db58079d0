"""Nothing is left out: every instruction is played, every event folded, every account proven field by field."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final, get_args

import msgspec
import pytest

from idl import accounts, codec
from idl.events import Event
from indexer.fold import ARMS, CONFIG
from indexer.prove import compare
from indexer.prove.accounts import Account, Snapshot
from indexer.prove.compare import State, Verdict
from tests.indexer import proofs
from tests.indexer.test_engines import a_book, a_creator, a_dispute
from tests.programs.lives import LIVES, VARIANTS
from tests.programs.world import World

TOKEN_ACCOUNT_BYTES: Final = 165
Compare = Callable[[Snapshot], Verdict]
EVENTS: Final = {kind.__name__ for kind in get_args(Event)}
KINDS: Final = {kind.__name__ for kind in get_args(accounts.Account)}


def played(name: str) -> World:
    """A world in which an instruction, or a variant of it, did what it does."""
    world = World(config=name != "init_config")
    world.do({**LIVES, **VARIANTS}[name](world, 1))
    return world


def test_every_instruction_is_proven() -> None:
    """After every instruction, whichever way it took, every account follows from events; each event was among them."""
    seen: Counter[str] = Counter()
    for name in (*LIVES, *VARIANTS):
        world = played(name)
        wrong = [line for verdict in proofs.verdicts(world).values() for line in verdict.different]
        assert not wrong, (name, wrong)
        seen.update(type(event).__name__ for event in world.events)
    assert EVENTS - set(seen) == set()


def test_every_event_has_an_arm() -> None:
    """The fold has one arm for each event of both programs, and none for anything else."""
    assert set(ARMS) == EVENTS


def subjects(world: World) -> Iterator[tuple[Snapshot, Compare]]:
    """Each subject's accounts as they are, and what compares such accounts with the rows of its events."""
    folded = proofs.states(world)
    for subject, (_, state) in folded.items():
        if any(row.table == "pool" for row in state.rows):
            yield proofs.snapshot(world, compare.pool_keys(state.rows)), _with(compare.pool, state)
        elif subject == CONFIG:
            keys = [CONFIG, *compare.rule_keys(state.rows)]
            yield proofs.snapshot(world, keys), lambda seen, rows=state.rows: compare.config(rows, seen)
        else:
            keys = compare.market_keys(state.rows, frozenset())
            yield proofs.snapshot(world, keys), lambda seen, one=state: compare.market(one, seen, frozenset())


def _with(judge: Callable[[State, Snapshot], Verdict], state: State) -> Compare:
    return lambda seen: judge(state, seen)


def other(value: Any) -> Any:
    """A value of the same type that is another one; of a sequence only the last part differs."""
    match value:
        case bool():
            return not value
        case int():
            return value ^ 1
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1])
        case tuple():
            return (*value[:-1], other(value[-1]))
        case msgspec.Struct():
            last = [name for name in value.__struct_fields__ if not name.startswith("reserved")][-1]
            return msgspec.structs.replace(value, **{last: other(getattr(value, last))})
    raise AssertionError(value)


def spoilt(account: Account) -> Iterator[tuple[str, Account]]:
    """The account with each of its fields changed, one at a time; nothing for one that is not ours."""
    try:
        value = codec.decode_account(account.data)
    except codec.DecodeError:
        return
    for name in value.__struct_fields__:
        if not name.startswith("reserved"):
            data = codec.encode_account(msgspec.structs.replace(value, **{name: other(getattr(value, name))}))
            yield f"{type(value).__name__}.{name}", Account(account.lamports, data)


@pytest.mark.parametrize("life", [a_dispute, a_book, a_creator])
def test_every_field_is_compared(life: Callable[[World], object]) -> None:
    """A field that differs from what its events say is found, whichever it is."""
    world = World()
    life(world)
    unseen = []
    for seen, judge in subjects(world):
        assert not judge(seen).different
        for key, account in seen.accounts.items():
            for name, wrong in spoilt(account):
                if not judge(msgspec.structs.replace(seen, accounts={**seen.accounts, key: wrong})).different:
                    unseen.append(name)
    assert unseen == []


def test_every_account_kind_is_compared() -> None:
    """Among the accounts that those lives leave is one of each kind that the programs have."""
    found: set[str] = set()
    for life in (a_dispute, a_book, a_creator):
        world = World()
        life(world)
        for seen, _ in subjects(world):
            found |= {name.split(".")[0] for account in seen.accounts.values() for name, _ in spoilt(account)}
    assert found == KINDS


def test_less_money_is_found() -> None:
    """A vault, a bond vault, a reserve that holds an atom less than its legs sum up to is found."""
    for life in (a_dispute, a_book, a_creator):
        world = World()
        life(world)
        checked = 0
        for seen, judge in subjects(world):
            for key, account in seen.accounts.items():
                if len(account.data) == TOKEN_ACCOUNT_BYTES and account.tokens:
                    data = account.data[:64] + (account.tokens - 1).to_bytes(8, "little") + account.data[72:]
                    less = {**seen.accounts, key: Account(account.lamports, data)}
                    assert judge(msgspec.structs.replace(seen, accounts=less)).different
                    checked += 1
        assert checked
