"""The service over real sockets: unary calls, the token, streams that change their filters, ends of streams."""

from __future__ import annotations

import asyncio
import json

import grpc
import pytest
from solders.keypair import Keypair

from localnet.chain.geyser import messages
from localnet.chain.geyser.feed import Feed
from localnet.chain.geyser.server import Geyser
from localnet.chain.geyser.session import End, Session
from localnet.chain.model import ChainOptions
from localnet.chain.node import Chain
from localnet.chain.serve import Running
from localnet.errors import PortTaken
from tests.localnet.chain.geyser.listener import Listener, ended, opened, play, settle
from tests.localnet.chain.one_loop import run as run_scene
from tests.localnet.chain.people import GENESIS_TIME, SOL, pay

request = messages.SubscribeRequest


def kinds(updates: list) -> list[str]:
    """The kinds of updates in order."""
    return [one.WhichOneof("update_oneof") for one in updates]


def slots(updates: list) -> list[tuple[int, int]]:
    """(slot, status) of slot updates."""
    return [(one.slot.slot, one.slot.status) for one in updates if one.HasField("slot")]


def life_of(slot: int) -> list[tuple[int, int]]:
    """The statuses of a slot up to processed."""
    return [(slot, status) for status in (3, 5, 4, 0)]


def test_unary_calls(chain: Chain) -> None:
    """Each call answers from the chain at the commitment it names; processed is the default."""
    chain.produce(40)

    async def scene(listener: Listener, geyser: Geyser) -> None:
        assert (await listener.call("Ping", count=7)).count == 7
        assert [(await listener.call("GetSlot", commitment=level)).slot for level in range(3)] == [40, 39, 9]
        assert (await listener.call("GetBlockHeight")).block_height == 40
        latest = await listener.call("GetLatestBlockhash", commitment=1)
        assert (latest.slot, latest.last_valid_block_height) == (39, 189)
        tip = chain.tip.blockhash
        assert (await listener.call("IsBlockhashValid", blockhash=latest.blockhash)).valid
        assert (await listener.call("IsBlockhashValid", blockhash=tip)).valid
        unconfirmed = await listener.call("IsBlockhashValid", blockhash=tip, commitment=1)
        assert (unconfirmed.valid, unconfirmed.slot) == (False, 39)
        chain.produce(151)
        assert not (await listener.call("IsBlockhashValid", blockhash=tip)).valid
        version = json.loads((await listener.call("GetVersion")).version)
        assert version["version"]["solana"] == "4.2.2"
        assert (await listener.call("SubscribeReplayInfo")).first_available == chain.tip.slot - 149

    play(chain, scene)


def test_nothing_to_replay_yet(chain: Chain) -> None:
    """Before the first block there is no first slot to replay from."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        assert not (await listener.call("SubscribeReplayInfo")).HasField("first_available")

    play(chain, scene)


def test_an_unknown_commitment_is_refused(chain: Chain) -> None:
    """A commitment that does not exist is no default."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        with pytest.raises(grpc.aio.AioRpcError, match="failed to create CommitmentLevel from 9"):
            await listener.call("GetSlot", commitment=9)

    play(chain, scene)


@pytest.mark.parametrize("token", [None, "wrong"])
def test_a_token_is_needed(chain: Chain, token: str | None) -> None:
    """Where a token is set, every call without it is UNAUTHENTICATED, streams too."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await listener.call("Ping", count=1)
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
        assert refused.value.details() == "No valid auth token"
        stream = listener.subscribe()
        assert await ended(stream) is grpc.StatusCode.UNAUTHENTICATED

    play(chain, scene, x_token="right", token=token)


def test_the_right_token_is_let_in(chain: Chain) -> None:
    """With the token calls and streams work."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        assert (await listener.call("Ping", count=1)).count == 1
        stream = await opened(listener, slots={"s": {}})
        chain.produce()
        assert slots(await settle(stream)) == [(1, 0)]

    play(chain, scene, x_token="right", token="right")


