"""The accounts of the programs made again from its events alone: the promise on which the whole mirror rests."""

from collections.abc import Iterable

import msgspec
from solders.pubkey import Pubkey

from idl import addresses
from idl.accounts import Account, Config, Market, MintRule, Position, Resolution, Vote
from idl.enums import ClosedWhat, Flag, Round, State
from idl.events import (
    Activated,
    BondClaimed,
    Closed,
    ConfigChanged,
    Disputed,
    DividendPaid,
    DividendsSynced,
    Event,
    FeesCollected,
    MarketCreated,
    MintRuleSet,
    OrderPlaced,
    OrdersCancelled,
    OutcomeProposed,
    PaidOut,
    PauseSet,
    PoolCreated,
    PositionState,
    PriceCandidate,
    PriceResolved,
    Ruled,
    SeatSwept,
    SharesTraded,
    SharesTransferred,
    Staked,
    StateChanged,
    StrikeRecorded,
    SubsidyWithdrawn,
    Tallied,
    Traded,
    Value,
    VoidAnnounced,
    VoteCast,
    VoteClaimed,
    Withdrawn,
)
from tests.programs import rebuild_book, rebuild_pools

replace = msgspec.structs.replace
NOBODY = bytes(32)
Accounts = dict[Pubkey, Account]


def rebuild(events: Iterable[Event]) -> Accounts:
    """All accounts that exist after the events, by address."""
    found: Accounts = {}
    last: dict[bytes, int] = {}
    for event in events:
        follow(found, last, event)
    return found


def follow(found: Accounts, last: dict[bytes, int], event: Event) -> None:
    """Takes one more event in; `last` holds the number of each subject's last one, and none may be missing."""
    header = event.header
    assert header.seq == last.get(header.subject, 0) + 1, f"gap before {event}"
    last[header.subject] = header.seq
    _apply(found, event)
    subject = Pubkey(header.subject)
    if isinstance(known := found.get(subject), Config | Market):
        found[subject] = replace(known, seq=header.seq)


def _apply(found: Accounts, event: Event) -> None:
    match event:
        case ConfigChanged() | PauseSet() | MintRuleSet():
            _config(found, event)
        case PoolCreated() | SharesTraded() | DividendsSynced() | DividendPaid():
            rebuild_pools.apply(found, event)
        case MarketCreated():
            found[Pubkey(event.header.subject)] = _market(event)
        case OutcomeProposed() | PriceCandidate():
            market = Pubkey(event.header.subject)
            found[addresses.resolution(market).address] = _resolution(event)
        case Closed():
            _closed(found, event)
        case _:
            _of_market(found, event)


def _config(found: Accounts, event: ConfigChanged | PauseSet | MintRuleSet) -> None:
    where = Pubkey(event.header.subject)
    match event:
        case ConfigChanged():
            terms = {name: getattr(event.terms, name) for name in event.terms.__struct_fields__}
            named = {"admin": event.admin, "pending_admin": event.pending_admin, "pause": event.pause}
            rest = {"pending_hash": event.hash, "eta": event.eta, "seq": 0, "bump": event.bump}
            zeros = {"reserved": bytes(5), "reserved_bps": (0, 0, 0), "reserved_s": 0}
            found[where] = Config(**terms, **named, **rest, **zeros)
        case PauseSet():
            known = found[where]
            assert isinstance(known, Config)
            found[where] = replace(known, pause=event.pause)
        case MintRuleSet():
            rule = addresses.mint_rule(Pubkey(event.mint)).address
            fields = {name: getattr(event, name) for name in event.__struct_fields__ if name != "header"}
            found[rule] = MintRule(**fields, reserved=bytes(6))


def _market(event: MarketCreated) -> Market:
    told = {name: getattr(event, name) for name in event.__struct_fields__ if name in Market.__struct_fields__}
    blank = dict.fromkeys(Market.__struct_fields__, 0) | {
        "vault_payer": NOBODY, "resolver_to": NOBODY, "supply": (0,) * 8, "fees_owed": (0,) * 3,
        "reserved": bytes(2), "created_slot": event.header.slot,
    }  # fmt: skip
    return Market(**(blank | told))  # type: ignore[arg-type]


def _resolution(event: OutcomeProposed | PriceCandidate) -> Resolution:
    common = {
        "market": event.header.subject, "disputer": NOBODY, "payer": event.payer, "tally": (0,) * 9, "total": 0,
        "proposed": event.outcome, "final_outcome": 255, "bump": event.bump, "votes": bytes(3),
    }  # fmt: skip
    if isinstance(event, PriceCandidate):
        return Resolution(
            **common, proposer=event.poster, evidence=NOBODY, proposed_at=event.proposed_at, window_end=event.until,
            bond=0, quorum=0, owed=0, publish_time=event.publish, price=event.price, flags=0, bond_bump=0,
        )  # type: ignore[arg-type] # fmt: skip
    return Resolution(
        **common, proposer=event.proposer, evidence=event.evidence, proposed_at=event.header.ts,
        window_end=event.window_end, bond=event.bond, quorum=event.quorum, owed=event.owed, publish_time=0, price=0,
        flags=event.flags, bond_bump=event.bond_bump,
    )  # type: ignore[arg-type] # fmt: skip


