"""Compares what the folds make of a LiteSVM world's events with its accounts, as `prove` does with a chain's."""

from collections import defaultdict

from solders.pubkey import Pubkey

from idl import codec
from idl.events import Event
from idl.program import CREATOR_ID, MARKET_ID
from indexer.fold import CONFIG
from indexer.fold.rows import Orphan
from indexer.fold.work import base58
from indexer.prove import compare
from indexer.prove.accounts import Account, Snapshot
from indexer.prove.compare import State, Verdict
from tests.programs.world import World

SIGNATURE = "1" * 64


def program_of(event: Event) -> Pubkey:
    """The program whose event this is."""
    return CREATOR_ID if type(event).__module__.endswith(".creator") else MARKET_ID


def states(world: World) -> dict[str, tuple[Pubkey, State]]:
    """Each subject's rows, folded from its events alone."""
    raws: dict[str, list[Event]] = defaultdict(list)
    for event in world.events:
        raws[base58(event.header.subject)].append(event)
    found = {}
    for subject, events in raws.items():
        program = program_of(events[0])
        places = [(n, 0, 0, 0, SIGNATURE, codec.encode_event(event)) for n, event in enumerate(events, start=1)]
        found[subject] = (program, compare.refold(places, program))
    return found


def verdicts(world: World) -> dict[str, Verdict]:
    """What comparing each subject's accounts with its rows found."""
    folded = states(world)
    config = folded.get(CONFIG)
    orphans = frozenset(row.address for row in (config[1].rows if config else ()) if isinstance(row, Orphan))
    found = {}
    for subject, (program, state) in folded.items():
        if program == CREATOR_ID:
            keys = compare.pool_keys(state.rows)
            found[subject] = compare.pool(state, snapshot(world, keys))
        elif subject == CONFIG:
            found[subject] = compare.config(state.rows, snapshot(world, [CONFIG, *compare.rule_keys(state.rows)]))
        else:
            keys = compare.market_keys(state.rows, orphans)
            found[subject] = compare.market(state, snapshot(world, keys), orphans)
    return found


def snapshot(world: World, keys: list[str]) -> Snapshot:
    """These accounts as the world has them."""
    there = {key: world.svm.get_account(Pubkey.from_string(key)) for key in keys}
    accounts = {
        key: Account(account.lamports, bytes(account.data))
        for key, account in there.items()
        if account is not None and account.lamports and (account.data or account.owner != MARKET_ID)
    }
    return Snapshot(0, accounts, frozenset(keys))


def assert_true(world: World) -> None:
    """Every account follows from the events."""
    wrong = [line for verdict in verdicts(world).values() for line in verdict.different]
    assert not wrong, wrong
