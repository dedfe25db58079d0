"""Windows of opening and trading: an edge, a call, what it meets at -1, 0 and +1; the rest is in late_windows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from idl.limits import market_id
from tests.programs import votes
from tests.programs.books import BUY, YES, desk
from tests.programs.makers import maker
from tests.programs.pools import Pool, create, created, opened, terms
from tests.programs.world import TERMS, Call, World

DAY: Final = 86_400
MONTH: Final = 30 * DAY
Met = tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A moment, and a call that is sent a tick before it, at it and after it; the tick is a second, or a slot."""

    at: int
    call: Call
    slots: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A call whose own numbers are a second before, at and after the edge."""

    call: Callable[[int], Call]


Make = Callable[[World], Edge | Terms]


@dataclass(frozen=True, slots=True)
class Window:
    """What a call meets at -1, 0 and +1: None lands. `rows`: the transitions (from, via) that it is the time of."""

    make: Make
    met: Met
    rows: tuple[tuple[str, str], ...] = ()


def begins(error: str) -> Met:
    """From the edge on."""
    return error, None, None


def ends(error: str) -> Met:
    """Before the edge."""
    return None, error, error


def includes(error: str) -> Met:
    """To the edge, and it too."""
    return None, None, error


# trading


def _traded(world: World, name: str) -> tuple[Pool, Call]:
    """A market that opens in 50 s, and a trade in it."""
    later: dict[str, Any] = {"open": world.now + 50, "lock": world.now + 150}
    if name == "place_order":
        book = desk(world, **later)
        return book, book.order("alice", BUY, YES, 50, 9)
    if name == "stake":
        pool = opened(world, **later)
        return pool, pool.stake("alice", 0, 6_000)
    pool = maker(world, **later)
    if name in ("sell", "transfer_shares"):
        start = world.now
        world.at(pool.state.open)
        for who in ("alice", "bob"):
            world.do(pool.split(who, 9_000))
        world.at(start)
    calls = {
        "buy": lambda: pool.buy("alice", 0, 6_000),
        "sell": lambda: pool.sell("alice", 0, 5_000),
        "split": lambda: pool.split("alice", 6_000),
        "transfer_shares": lambda: pool.transfer("alice", "bob", 0, 500),
    }
    return pool, calls[name]()


def _open(name: str) -> Make:
    def make(world: World) -> Edge:
        pool, call = _traded(world, name)
        return Edge(at=pool.state.open, call=call)

    return make


def _lock(name: str) -> Make:
    def make(world: World) -> Edge:
        pool, call = _traded(world, name)
        return Edge(at=pool.state.lock, call=call)

    return make


def _prune(world: World, *, expiry: bool) -> Edge:
    made = desk(world)
    world.do(made.order("alice", BUY, YES, 50, 9, expiry=world.now + 20 if expiry else 0))
    return Edge(at=world.now + 20 if expiry else made.state.lock, call=made.prune())


def _expiry(world: World) -> Edge:
    made = desk(world)
    return Edge(at=world.now + 20, call=made.order("alice", BUY, YES, 50, 9, expiry=world.now + 20))


TRADES: Final = ("stake", "buy", "sell", "split", "place_order", "transfer_shares")
TRADING: Final[Mapping[str, Window]] = {
    **{f"{name} from open": Window(_open(name), begins("NotOpen")) for name in TRADES[:-1]},
    **{f"{name} before lock": Window(_lock(name), ends("Locked")) for name in TRADES},
    "prune anything from lock": Window(lambda w: _prune(w, expiry=False), begins("NothingToPrune")),
    "prune from expiry": Window(lambda w: _prune(w, expiry=True), begins("NothingToPrune")),
    "place_order before its expiry": Window(_expiry, ends("BadOrder")),
}

# opening


def _future(world: World) -> Pool:
    """A market that is opened long before it trades."""
    start = world.now + 4_000
    end = start + 1_000 + 3 * DAY
    return created(world, open=start, lock=start + 100, event=start + 200, resolve_by=start + 1_000, void_after=end)


def _activate(world: World) -> Edge:
    pool = _future(world)
    return Edge(at=pool.state.deadline, call=pool.activate())


def _activate_late(world: World) -> Edge:
    pool = created(world)
    return Edge(at=pool.state.lock - TERMS.min_dur_s, call=pool.activate())


def _expire(world: World) -> Edge:
    pool = _future(world)
    return Edge(at=pool.state.deadline, call=pool.tally_proposal())


def _tally(world: World) -> Edge:
    pool = votes.proposed(world)
    return Edge(at=pool.state.deadline, call=pool.tally_proposal())


def _like(world: World) -> Edge:
    pool = votes.proposed(world)
    return Edge(at=pool.state.deadline, call=votes.like(pool, "alice"))


def _term(field: str, edge: Callable[[int], int], *, price: bool = False, **changes: object) -> Make:
    """create_market with one time or duration around its bound; `edge` from now."""

    def make(world: World) -> Terms:
        bound = edge(world.now)
        given = {name: value + world.now if isinstance(value, int) else value for name, value in changes.items()}
        return Terms(call=lambda shift: create(world, terms(world, price=price, **given, **{field: bound + shift})))

    return make


def _id(world: World, *, old: bool) -> Edge:
    slot = world.slot
    call = create(world, terms(world, id=market_id(slot, 7)))
    return Edge(at=slot + 150 if old else slot, call=call, slots=True)


OPENING: Final[Mapping[str, Window]] = {
    "activate before its deadline": Window(_activate, ends("TooLate"), (("Approved", "Activate"),)),
    "activate while min_dur_s is left": Window(_activate_late, includes("BadTimes")),
    "tally_proposal from activate_by": Window(_expire, begins("TooEarly"), (("Approved", "TallyProposal"),)),
    "tally_proposal from the proposal's end": Window(_tally, begins("TooEarly"), (("Proposed", "TallyProposal"),)),
    "vote before the proposal's end": Window(_like, ends("TooLate")),
    "an id of a slot to come": Window(lambda w: _id(w, old=False), begins("BadId")),
    "an id of a slot 150 back": Window(lambda w: _id(w, old=True), includes("BadId")),
    "lock min_dur_s from now": Window(_term("lock", lambda now: now + TERMS.min_dur_s), begins("BadTimes")),
    "lock min_dur_s from open": Window(
        _term("open", lambda now: now + 100 - TERMS.min_dur_s), includes("BadTimes")
    ),
    "lock max_dur_s from now": Window(
        _term("lock", lambda now: now + TERMS.max_dur_s, event=2 * MONTH, resolve_by=2 * MONTH + 1,
              void_after=2 * MONTH + 3 * DAY + 1), includes("BadTimes")
    ),
    "event from lock": Window(_term("event", lambda now: now + 100), begins("BadTimes")),
    "event of a price 60 s from lock": Window(_term("event", lambda now: now + 160, price=True), begins("BadTimes")),
    "resolve_by after event": Window(
        _term("resolve_by", lambda now: now + 201, void_after=201 + 4 * DAY), begins("BadTimes")
    ),
    "resolve_by 30 days from event": Window(
        _term("resolve_by", lambda now: now + 200 + MONTH, void_after=200 + MONTH + 4 * DAY), includes("BadTimes")
    ),
    "void_after 3 days from resolve_by": Window(
        _term("void_after", lambda now: now + 1_000 + 3 * DAY), begins("BadTimes")
    ),
    "void_after 30 days from resolve_by": Window(
        _term("void_after", lambda now: now + 1_000 + MONTH), includes("BadTimes")
    ),
    "dispute_s from the least": Window(_term("dispute_s", lambda now: TERMS.dispute_min_s), begins("BadDispute")),
    "dispute_s to the greatest": Window(_term("dispute_s", lambda now: TERMS.dispute_max_s), includes("BadDispute")),
}  # fmt: skip
