"""The order of what is heard, and the window that can be heard again."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from solders.keypair import Keypair

from localnet.chain.geyser import messages
from localnet.chain.geyser.errors import OutOfWindow
from localnet.chain.geyser.feed import Feed, Piece
from localnet.chain.geyser.filters import Wanted, read
from localnet.chain.geyser.items import AccountItem, Item, SlotItem, TransactionItem
from localnet.chain.node import Chain
from tests.localnet.chain.geyser.recorded import WHOLE_SLOT, by_slot
from tests.localnet.chain.people import SOL, make_chain, pay

ALL = {
    "slots": {"s": {"interslot_updates": True}},
    "entry": {"s": {}},
    "blocks_meta": {"s": {}},
}


def heard(chain: Chain) -> list[Piece]:
    """A list that grows with everything the chain's feed says."""
    found: list[Piece] = []
    Feed(chain).listen(found.extend)
    return found


def of_level(pieces: Iterable[Piece], level: int) -> list[Item]:
    """What a subscriber of a level hears."""
    return [item for to, item in pieces if to in (None, level)]


def decoded(items: Iterable[Item], wanted: Wanted) -> list:
    """The updates that pass, read back from their bytes."""
    return [messages.SubscribeUpdate.FromString(frame) for item in items for frame in wanted.frames(item)]


def statuses(items: Iterable[Item], slot: int) -> list[int]:
    """The statuses of a slot in order."""
    return [item.status for item in items if isinstance(item, SlotItem) and item.slot == slot]


def test_the_order_is_that_of_the_recording(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """Our slots match the pattern of the recorded ones."""
    pieces = heard(chain)
    for _ in range(3):
        chain.submit(pay(chain, alice, bob.pubkey(), SOL))
        chain.produce()
    chain.produce(40)
    ours = by_slot(decoded(of_level(pieces, 0), read(messages.SubscribeRequest(**ALL))))
    assert [slot for slot, text in ours.items() if not WHOLE_SLOT.fullmatch(text)] == []
    assert ours[3] == "sbecemPCF"


def test_content_comes_again_when_confirmed(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """A subscriber of confirmed hears a block's content one block later, then its confirmed status."""
    pieces = heard(chain)
    chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    chain.produce()
    slot = chain.tip.slot
    assert not [one for one in of_level(pieces, 1) if isinstance(one, TransactionItem)]
    chain.produce()
    confirmed = of_level(pieces, 1)
    assert [one.landed.slot for one in confirmed if isinstance(one, TransactionItem)] == [slot]
    last = confirmed.index(next(one for one in confirmed if isinstance(one, SlotItem) and one.status == 1))
    assert statuses(confirmed, slot) == [3, 5, 4, 0, 1]
    assert confirmed[last] is confirmed[-1]


def test_an_account_names_its_last_writer(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """An account comes once a block, as the block left it, just before the last transaction that wrote it."""
    pieces = heard(chain)
    wires = [pay(chain, alice, bob.pubkey(), SOL + number) for number in range(2)]
    for wire in wires:
        chain.submit(wire)
    chain.produce()
    items = [one for one in of_level(pieces, 0) if isinstance(one, AccountItem | TransactionItem)]
    of_bob = [one for one in items if isinstance(one, AccountItem) and one.key == bob.pubkey()]
    assert [one.info.lamports for one in of_bob] == [2 * SOL + 1]
    assert of_bob[0].info.txn_signature == bytes(wires[1].signed.signatures[0])
    landed = [at for at, one in enumerate(items) if isinstance(one, TransactionItem)]
    assert landed[0] < items.index(of_bob[0]) < landed[1]
    clock = [one for one in items if isinstance(one, AccountItem) and not one.info.HasField("txn_signature")]
    assert str(clock[0].key).startswith("SysvarC1ock")


def test_a_failed_transaction_writes_its_payer_only(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """What a failed transaction might have written is silent; its fee payer is not."""
    pieces = heard(chain)
    chain.submit(pay(chain, alice, bob.pubkey(), 1_000 * SOL))
    chain.produce()
    keys = {one.key for one in of_level(pieces, 0) if isinstance(one, AccountItem)}
    assert alice.pubkey() in keys
    assert bob.pubkey() not in keys


def test_a_fork_comes_anew(chain: Chain) -> None:
    """Slots made again after a fork are heard again, and are replayed once, with the new hash."""
    feed = Feed(chain)
    pieces: list[Piece] = []
    feed.listen(pieces.extend)
    chain.produce(5)
    old = chain.tip.blockhash
    chain.fork(3)
    assert chain.tip.slot == 5
    assert statuses(of_level(pieces, 0), 5).count(messages.PROCESSED) == 2
    again = decoded(feed.replay(1, 0), read(messages.SubscribeRequest(**ALL)))
    metas = [one.block_meta for one in again if one.HasField("block_meta")]
    assert [one.slot for one in metas] == [1, 2, 3, 4, 5]
    assert metas[-1].blockhash == chain.tip.blockhash != old


def test_a_dead_slot_begins_and_dies(chain: Chain) -> None:
    """A dead slot has a first shred and a bank, then it is dead, with a reason; the next block skips it."""
    pieces = heard(chain)
    chain.produce()
    chain.die(1)
    chain.produce()
    assert statuses(of_level(pieces, 2), 2) == [3, 5, messages.DEAD]
    assert statuses(of_level(pieces, 2), 3) == [3, 5, 4, 0]
    slots = {"s": {"interslot_updates": True}}
    said = decoded(of_level(pieces, 0), read(messages.SubscribeRequest(slots=slots)))
    found = [one.slot for one in said if one.slot.status == messages.DEAD]
    assert [(one.slot, one.parent, bool(one.dead_error)) for one in found] == [(2, 1, True)]


def test_a_replay_is_what_was_heard(chain: Chain, alice: Keypair) -> None:
    """A replayed slot has all its content and the statuses it has reached; only blocks of the level come."""
    feed = Feed(chain)
    chain.produce(10)
    tip = chain.tip.slot
    assert statuses(feed.replay(tip - 2, 0), tip - 1) == [messages.PROCESSED, messages.CONFIRMED]
    assert statuses(feed.replay(tip - 2, 0), tip) == [messages.PROCESSED]
    assert statuses(feed.replay(tip - 2, 1), tip) == []
    assert list(feed.replay(tip - 2, 2)) == []


def test_the_window_ends(chain: Chain) -> None:
    """150 slots are remembered, skipped ones count; what is older is out of the window."""
    feed = Feed(chain)
    assert feed.first_available is None
    chain.produce(100)
    chain.skip(20)
    chain.produce(60)
    first = feed.first_available
    assert first == chain.tip.slot - 149
    assert next(iter(feed.replay(first, 0)))
    with pytest.raises(OutOfWindow, match=f"broadcast from {first - 1} is not available, last available: {first}"):
        list(feed.replay(first - 1, 0))


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Two chains of one seed say the same, to the byte."""

    def story() -> list[bytes]:
        chain = make_chain(seed=3)
        pieces = heard(chain)
        chain.submit(pay(chain, chain.faucet, Keypair.from_seed(b"." * 32).pubkey(), SOL))
        chain.produce(3)
        chain.fork(2)
        everything = {kind: {"x": {}} for kind in ("accounts", "transactions", "blocks", "slots", "entry")}
        wanted = read(messages.SubscribeRequest(**everything))
        return [frame for item in of_level(pieces, 0) for frame in wanted.frames(item)]

    assert story() == story()
