"""Yellowstone's port under attack: each attacker gets a status or the end, others hear every slot."""

from __future__ import annotations

import asyncio
import random
import struct
from collections import Counter
from contextlib import suppress
from typing import Any

import grpc

from localnet.chain.crowd import connections_max
from localnet.chain.geyser import messages
from localnet.chain.geyser.server import STREAMS_PER_CONNECTION_MAX, SUBSCRIPTIONS_MAX
from tests.localnet.chain.geyser.listener import Listener, ended
from tests.localnet.chain.hostile.victim import Victim, attack
from tests.localnet.chain.hostile.wires import (
    PREFACE,
    READ_BYTES,
    call_headers,
    grpc_message,
    http2,
    line,
    reset,
    told,
)

MIB = 1024 * 1024
DATA, HEADERS, RST_STREAM, SETTINGS, PING, CONTINUATION = 0, 1, 3, 4, 6, 9
END_STREAM, END_HEADERS = 1, 4
SUBSCRIBE = call_headers(b"/geyser.Geyser/Subscribe")
STREAMS = 10_000
HALF_OPEN = min(500, connections_max())
SEED = 20261121
# grpc's own limit on what is sent must not protect the victim.
BIG = [("grpc.max_send_message_length", -1)]


def test_no_grpc(victim: Victim) -> None:
    """Bytes that are no HTTP/2, or HTTP/2 that is no gRPC, end their own connection."""
    bad = [
        b"\xff" * 4_096,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"GET / HTTP/1.1\r\nhost: x\r\n\r\n",
        PREFACE + b"\xff" * 4_096,
        PREFACE + http2(SETTINGS, 0, 0) + http2(DATA, 0, 1, bytes(100)),
        PREFACE + http2(SETTINGS, 0, 0) + http2(HEADERS, END_HEADERS, 1, b"\xff" * 200),
        PREFACE
        + http2(SETTINGS, 0, 0)
        + http2(HEADERS, 0, 1, SUBSCRIBE)
        + http2(CONTINUATION, 0, 1, bytes(9)) * 20_000,
    ]

    async def scene() -> None:
        seeded = random.Random(SEED)
        print("seed", SEED)
        bad.extend(seeded.randbytes(3_000) for _ in range(20))
        bad.extend(PREFACE + http2(SETTINGS, 0, 0) + seeded.randbytes(3_000) for _ in range(20))
        await asyncio.gather(*(told(victim.geyser, one, half=True) for one in bad))

    attack(victim, scene)