def _of_market(found: Accounts, event: Event) -> None:
    where = Pubkey(event.header.subject)
    market = found[where]
    assert isinstance(market, Market)
    found[where] = _market_after(market, event)
    if isinstance(event, OrderPlaced | OrdersCancelled | SeatSwept | Withdrawn | PaidOut):
        rebuild_book.apply(found, event)
    match event:
        case Activated() if event.has_book:
            found[addresses.book(where).address] = rebuild_book.empty(where, event.vault_payer)
        case Staked() | Traded() | SharesTransferred() | Withdrawn() | OrderPlaced() | SeatSwept():
            for told in event.positions:
                address, position = _position(where, told, event.header.seq)
                found[address] = position
        case PaidOut():
            for item in event.items:
                if item.status == 0:
                    del found[addresses.position(where, Pubkey(item.owner)).address]
        case VoteCast() | VoteClaimed() | Disputed() | Tallied() | Ruled():
            _voted(found, where, event)
        case BondClaimed():
            _patch_resolution(found, where, owed=event.owed, flags=event.flags)
        case PriceResolved():
            _patch_resolution(found, where, price=event.price, publish_time=event.publish)
        case StateChanged() if event.to in (State.Finalized, State.Void):
            _patch_resolution(found, where, final_outcome=event.outcome)
        case _:
            return


def _voted(found: Accounts, market: Pubkey, event: VoteCast | VoteClaimed | Disputed | Tallied | Ruled) -> None:
    match event:
        case VoteCast():
            where = addresses.vote(market, event.round, Pubkey(event.voter)).address
            told = {name: getattr(event, name) for name in ("voter", "weight", "round", "side", "bump")}
            found[where] = Vote(market=bytes(market), reserved=bytes(5), **told)
        case VoteClaimed():
            del found[addresses.vote(market, event.round, Pubkey(event.voter)).address]
        case _:
            pass
    match event:
        case VoteCast(round=Round.DISPUTE):
            tally = event.tally + (0,) * (9 - len(event.tally))
            votes = event.votes.to_bytes(3, "little")
            _patch_resolution(found, market, tally=tally, total=event.total, owed=event.owed, votes=votes)
        case VoteClaimed(round=Round.DISPUTE):
            _patch_resolution(found, market, owed=event.owed, votes=event.votes.to_bytes(3, "little"))
        case Disputed():
            told = {"disputer": event.disputer, "owed": event.owed, "window_end": event.window_end}
            _patch_resolution(found, market, **told)
        case Tallied(round=Round.DISPUTE):
            _patch_resolution(found, market, window_end=event.window_end, flags=event.flags)
        case Ruled():
            _patch_resolution(found, market, flags=event.flags)
        case _:
            return


def _market_after(market: Market, event: Event) -> Market:
    match event:
        case Activated():
            names = ("subsidy", "b", "inv", "inv_shift", "cost", "vault_payer", "vault_rent", "vault_bump")
            return replace(market, **{name: getattr(event, name) for name in names})
        case StrikeRecorded():
            until = {"strike_until": event.until, "strike_off": event.strike_off}
            return replace(market, strike=event.price, expo=event.expo, flags=event.flags, **until)
        case VoidAnnounced():
            return replace(market, deadline=event.deadline, flags=event.flags)
        case StateChanged():
            names = ("flags", "deadline", "mask", "num", "den", "fees_owed", "resolver_to")
            return replace(market, state=event.to, **{name: getattr(event, name) for name in names})
        case VoteCast():
            return replace(market, likes=event.likes, dislikes=event.dislikes)
        case Staked() | OrderPlaced():
            return replace(market, **_value(event.value))
        case Traded():
            return replace(market, **_value(event.after))
        case PaidOut() | Withdrawn() | FeesCollected() | SubsidyWithdrawn():
            return replace(market, flags=event.flags, vault_rent=event.vault_rent, **_value(event.value))
        case _:
            return market


def _value(value: Value) -> dict[str, object]:
    supply = value.supply + (0,) * (8 - len(value.supply))
    return {"supply": supply, "escrow": value.escrow, "fees_owed": value.fees_owed, "cost": value.cost}


def _position(market: Pubkey, told: PositionState, seq: int) -> tuple[Pubkey, Position]:
    address, bump = addresses.position(market, Pubkey(told.owner))
    fields = {name: getattr(told, name) for name in told.__struct_fields__}
    return address, Position(market=bytes(market), last_seq=seq, bump=bump, reserved=bytes(2), **fields)


def _patch_resolution(found: Accounts, market: Pubkey, **changes: object) -> None:
    where = addresses.resolution(market).address
    known = found.get(where)
    if isinstance(known, Resolution):
        found[where] = replace(known, **changes)


def _closed(found: Accounts, event: Closed) -> None:
    if event.what == ClosedWhat.BOOK:
        where = Pubkey(event.header.subject)
        market = found[where]
        assert isinstance(market, Market)
        found[where] = replace(market, flags=market.flags & ~Flag.HAS_BOOK)
    for item in event.items:
        found.pop(Pubkey(item.address), None)
