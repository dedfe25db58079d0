"""Events to rows: refusal of gaps, degraded subjects, money that adds up, images that undo, an arm for every event."""

import random
from typing import get_args

import msgspec
import pytest
from solders.pubkey import Pubkey

from idl import codec, events
from idl.events import Event, Header
from idl.program import MARKET_ID
from indexer.decode import read_event
from indexer.errors import SequenceGap
from indexer.fold import ARMS, CONFIG, Known, fold, refs
from indexer.fold.rows import Config, LedgerLeg, Market, MintRule, Outcome, Position, Resolution, Stake, Subject
from indexer.fold.work import base58, prices
from indexer.model import Block, Changes, Decoded, Fact, Row
from tests.indexer.lives import World, act

PROGRAM = str(MARKET_ID)
NO_UNDO = 2**62
SIGNATURE = "1" * 64
CONFIG_BYTES = bytes(Pubkey.from_string(CONFIG))


def fact(raw: bytes, n: int = 0) -> Fact:
    """An accepted event from its bytes."""
    header, event, reason = read_event(MARKET_ID, raw)
    return Fact(n, 0, 0, SIGNATURE, PROGRAM, raw, header, event, reason)


def decoded(slot: int, *happened: Event | bytes) -> Decoded:
    """A block of these events."""
    raws = [one if isinstance(one, bytes) else codec.encode_event(one) for one in happened]
    block = Block(slot, str(slot), slot - 1, str(slot - 1), slot, None, 0, (), "one")
    return Decoded(block, (), tuple(fact(raw, n) for n, raw in enumerate(raws)))


def folded(blocks: list[Decoded], known: Known | None = None, *, final_slot: int = NO_UNDO) -> Changes:
    """The changes on top of known rows."""
    base: Known = dict.fromkeys(refs(one for block in blocks for one in block.facts))
    return fold(base | {ref: row for ref, row in (known or {}).items() if ref in base}, blocks, final_slot=final_slot)


def a_life(seed: int, transactions: int = 120) -> list[Decoded]:
    """A block a transaction of random lives."""
    world, rng, blocks = World(), random.Random(seed), []
    for slot in range(1, transactions + 1):
        world, happened = act(world, rng, slot)
        blocks.append(decoded(slot, *happened))
    return blocks


def rows(changes: Changes, kind: type[Row]) -> list:
    """The rows of one table."""
    return [row for row in (*changes.put, *changes.add) if isinstance(row, kind)]


def pause(seq: int, bits: int = 1) -> events.PauseSet:
    """An event of the config."""
    return events.PauseSet(Header(CONFIG_BYTES, seq, 1, 1_700_000_000, bytes(32)), bits)


@pytest.mark.parametrize("seqs", [(2,), (1, 3), (1, 1), (1, 2, 2), (0,)])
def test_a_gap_is_refused(seqs: tuple[int, ...]) -> None:
    """A seq that does not follow its subject's last one raises, whatever else is in the page."""
    with pytest.raises(SequenceGap):
        folded([decoded(5, *(pause(seq) for seq in seqs))])


def test_a_gap_to_known_rows_is_refused() -> None:
    """The last seq may come from the tables."""
    subject = Subject(CONFIG, "config", 1, 4, None)
    known: Known = {(Subject, subject.identity): subject}
    folded([decoded(5, pause(5))], known)
    with pytest.raises(SequenceGap, match="continues at seq 5, slot 5 brings 6"):
        folded([decoded(5, pause(6))], known)


def test_unknown_event_degrades_its_subject() -> None:
    """An unknown event moves seq, marks the subject from there on, and later events are folded all the same."""
    life = a_life(3, 30)
    created = next(one for block in life for one in block.facts if isinstance(one.event, events.MarketCreated))
    assert created.header is not None
    unknown = bytes(8) + codec.encode_event(pause(2))[8:]
    named = unknown[:8] + created.header.subject + unknown[40:]
    later = events.VoidAnnounced(msgspec.structs.replace(created.header, seq=3), 99, 2)
    changes = folded([decoded(7, created.raw, named, later)])
    (subject,) = rows(changes, Subject)
    (market,) = rows(changes, Market)
    assert (subject.last_seq, subject.degraded_from_seq) == (3, 2)
    assert (market.seq, market.deadline) == (3, 99)


