"""Our stream against the facts of a real one, for the same subscription: slots, entries and block metas.

The recording has no accounts, transactions or whole blocks in it, so nothing real is said of these here.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from localnet.chain.geyser import messages
from localnet.chain.geyser.server import Geyser
from tests.localnet.chain.geyser.facts import RECORDED, WHOLE, facts
from tests.localnet.chain.geyser.listener import Listener, play
from tests.localnet.chain.geyser.recorded import SAMPLE, updates
from tests.localnet.chain.people import SOL, make_chain, pay, person

REAL: dict[str, Any] = json.loads(RECORDED.read_text())
BLOCKS = 40
ALL = {
    "slots": {"coordinator": {"interslot_updates": True}},
    "entry": {"coordinator": {}},
    "blocks_meta": {"coordinator": {}},
}
WHOLE_SECONDS = "times are block times, so that the same seed gives the same bytes"
ONE_BLOCK_LATER = "a block is confirmed by the block after it, never by votes that arrive before that is whole"
# What we do otherwise, and why. One that is no difference any more fails.
FIELDS_OTHERWISE = {f"{kind}: created_at.nanos": WHOLE_SECONDS for kind in REAL["kinds"]}
ORDER_OTHERWISE = {
    ("this confirmed", "next block_meta"): ONE_BLOCK_LATER,
    ("this confirmed", "next completed"): ONE_BLOCK_LATER,
    ("this confirmed", "next last entry"): ONE_BLOCK_LATER,
    ("this confirmed", "next processed"): ONE_BLOCK_LATER,
}


@pytest.fixture(scope="module")
def stream() -> list[Any]:
    """What a client with the recorded subscription hears of a chain with a transaction in each block."""
    found: list[Any] = []

    async def listen(listener: Listener, geyser: Geyser) -> None:
        call = listener.subscribe()
        await call.write(messages.SubscribeRequest(**ALL))
        found.extend(await _until_pong(call))
        for number in range(BLOCKS):
            chain.submit(pay(chain, chain.faucet, person(f"of block {number}").pubkey(), SOL + number))
            chain.produce()
        found.extend(await _until_pong(call))
        call.cancel()

    chain = make_chain()
    chain.produce()
    play(chain, listen)
    return found


@pytest.fixture(scope="module")
def ours(stream: list[Any]) -> dict[str, Any]:
    """Its facts."""
    return facts(stream, {one.slot.slot for one in stream if one.HasField("slot")})


async def _until_pong(call: Any) -> list[Any]:
    await call.write(messages.SubscribeRequest(ping={"id": 7}))
    found: list[Any] = []
    while not (update := await call.read()).HasField("pong"):
        found.append(update)
    return found


def test_the_facts_are_those_of_the_recording() -> None:
    """What is written beside this is what the recorded bytes say."""
    if not SAMPLE.exists():
        pytest.skip(f"no recording at {SAMPLE}")
    assert json.loads(json.dumps(facts(updates(), WHOLE))) == REAL


def test_the_kinds_are_the_real_ones(ours: dict[str, Any]) -> None:
    """The same kinds of messages, no more and no fewer."""
    assert ours["kinds"] == REAL["kinds"]


def test_the_fields_are_the_real_ones(ours: dict[str, Any]) -> None:
    """Of each kind the same fields are filled, always or sometimes."""
    assert set(_differences(_flat(ours["fields"]), _flat(REAL["fields"]))) == set(FIELDS_OTHERWISE)


@pytest.mark.parametrize("what", ["before", "before in the next slot"])
def test_the_order_is_the_real_one(ours: dict[str, Any], what: str) -> None:
    """What always comes before something else on the real stream, within a slot and from slot to slot, does here."""
    missing = {tuple(one) for one in REAL[what]} - {tuple(one) for one in ours[what]}
    assert missing == {one for one in ORDER_OTHERWISE if list(one) in REAL[what]}


def test_what_holds_there_holds_here(ours: dict[str, Any]) -> None:
    """Entries and metas say of each other what they say on the real stream."""
    assert ours["holds"] == REAL["holds"]
    assert all(ours["holds"].values())


def _flat(found: dict[str, dict[str, str]]) -> dict[str, str]:
    return {f"{kind}: {path}": when for kind, paths in found.items() for path, when in paths.items()}


def _differences(ours: dict[str, str], real: dict[str, str]) -> list[str]:
    return [name for name in {*ours, *real} if ours.get(name) != real.get(name)]
