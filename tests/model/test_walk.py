"""The real programs and the plain model walk side by side: whatever is done in whatever order, they agree."""

from collections.abc import Iterable

import msgspec
import pytest
from solders.account import Account

from idl.enums import Engine, FeeKind, OrderKind, Round, Step
from idl.events import ConfigChanged
from idl.schema import load
from tests.model import coverage
from tests.model.chain import PURSE
from tests.model.checks import ALL, Broken
from tests.model.coverage import LANDED, Met
from tests.model.faults import FAULTS
from tests.model.lifecycle import TRANSITIONS
from tests.model.offered import PROGRAMS
from tests.model.soak import Walked, hunt, one, read, told, walks
from tests.model.walk import Step as Tried
from tests.model.walk import Walk

SEED, WALKS, JOBS = 1, 120, 2
# Errors that no walk meets: what they forbid is out of the players' reach, and has tests of its own.
UNREACHED = {
    "InvariantViolated",  # A program's own check: to meet it is to find a bug.
    "NotInitAuthority",  # There is a Config already.
    "BadMint",  # All mints of the walks are plain.
    "Overflow", "SupplyTooLarge",  # Beyond every purse.
}  # fmt: skip


def everything() -> Iterable[tuple[str, str]]:
    """What walks have to meet: each instruction, each transition by each of its instructions, each kind of thing."""
    yield from ((name, LANDED) for name in coverage.NAMES.values())
    for (old, new), names in TRANSITIONS.items():
        if old and new:
            yield from ((f"{old} > {new}", name) for name in names)
    yield from (("market", f"{engine.name} of {mint}") for engine in Engine for mint in PURSE)
    for about, kinds in (("order", OrderKind), ("order met", Step), ("fee", FeeKind), ("vote in round", Round)):
        yield from ((about, kind.name) for kind in kinds)


def test_walks() -> None:
    """No step of any walk breaks a promise, and together they do everything that can be done."""
    met = Met()
    # The one Config was made before any walk.
    met["init_config", LANDED] = sum(isinstance(event, ConfigChanged) for event in Walk().chain.world.events)
    for ended in walks(SEED, WALKS, JOBS):
        assert not ended.failure, told(ended)
        met.update(ended.met)
    print("\n".join((f"seeds {SEED} to {SEED + WALKS - 1}", *coverage.table(met))))
    assert [what for what in everything() if not met[what]] == []
    errors = {error.name for name in PROGRAMS for error in load(name).errors}
    assert errors - coverage.refusals(met) - UNREACHED == set()
    assert "InvariantViolated" not in coverage.refusals(met)


def test_a_walk_is_its_seed() -> None:
    """The same seed takes the same steps."""
    walk = Walk()
    walk.start()
    first = walk.walk(5)
    walk.start()
    assert walk.walk(5) == first


@pytest.mark.parametrize("name", ["nonce not stored", "order not refunded"])
def test_a_failure_can_be_done_again(name: str) -> None:
    """The lines that a failure prints are its steps."""
    walk, (fault, _) = Walk(), FAULTS[name]
    seed, failed = hunt(walk, fault)
    steps = tuple(failed.steps)
    lines = told(Walked(seed, len(steps), Met(), failure="x", shrunk=steps)).splitlines()[-len(steps) :]
    assert read(lines) == list(steps)
    assert isinstance(walk.replay(read(lines), ALL, fault), Broken)
    assert msgspec.json.decode(lines[0])[0] == steps[0].name


def test_a_walk_of_one_process_is_that_of_many() -> None:
    """A walk does not know which process it runs in, nor what ran there before."""
    alone = [one(seed) for seed in (3, 4, 3)]
    assert alone[0] == alone[2]
    assert {ended.seed: ended for ended in walks(3, 2, 2)} == {3: alone[0], 4: alone[1]}


@pytest.mark.parametrize("kind", ["wallet", "token", "market", "position"])
def test_nothing_changes_unseen(kind: str) -> None:
    """At its end a walk looks at everything again, so that no account changes by a step that did not name it."""
    walk = Walk()
    walk.start()
    walk.walk(5)
    where = next(where for where in walk.seen.raw if walk.stage.names.get(where, ("",))[0] == kind)
    raw = walk.chain.account(where)
    walk.chain.change(where, Account(raw.lamports + 1, bytes(raw.data), raw.owner))
    with pytest.raises(Broken, match=r"at the end .*lamports"):
        walk.whole()


def test_a_step_means_something_by_itself() -> None:
    """A step about a market that is not there is no step, so that any may be left out of a list."""
    walk = Walk()
    assert walk.replay([Tried("activate", (3,)), Tried("pass", (5, 5))], ALL) is None