def test_unreadable_creation_is_survived() -> None:
    """Without its creation a market has no row; its events are counted and its money is not guessed."""
    header = Header(bytes([8]) * 32, 1, 7, 1_700_000_000, bytes(32))
    void = events.VoidAnnounced(msgspec.structs.replace(header, seq=2), 99, 2)
    unknown = bytes(8) + codec.encode_event(events.VoidAnnounced(header, 0, 0))[8:]
    changes = folded([decoded(7, unknown, void)])
    assert [row.last_seq for row in rows(changes, Subject)] == [2]
    assert rows(changes, Market) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_money_adds_up(seed: int) -> None:
    """The legs of a market's vault sum up to its vault column, and stakes to its volume."""
    print(f"seed {seed}")
    changes = folded(a_life(seed))
    legs = rows(changes, LedgerLeg)
    markets = rows(changes, Market)
    assert markets
    for market in markets:
        vault = sum(leg.delta for leg in legs if (leg.market, leg.account) == (market.market, "VAULT"))
        assert vault == market.vault
        staked = [stake.amount for stake in rows(changes, Stake) if stake.market == market.market]
        assert sum(staked) == market.volume
        outcomes = [row for row in rows(changes, Outcome) if row.market == market.market]
        assert sum(row.volume for row in outcomes) == market.volume
        assert tuple(row.supply for row in sorted(outcomes, key=lambda row: row.i)) == market.supply
        held = [row.shares for row in rows(changes, Position) if row.market == market.market and row.state == "open"]
        assert tuple(map(sum, zip(*held, strict=True))) == market.supply or not held


@pytest.mark.parametrize("seed", [4, 5])
def test_folding_is_the_same_in_pages_of_any_size(seed: int) -> None:
    """Block by block, with the rows carried over, gives the rows of one big page."""
    print(f"seed {seed}")
    life = a_life(seed, 60)
    whole = folded(life)
    known: Known = {}
    added: list[Row] = []
    for block in life:
        changes = folded([block], known)
        known |= {(type(row), row.identity): row for row in changes.put}
        added += changes.add
    assert known == {(type(row), row.identity): row for row in whole.put}
    assert tuple(added) == whole.add


@pytest.mark.parametrize("seed", [6, 7])
def test_images_undo(seed: int) -> None:
    """Putting back the images of the blocks above a slot, newest first, gives the rows as they were there."""
    print(f"seed {seed}")
    life = a_life(seed, 60)
    before = {(type(row), row.identity): row for row in folded(life[:40]).put}
    changes = folded(life[40:], dict(before), final_slot=0)
    state = before | {(type(row), row.identity): row for row in changes.put}
    kinds = {row.table: type(row) for row in state.values()}
    for image in reversed(changes.undo):
        (ref,) = [ref for ref in state if ref[0] is kinds[image.table] and tuple(map(str, ref[1])) == image.key]
        if image.old is None:
            del state[ref]
        else:
            state[ref] = image.old
    assert state == before


def test_what_is_final_has_no_images() -> None:
    """Below the final slot nothing is kept for undo."""
    life = a_life(6, 20)
    assert folded(life, final_slot=NO_UNDO).undo == ()
    assert {image.slot for image in folded(life, final_slot=10).undo} == set(range(11, 21))


def test_every_event_has_an_arm() -> None:
    """Every event of the programs is folded, and the lives show all that a pool's life has."""
    names = {kind.__name__ for kind in get_args(Event)}
    assert names <= set(ARMS)
    seen = {type(one.event).__name__ for seed in range(12) for block in a_life(seed) for one in block.facts}
    assert {"Staked", "StateChanged", "PaidOut", "FeesCollected", "BondClaimed", "Closed", "OutcomeProposed"} <= seen


