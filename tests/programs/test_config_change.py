"""Changes of Config: announced by hash, made true by anyone in their time; the admin's place is offered and taken."""

import msgspec
import pytest

from idl.enums import Change, Mode
from idl.events import ConfigChanged
from idl.limits import CONFIG_CHANGE_OPEN_S
from tests.programs.pools import opened
from tests.programs.refusals import refused
from tests.programs.votes import NOBODY, accept, announce, announced, announcement, change, config
from tests.programs.world import TERMS, World, key

DELAY = TERMS.config_delay_s
NEW = msgspec.structs.replace(TERMS, council=bytes(32 * [7]), protocol_fee_bps=150, vote_s=777, mode=Mode.ADMIN)


def test_announced_and_applied(world: World) -> None:
    """An announced change is in the events before and after it, and then in Config; nothing is announced any more."""
    hashed = announcement(change(NEW))
    event = world.do(announce(hashed, world.now + DELAY + 5)).event(ConfigChanged)
    assert (event.kind, event.hash, event.eta, event.terms) == (Change.PROPOSED, hashed, world.now + DELAY + 5, TERMS)
    assert event.header.actor == bytes(key("authority"))
    world.at(event.eta)
    done = world.do(change(NEW)).event(ConfigChanged)
    assert (done.kind, done.hash, done.eta, done.terms, done.header.actor) == (Change.APPLIED, NOBODY, 0, NEW, NOBODY)
    assert config(world).vote_s == 777
    with refused("WrongChange"):
        world.do(change(NEW))


@pytest.mark.parametrize(("shift", "error"), [(-1, "EtaTooSoon"), (0, None), (1, None)])
def test_earliest_eta(world: World, shift: int, error: str | None) -> None:
    """A change is announced at least config_delay_s before it applies."""
    call = announce(announcement(change(NEW)), world.now + DELAY + shift)
    if error is None:
        world.do(call)
    else:
        with refused(error):
            world.do(call)


@pytest.mark.parametrize(
    ("shift", "error"),
    [(-1, "TooEarly"), (0, None), (1, None), (CONFIG_CHANGE_OPEN_S - 1, None), (CONFIG_CHANGE_OPEN_S, "TooLate")],
)
def test_when_it_applies(world: World, shift: int, error: str | None) -> None:
    """From its eta on for seven days."""
    eta = world.now + DELAY
    world.do(announce(announcement(change(NEW)), eta))
    world.at(eta + shift)
    if error is None:
        world.do(change(NEW))
    else:
        with refused(error):
            world.do(change(NEW))


def test_only_the_same_bytes(world: World) -> None:
    """One value that differs is another change; so is another wallet that is offered the admin's place."""
    with refused("WrongChange"):
        world.do(change(NEW))
    announced(world, change(NEW))
    for other in (
        change(msgspec.structs.replace(NEW, vote_s=778)), change(NEW, bytes(key("erin"))), change(TERMS),
    ):  # fmt: skip
        with refused("WrongChange"):
            world.do(other)
    world.do(change(NEW))


def test_by_another(world: World) -> None:
    """Only the admin announces, and the guardian is not the admin."""
    for name in ("alice", "guardian", "council"):
        with refused("NotAdmin"):
            world.do(announce(bytes(32 * [1]), world.now + DELAY, name))


def test_called_off_and_replaced(world: World) -> None:
    """A second announcement takes the first one's place; zeros call it off, whatever their time."""
    announced(world, change(NEW))
    world.do(announce(announcement(change(TERMS)), world.now + DELAY))
    with refused("WrongChange"):
        world.do(change(NEW))
    event = world.do(announce(NOBODY, 12345)).event(ConfigChanged)
    assert (event.hash, event.eta) == (NOBODY, 0)
    world.at(world.now + DELAY)
    with refused("WrongChange"):
        world.do(change(TERMS))


def test_bad_terms_never_apply(world: World) -> None:
    """A change that contradicts a rule can be announced and never becomes true."""
    bad = change(msgspec.structs.replace(TERMS, overturn_bps=5_000))
    announced(world, bad)
    with refused("BadConfig"):
        world.do(bad)
    assert config(world).pending_hash == announcement(bad)


def test_the_admins_place(world: World) -> None:
    """The place is offered by a change and taken by the one it was offered to; then the old admin is nobody."""
    with refused("NotPendingAdmin"):
        world.do(accept("erin"))
    world.do(announced(world, change(TERMS, bytes(key("erin")))))
    assert config(world).pending_admin == bytes(key("erin"))
    for name in ("alice", "authority"):
        with refused("NotPendingAdmin"):
            world.do(accept(name))
    event = world.do(accept("erin")).event(ConfigChanged)
    assert (event.kind, event.admin, event.pending_admin) == (Change.ADMIN, bytes(key("erin")), NOBODY)
    with refused("NotAdmin"):
        world.do(announce(bytes(32 * [1]), world.now + DELAY))
    world.do(announce(bytes(32 * [1]), world.now + DELAY, "erin"))
    with refused("NotPendingAdmin"):
        world.do(accept("erin"))


def test_an_offer_is_taken_back(world: World) -> None:
    """A change that offers the place to nobody takes an open offer back."""
    world.do(announced(world, change(TERMS, bytes(key("erin")))))
    world.do(announced(world, change(TERMS)))
    with refused("NotPendingAdmin"):
        world.do(accept("erin"))


def test_a_market_keeps_its_terms(world: World) -> None:
    """A change touches no market that was made before it."""
    pool = opened(world)
    before = pool.state
    world.do(announced(world, change(NEW)))
    assert pool.state == before