async def refused(victim: Victim, request: bytes) -> grpc.StatusCode:
    """The status of a subscription with these bytes as its request."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{victim.geyser}", options=BIG) as channel:
        stream: Any = channel.stream_stream(f"/{messages.SERVICE}/Subscribe")()
        with suppress(grpc.aio.AioRpcError):
            await stream.write(request)
        return await ended(stream)


def test_bad_requests_have_their_status(victim: Victim) -> None:
    """100 MB, 10,000 filters, a name of 1 MiB, no message at all: each has its status."""
    many = messages.SubscribeRequest(slots={f"s{n}": {} for n in range(10_000)})
    long = messages.SubscribeRequest(slots={"s" * MIB: {}})
    keys = messages.SubscribeRequest(transactions={"t": {"account_include": ["no key"] * 100_000}})
    bad = {
        "100 MB": (bytes(100 * MIB), grpc.StatusCode.RESOURCE_EXHAUSTED),
        "10,000 filters": (many.SerializeToString(), grpc.StatusCode.INVALID_ARGUMENT),
        "a name of 1 MiB": (long.SerializeToString(), grpc.StatusCode.INVALID_ARGUMENT),
        "100,000 keys that are none": (keys.SerializeToString(), grpc.StatusCode.INVALID_ARGUMENT),
        "no message": (b"\xff" * 1_000, grpc.StatusCode.INTERNAL),
    }

    async def scene() -> None:
        statuses = {name: await refused(victim, sent) for name, (sent, _) in bad.items()}
        assert statuses == {name: status for name, (_, status) in bad.items()}

    attack(victim, scene)


def test_streams_beyond_the_limit(victim: Victim) -> None:
    """Of many streams over many connections as many live as may, the others are RESOURCE_EXHAUSTED."""
    connections = SUBSCRIPTIONS_MAX // STREAMS_PER_CONNECTION_MAX + 1
    each = STREAMS_PER_CONNECTION_MAX

    async def scene() -> None:
        listeners = [Listener(victim.geyser, own=True) for _ in range(connections)]
        try:
            streams = [listener.subscribe() for listener in listeners for _ in range(each)]
            fates = Counter(await asyncio.gather(*(_fate(stream) for stream in streams)))
            assert fates["lives"] + fates["RESOURCE_EXHAUSTED"] == len(streams), fates
            assert SUBSCRIPTIONS_MAX - 10 <= fates["lives"] <= SUBSCRIPTIONS_MAX, fates
        finally:
            for listener in listeners:
                await listener.close()

    attack(victim, scene)


async def _fate(stream: Any) -> str:
    """Whether a stream is served, though it asks for nothing: its first update is a ping."""
    try:
        return "lives" if (await stream.read()).HasField("ping") else "?"
    except grpc.aio.AioRpcError as error:
        return error.code().name


def test_10_000_streams_of_one_connection(victim: Victim) -> None:
    """One connection that begins ten thousand streams, whatever was settled, ends or is refused stream by stream."""

    async def scene() -> None:
        begun = b"".join(http2(HEADERS, END_HEADERS, 2 * n + 1, SUBSCRIBE) for n in range(STREAMS))
        answer = await told(victim.geyser, PREFACE + http2(SETTINGS, 0, 0), begun, half=True)
        assert answer

    attack(victim, scene)


def test_rapid_reset(victim: Victim) -> None:
    """Streams that are begun and reset at once, thousands of them, leave nothing behind."""

    async def scene() -> None:
        pairs = (
            http2(HEADERS, END_HEADERS, 2 * n + 1, SUBSCRIBE) + http2(RST_STREAM, 0, 2 * n + 1, struct.pack(">I", 8))
            for n in range(STREAMS)
        )
        await told(victim.geyser, PREFACE + http2(SETTINGS, 0, 0), b"".join(pairs), half=True)

    attack(victim, scene)


def test_pings_and_settings_without_end(victim: Victim) -> None:
    """Floods of frames that want an answer each end or are read in turn."""

    async def scene() -> None:
        flood = http2(PING, 0, 0, bytes(8)) * 20_000 + http2(SETTINGS, 0, 0) * 20_000
        await told(victim.geyser, PREFACE + http2(SETTINGS, 0, 0), flood, half=True)

    attack(victim, scene)


def test_who_stops_reading(victim: Victim) -> None:
    """Streams that ask for everything and open no window hold a bounded queue and nobody up."""
    slots = {f"s{n}": messages.SubscribeRequest().slots["s"] for n in range(1_000)}
    everything = messages.SubscribeRequest(
        slots=slots, blocks={"b": {"include_accounts": True, "include_entries": True}}, accounts={"a": {}}
    )
    closed_window = http2(SETTINGS, 0, 0, struct.pack(">HI", 4, 0))
    request = grpc_message(everything.SerializeToString())

    async def scene() -> None:
        async with line(victim.geyser) as (reader, writer):
            writer.write(PREFACE + closed_window)
            for number in range(50):
                stream = 2 * number + 1
                writer.write(http2(HEADERS, END_HEADERS, stream, SUBSCRIBE))
                for at in range(0, len(request), 16_000):
                    writer.write(http2(DATA, 0, stream, request[at : at + 16_000]))
                await writer.drain()
            await reader.read(READ_BYTES)
            await asyncio.sleep(1)
            reset(writer)

    attack(victim, scene)


def test_half_open_connections(victim: Victim) -> None:
    """Hundreds that send a part of the preface and wait hold nobody up."""

    async def scene() -> None:
        writers = []
        for number in range(HALF_OPEN):
            _, writer = await asyncio.open_connection("127.0.0.1", victim.geyser)
            writer.write(PREFACE[: number % (len(PREFACE) + 1)])
            writers.append(writer)
        for number, writer in enumerate(writers):
            if number % 2:
                reset(writer)
            else:
                writer.close()

    attack(victim, scene)