def market_at(seq: int) -> tuple[Known, Market]:
    """A market of a life, as known rows, with this last seq."""
    changes = folded(a_life(2, 12))
    market = rows(changes, Market)[0]
    market = msgspec.structs.replace(market, seq=seq, last_seq=seq)
    subject = Subject(market.market, "market", 1, seq, None)
    known: Known = {(type(row), row.identity): row for row in (*changes.put, market, subject)}
    return known, market


def header_of(market: Market, seq: int) -> Header:
    """The header of a market's next event."""
    return Header(bytes(Pubkey.from_string(market.market)), seq, 50, 1_700_000_050, bytes(32))


def test_prices_reach_market_and_resolution() -> None:
    """A strike, a candidate and the price that ends it leave what the accounts say."""
    known, market = market_at(9)
    poster, payer = bytes([1]) * 32, bytes([2]) * 32
    changes = folded(
        [
            decoded(
                50,
                events.StrikeRecorded(header_of(market, 10), 500, -8, 1, 100, 99, 0, False, poster, 3, 12),
                events.PriceCandidate(
                    header_of(market, 11), 510, -8, 1, 200, 200, 205, False, poster, 0, 1_700_000_050, payer, 251
                ),
                events.PriceResolved(header_of(market, 12), 505, -8, 1, 199, 198, poster),
                events.StateChanged(header_of(market, 13), 3, 6, 12, 77, 0, 1, 5, 4, (1, 2, 3), poster),
            )
        ],
        known,
    )
    (market,) = rows(changes, Market)
    (resolution,) = rows(changes, Resolution)
    assert (market.strike, market.expo, market.strike_until, market.strike_off, market.flags) == (500, -8, 0, 3, 12)
    assert (market.state, market.payout, market.fees_owed, market.seq) == (6, (1, 5, 4), (1, 2, 3), 13)
    assert (resolution.price, resolution.publish_time, resolution.proposed, resolution.final_outcome) == (
        505,
        199,
        0,
        0,
    )
    assert (resolution.window_end, resolution.bond, resolution.proposer) == (205, 0, base58(poster))


def test_config_terms() -> None:
    """The config has all terms, its own address and seq; a mint's rule is a row of its own."""
    changes = folded(a_life(1, 80))
    (config,) = rows(changes, Config)
    assert (config.config, config.protocol_fee_bps, config.seq) == (CONFIG, 250, rows_seq(changes, CONFIG))
    assert all(rule.enabled for rule in rows(changes, MintRule))


def rows_seq(changes: Changes, subject: str) -> int:
    """The last seq of a subject."""
    return next(row.last_seq for row in rows(changes, Subject) if row.subject == subject)


@pytest.mark.parametrize(
    ("supply", "wanted"),
    [((0, 0), (500_000, 500_000)), ((1, 3), (250_000, 750_000)), ((1, 1, 1), (333_333,) * 3), ((0, 9), (0, 1_000_000))],
)
def test_prices(supply: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    """Implied chances in millionths, rounded down, equal where nobody staked."""
    assert prices(supply) == wanted


def test_text_that_a_table_cannot_hold() -> None:
    """A market's words are its maker's: a zero character in them is shown as a replacement and stops nothing."""
    world, happened = World(), []
    while not happened or not isinstance(happened[0], events.MarketCreated):
        world, happened = act(world, random.Random(1), 1)
    made = msgspec.structs.replace(happened[0], question="a\0b", uri="\0")
    (row,) = rows(folded([decoded(1, made)]), Market)
    assert (row.question, row.uri) == ("a\N{REPLACEMENT CHARACTER}b", "\N{REPLACEMENT CHARACTER}")
    assert row.slug.startswith("a-b-")
