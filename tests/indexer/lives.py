"""Random but consistent lives of markets as events: what the fake chain's transactions carry. Seeded, pure.

A World is the state that events lead to; `act` makes the next transaction's events and the World after them. It is no
second implementation of the programs: amounts only have to be consistent with each other.
"""

import random
from dataclasses import dataclass, field, replace
from typing import Any

from solders.pubkey import Pubkey

from idl import events
from idl.events import Event, Header, PayoutItem, PositionState, Value
from idl.types import ClosedItem, ConfigTerms
from indexer.fold import CONFIG

NOBODY = bytes(32)
WALLETS = tuple(bytes([n]) * 32 for n in range(1, 6))
MINT = bytes([77]) * 32
TERMS = ConfigTerms(
    WALLETS[0], WALLETS[0], WALLETS[0], (MINT, NOBODY), 0, 250, 300, 200, 7000, 200, 500, 6000, 1000, 100,
    2, 10**6, 3, 60, 3, 60, 3, 3, 2, 2, 2, 2, 1,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """One market as its events left it."""

    address: bytes
    seq: int = 0
    phase: str = "new"
    supply: tuple[int, ...] = (0, 0)
    fees_owed: tuple[int, ...] = (0, 0, 0)
    winner: int = 0
    flags: int = 0
    shares: dict[bytes, tuple[int, ...]] = field(default_factory=dict)
    nonces: dict[bytes, int] = field(default_factory=dict)
    bond: int = 0
    resolution: bool = False
    vault: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything there is."""

    config_seq: int = 0
    markets: tuple[Market, ...] = ()
    named: int = 0


def act(world: World, rng: random.Random, slot: int) -> tuple[World, list[Event]]:
    """One transaction: its events and the world after them."""
    if world.config_seq == 0:
        return _configure(world, slot)
    open_ones = [one for one in world.markets if one.phase != "closed"]
    if not open_ones or (len(open_ones) < 3 and rng.random() < 0.2):
        return _create(world, rng, slot)
    if rng.random() < 0.05:
        return _pause(world, rng, slot)
    one = rng.choice(open_ones)
    after, made = _live(one, rng, slot)
    markets = tuple(after if market.address == one.address else market for market in world.markets)
    return replace(world, markets=markets), made


def _header(subject: bytes, seq: int, slot: int, actor: bytes = NOBODY) -> Header:
    return Header(subject, seq, slot, 1_700_000_000 + slot, actor)


def _configure(world: World, slot: int) -> tuple[World, list[Event]]:
    config = bytes(Pubkey.from_string(CONFIG))
    first = events.ConfigChanged(
        _header(config, 1, slot, WALLETS[0]), 0, bytes(32), 0, WALLETS[0], NOBODY, 0, 255, TERMS
    )
    return replace(world, config_seq=1), [first]


def _pause(world: World, rng: random.Random, slot: int) -> tuple[World, list[Event]]:
    config = bytes(Pubkey.from_string(CONFIG))
    seq = world.config_seq + 1
    header = _header(config, seq, slot, WALLETS[0])
    if rng.random() < 0.5:
        return replace(world, config_seq=seq), [events.PauseSet(header, rng.randrange(4))]
    rule = events.MintRuleSet(header, MINT, 1 + rng.randrange(9), 10**12, 1, 1, 254, True)
    return replace(world, config_seq=seq), [rule]


def _create(world: World, rng: random.Random, slot: int) -> tuple[World, list[Event]]:
    creator, address = rng.choice(WALLETS), rng.randbytes(32)
    created = events.MarketCreated(
        header=_header(address, 1, slot, creator), creator=creator, mint=MINT, payer=creator, fee_to=creator,
        source=bytes([9]) * 32, id=slot << 16, open=0, lock=1_800_000_000, event=1_800_000_060,
        resolve_by=1_800_000_100, void_after=1_800_400_000, deadline=1_800_000_000, strike=0, min_stake=1,
        max_stake=10**12, min_bond=1, lot_k=0, dispute_s=3, vote_s=3, council_s=2, gate_s=2, quorum_voters=1,
        market_rent=4_844_160, expo=-8, fee_bps=(100, 50, 250), bond_bps=200, quorum_bps=500, overturn_bps=6000,
        slash_bps=1000, max_conf_bps=100, approve_bps=7000, version=1, bump=253, engine=0, state=1, n=2,
        source_kind=1, flags=0, op=0, metadata_hash=bytes([5]) * 32, uri="https://example.org/q",
        question=f"Does question {world.named} end well?",
    )  # fmt: skip
    market = Market(address=address, seq=1)
    return replace(world, markets=(*world.markets, market), named=world.named + 1), [created]


def _live(one: Market, rng: random.Random, slot: int) -> tuple[Market, list[Event]]:
    match one.phase:
        case "new":
            return _activate(one, slot)
        case "active" if len(one.shares) < 2 or rng.random() < 0.7:
            return _stake(one, rng, slot)
        case "active":
            return _propose(one, rng, slot)
        case "resolving":
            return _decide(one, rng, slot)
        case "decided" if one.shares:
            return _pay(one, rng, slot)
        case "decided" if any(one.fees_owed):
            return _collect(one, slot)
        case "decided" if one.bond:
            return _claim_bond(one, slot)
        case "decided" if one.resolution:
            return _close(one, slot, what=1)
        case _:
            return _close(one, slot, what=0)


def _value(one: Market) -> Value:
    return Value(one.supply, 0, one.fees_owed, 0)


def _changed(one: Market, slot: int, old: int, new: int, **more: Any) -> events.StateChanged:
    fields: dict[str, Any] = {"outcome": 255, "mask": 0, "num": 0, "den": 0, "resolver_to": NOBODY} | more
    return events.StateChanged(
        header=_header(one.address, one.seq, slot), from_=old, to=new, flags=one.flags, deadline=1_800_000_000 + slot,
        fees_owed=one.fees_owed, **fields,
    )  # fmt: skip


def _activate(one: Market, slot: int) -> tuple[Market, list[Event]]:
    opened = events.Activated(_header(one.address, one.seq + 1, slot), 0, 0, 0, 0, 0, WALLETS[0], 2_039_280, 252, False)
    after = replace(one, seq=one.seq + 2, phase="active")
    return after, [opened, _changed(after, slot, 1, 2)]


def _stake(one: Market, rng: random.Random, slot: int) -> tuple[Market, list[Event]]:
    owner, outcome, amount = rng.choice(WALLETS), rng.randrange(2), 1 + rng.randrange(10**9)
    held = one.shares.get(owner, (0, 0))
    held = tuple(part + amount * (i == outcome) for i, part in enumerate(held))
    supply = tuple(part + amount * (i == outcome) for i, part in enumerate(one.supply))
    nonce = one.nonces.get(owner, 0) + 1
    after = replace(
        one, seq=one.seq + 1, supply=supply, shares=one.shares | {owner: held}, nonces=one.nonces | {owner: nonce},
        vault=one.vault + amount,
    )  # fmt: skip
    state = PositionState(owner, owner, nonce, 1, 0, 255, held)
    header = _header(one.address, after.seq, slot, owner)
    return after, [events.Staked(header, outcome, amount, nonce, 15_000, (state,), _value(after))]


def _propose(one: Market, rng: random.Random, slot: int) -> tuple[Market, list[Event]]:
    bond, winner = 1 + rng.randrange(1000), rng.randrange(2)
    said = events.OutcomeProposed(
        _header(one.address, one.seq + 1, slot, WALLETS[0]), WALLETS[0], WALLETS[0], winner, bytes([3]) * 32, bond,
        bond * 2, bond, 1_800_000_500, 1, 251, 250,
    )  # fmt: skip
    after = replace(one, seq=one.seq + 2, phase="resolving", winner=winner, bond=bond, resolution=True)
    return after, [said, _changed(after, slot, 2, 3)]


def _decide(one: Market, rng: random.Random, slot: int) -> tuple[Market, list[Event]]:
    won = one.supply[one.winner]
    if won == 0 or rng.random() < 0.3:
        after = replace(one, seq=one.seq + 1, phase="decided", winner=2)
        return after, [_changed(after, slot, 3, 7, outcome=2, mask=3, num=1, den=1)]
    fee = sum(one.supply) // 50
    after = replace(one, seq=one.seq + 1, phase="decided", fees_owed=(fee // 2, 0, fee - fee // 2))
    share = {"mask": 1 << one.winner, "num": sum(one.supply) - fee, "den": won}
    return after, [_changed(after, slot, 3, 6, outcome=one.winner, resolver_to=WALLETS[0], **share)]


def _due(one: Market, owner: bytes) -> int:
    if one.winner == 2:
        return sum(one.shares[owner])
    # What the programs would pay, a little less: dust stays.
    return one.shares[owner][one.winner] * 97 // 100


def _pay(one: Market, rng: random.Random, slot: int) -> tuple[Market, list[Event]]:
    paid = [owner for owner in one.shares if rng.random() < 0.6] or list(one.shares)
    skipped = [owner for owner in one.shares if owner not in paid and rng.random() < 0.5]
    items = [PayoutItem(owner, _due(one, owner), 0) for owner in paid]
    items += [PayoutItem(owner, _due(one, owner), 1) for owner in skipped]
    supply = tuple(part - sum(one.shares[owner][i] for owner in paid) for i, part in enumerate(one.supply))
    left = {owner: held for owner, held in one.shares.items() if owner not in paid}
    out = sum(item.amount for item in items if item.status == 0)
    after = replace(one, seq=one.seq + 1, supply=supply, shares=left, flags=1, vault=one.vault - out)
    header = _header(one.address, after.seq, slot)
    return after, [events.PaidOut(header, tuple(items), 1, 2_039_280, _value(after))]


def _collect(one: Market, slot: int) -> tuple[Market, list[Event]]:
    kind = next(kind for kind, owed in enumerate(one.fees_owed) if owed)
    owed = tuple(part * (i != kind) for i, part in enumerate(one.fees_owed))
    amount = one.fees_owed[kind]
    after = replace(one, seq=one.seq + 1, fees_owed=owed, vault=one.vault - amount)
    header = _header(one.address, after.seq, slot)
    return after, [events.FeesCollected(header, kind, WALLETS[1], amount, one.flags, 2_039_280, _value(after))]


def _claim_bond(one: Market, slot: int) -> tuple[Market, list[Event]]:
    after = replace(one, seq=one.seq + 1, bond=0)
    return after, [events.BondClaimed(_header(one.address, after.seq, slot), WALLETS[0], one.bond, 0, 3)]


def _close(one: Market, slot: int, *, what: int) -> tuple[Market, list[Event]]:
    residual = one.vault if what == 0 else 0
    after = replace(
        one, seq=one.seq + 1, phase="closed" if what == 0 else one.phase, resolution=False, vault=one.vault - residual
    )
    item = ClosedItem(one.address, one.address, one.address, WALLETS[0], 4_844_160)
    return after, [events.Closed(_header(one.address, after.seq, slot), what, (item,), residual, WALLETS[0])]