def test_a_stream_of_everything(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """One slot in the order of the protocol, each update named by its filter and timed by its block."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        everything = {kind: {kind: {}} for kind in ("accounts", "transactions", "blocks", "blocks_meta", "entry")}
        stream = await opened(listener, **everything, slots={"slots": {"interslot_updates": True}})
        chain.submit(pay(chain, alice, bob.pubkey(), SOL))
        chain.produce()
        updates = await settle(stream)
        assert kinds(updates) == [
            *("slot", "slot", "account", "account", "account", "account", "transaction", "entry", "slot"),
            *("entry", "block", "block_meta", "slot"),
        ]
        named = {"account": "accounts", "slot": "slots", "transaction": "transactions", "block": "blocks"}
        for one in updates:
            kind = one.WhichOneof("update_oneof")
            assert list(one.filters) == [named.get(kind, {"block_meta": "blocks_meta"}.get(kind, kind))]
        own = [one for one in updates if not one.HasField("slot")]
        assert {one.created_at.seconds for one in own} == {chain.tip.block_time}

    play(chain, scene)


def test_slot_filters(chain: Chain) -> None:
    """Commitments only unless interslot updates are asked for; with filter_by_commitment only one's own."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        plain = await opened(listener, slots={"s": {}})
        own = await opened(listener, slots={"s": {"filter_by_commitment": True}}, commitment=1)
        all_of_them = await opened(listener, slots={"s": {"interslot_updates": True}}, commitment=2)
        chain.produce(2)
        assert slots(await settle(plain)) == [(1, 0), (2, 0), (1, 1)]
        assert slots(await settle(own)) == [(1, 1)]
        assert slots(await settle(all_of_them)) == [*life_of(1), *life_of(2), (1, 1)]

    play(chain, scene)


def test_filters_change_on_the_open_stream(chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """A new request replaces all filters; a ping of the client replaces none and is answered with its number."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        stream = await opened(listener, blocks_meta={"m": {}})
        chain.produce()
        assert kinds(await settle(stream)) == ["block_meta"]
        chain.produce()
        assert kinds(await settle(stream)) == ["block_meta"]
        await stream.write(request(transactions={"t": {"account_include": [str(bob.pubkey())]}}))
        assert await settle(stream) == []
        chain.submit(pay(chain, alice, bob.pubkey(), SOL))
        chain.produce()
        updates = await settle(stream)
        assert kinds(updates) == ["transaction"]
        assert updates[0].transaction.slot == chain.tip.slot
        await stream.write(request())
        assert await settle(stream) == []
        chain.produce()
        assert await settle(stream) == []

    play(chain, scene)


def test_from_slot_replays_then_goes_on(chain: Chain) -> None:
    """Old slots first, each once and without a gap to the live ones."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        chain.produce(10)
        stream = listener.subscribe()
        await stream.write(request(blocks_meta={"m": {}}, from_slot=4))
        assert [one.block_meta.slot for one in await settle(stream)] == [4, 5, 6, 7, 8, 9, 10]
        chain.produce(2)
        assert [one.block_meta.slot for one in await settle(stream)] == [11, 12]
        await stream.write(request(blocks_meta={"m": {}}, from_slot=11, commitment=1))
        assert [one.block_meta.slot for one in await settle(stream)] == [11]
        chain.produce()
        assert [one.block_meta.slot for one in await settle(stream)] == [12]

    play(chain, scene)


def test_a_slot_out_of_the_window(chain: Chain) -> None:
    """OUT_OF_RANGE ends the stream of one who comes too late, and says what is still there."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        chain.produce(200)
        stream = listener.subscribe()
        await stream.write(request(slots={"s": {}}, from_slot=50))
        assert await ended(stream) is grpc.StatusCode.OUT_OF_RANGE
        assert await stream.details() == "broadcast from 50 is not available, last available: 51"

    play(chain, scene)


def test_a_bad_filter_ends_the_stream(chain: Chain) -> None:
    """INVALID_ARGUMENT with the reason."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        stream = listener.subscribe()
        await stream.write(request(accounts={"a": {"account": ["?"]}}))
        assert await ended(stream) is grpc.StatusCode.INVALID_ARGUMENT
        assert (await stream.details()).startswith("failed to create filter: Invalid pubkey")

    play(chain, scene)


def test_pings_come_by_themselves(chain: Chain) -> None:
    """One at once, and again after each interval, without a filter's name."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        stream = listener.subscribe()
        await stream.write(request())
        pings = [await stream.read() for _ in range(3)]
        assert kinds(pings) == ["ping"] * 3
        assert not any(one.filters for one in pings)
        assert all(one.HasField("created_at") for one in pings)

    play(chain, scene, ping_s=0.02)


def test_a_client_that_asks_no_more_keeps_its_stream(chain: Chain) -> None:
    """Half-closing the stream changes nothing of what is sent."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        stream = await opened(listener, blocks_meta={"m": {}})
        await stream.done_writing()
        await listener.call("Ping", count=1)
        chain.produce()
        while (update := await stream.read()).HasField("ping"):
            pass
        assert update.block_meta.slot == chain.tip.slot

    play(chain, scene)


def test_a_slow_reader_is_cut_off_alone(chain: Chain) -> None:
    """Who does not read is ended when its queue is full; another stream hears every slot."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        lazy = await opened(listener, blocks={"b": {"include_accounts": True}}, slots={"s": {}})
        quick = await opened(listener, blocks_meta={"m": {}})
        for _ in range(30):
            chain.produce()
        assert len(await settle(quick)) == 30
        assert await ended(lazy) is grpc.StatusCode.INTERNAL
        assert await lazy.details() == "lagged to send an update"

    play(chain, scene, queue_updates_max=50)


def test_an_oversized_request_harms_nobody(chain: Chain) -> None:
    """A request above the limit and bytes that are no HTTP/2 end their own connection; another stream goes on."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        good = await opened(listener, blocks_meta={"m": {}})
        stream = listener.subscribe()
        huge = {"filters": [{"memcmp": {"bytes": bytes(5 * 1024 * 1024)}}]}
        await stream.write(request(accounts={"a": huge}))
        assert await ended(stream) is grpc.StatusCode.RESOURCE_EXHAUSTED
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"\xff" * 4096)
        await reader.read()
        writer.close()
        chain.produce()
        assert kinds(await settle(good)) == ["block_meta"]

    play(chain, scene)


def test_too_many_streams_are_refused(chain: Chain) -> None:
    """Above the limit a stream is RESOURCE_EXHAUSTED; one that closes makes room."""

    async def scene(listener: Listener, geyser: Geyser) -> None:
        first, _ = [await opened(listener, slots={"s": {}}) for _ in range(2)]
        assert await ended(listener.subscribe()) is grpc.StatusCode.RESOURCE_EXHAUSTED
        first.cancel()
        while geyser.subscribers == 2:
            await listener.call("Ping", count=1)
        await opened(listener, slots={"s": {}})

    play(chain, scene, subscriptions_max=2)


def test_asking_for_replays_without_reading_ends(chain: Chain) -> None:
    """Replays and pongs beyond the limit of a queue end the stream, and what waits is forgotten."""

    async def run() -> None:
        session = Session(Feed(chain), queue_updates_max=50)
        chain.produce(20)
        for _ in range(100):
            session.ask(request(slots={"s": {}}, from_slot=1))
        for _ in range(100):
            session.ask(request(ping={"id": 1}))
        sent = [one async for one in session.updates()]
        assert isinstance(sent[-1], End)
        assert sent[-1].code is grpc.StatusCode.INTERNAL
        assert len(sent) == 1

    run_scene(run())


def test_streams_end_with_the_chain() -> None:
    """A running chain serves it on its port; when it stops, streams end with UNAVAILABLE, and a taken port is named."""

    async def run() -> None:
        free = ChainOptions(rpc_port=0, pubsub_port=0, geyser_port=0, slot_ms=0, genesis_time=GENESIS_TIME)
        async with Running(free) as running:
            listener = Listener(running.geyser_port)
            stream = await opened(listener, slots={"s": {}})
            taken = ChainOptions(rpc_port=0, pubsub_port=0, geyser_port=running.geyser_port, slot_ms=0)
            with pytest.raises(PortTaken, match=str(running.geyser_port)):
                await Running(taken).__aenter__()
        assert await ended(stream) is grpc.StatusCode.UNAVAILABLE
        await listener.close()

    run_scene(run())
