"""PubSub's port under attack: each attacker gets an error, a close code or the end, others hear every slot."""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import AsyncExitStack, suppress

from solders.pubkey import Pubkey

from localnet.chain.crowd import connections_max
from tests.localnet.chain.hostile.victim import Victim, attack, until
from tests.localnet.chain.hostile.wires import (
    HANDSHAKE,
    READ_BYTES,
    close_code,
    frame,
    frames,
    line,
    reset,
    told,
    web_socket,
    web_told,
)

MIB = 1024 * 1024
TEXT, BINARY, CONTINUED, PING = 1, 2, 0, 9
SUBSCRIPTIONS = 10_000
SUBSCRIPTIONS_MAX = 1_000
SOCKETS = 100
HALF_OPEN = min(1_000, connections_max())
SEED = 20261121
ROOTS = b'{"jsonrpc":"2.0","id":1,"method":"rootSubscribe"}'


def subscribing(number: int, method: str = "accountSubscribe") -> bytes:
    """A frame that asks for the account of this number."""
    key = str(Pubkey(number.to_bytes(32, "big")))
    return frame(TEXT, json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": [key]}).encode())


def test_no_websocket(victim: Victim) -> None:
    """What is no handshake is refused as HTTP refuses it, or hung up on."""

    async def scene() -> None:
        seeded = random.Random(SEED)
        print("seed", SEED)
        assert b" 426 " in await told(victim.pubsub, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b" 431 " in await told(victim.pubsub, b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 200_000)
        await told(victim.pubsub, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), half=True)
        await told(victim.pubsub, b"POST / HTTP/1.1\r\ncontent-length: 104857600\r\n\r\n", *([b"x" * MIB] * 100))
        await asyncio.gather(*(told(victim.pubsub, seeded.randbytes(2_000), half=True) for _ in range(50)))

    attack(victim, scene)


def test_bad_frames_have_their_close_code(victim: Victim) -> None:
    """1002 for what is no frame, 1007 for what is no text, 1009 for what is too large, in one or in many frames."""
    size_of_62_bits = bytes([0x81, 0xFF]) + (2**62).to_bytes(8, "big") + bytes(4)
    pieces = [frame(CONTINUED, b" " * 1_000, final=False)] * 10
    bad = {
        "unmasked": ([frame(TEXT, ROOTS, masked=False)], 1002),
        "reserved bits": ([frame(TEXT, ROOTS, reserved=0x40)], 1002),
        "unknown kind": ([frame(5, ROOTS)], 1002),
        "continuation of nothing": ([frame(CONTINUED, ROOTS)], 1002),
        "long ping": ([frame(PING, bytes(126))], 1002),
        "ping in pieces": ([frame(PING, b"", final=False)], 1002),
        "no UTF-8": ([frame(TEXT, b'"\xff\xfe"')], 1007),
        "4,097 bytes": ([frame(TEXT, ROOTS.ljust(4_097))], 1009),
        "100 MB": ([frame(TEXT, b"[" * 100 * MIB)], 1009),
        "62 bits": ([size_of_62_bits], 1009),
        "too many pieces": ([frame(TEXT, ROOTS, final=False), *pieces], 1009),
    }

    async def scene() -> None:
        answers = await asyncio.gather(*(web_told(victim.pubsub, *parts) for parts, _ in bad.values()))
        codes = {name: close_code(answer) for name, answer in zip(bad, answers, strict=True)}
        assert codes == {name: code for name, (_, code) in bad.items()}

    attack(victim, scene)


def test_bad_messages_are_answered(victim: Victim) -> None:
    """Deep nesting, no JSON, no UTF-8 in a binary frame, batches: errors, and the connection goes on."""
    bad = [
        frame(TEXT, b"[" * 4_000),
        frame(TEXT, b"[" * 2_000 + b"]" * 2_000),
        frame(TEXT, b'{"a":' * 600 + b"1" + b"}" * 600),
        frame(TEXT, b""),
        frame(TEXT, b"NaN"),
        frame(TEXT, b"9" * 4_096),
        frame(BINARY, b'"\xff\xfe"'),
        frame(TEXT, b"[" + b",".join([b"1"] * 2_000) + b"]"),
    ]

    async def scene() -> None:
        async with web_socket(victim.pubsub) as (reader, writer):
            for one in bad:
                writer.write(one)
            writer.write(frame(TEXT, ROOTS[:9], final=False) + frame(PING, b"hi") + frame(CONTINUED, ROOTS[9:]))
            stream = b""
            while b'"result":' not in stream:
                stream += await reader.read(READ_BYTES)
            told_texts = [data for kind, data in frames(stream) if kind == TEXT]
            assert [one[:23] for one in told_texts[: len(bad)]] == [b'{"jsonrpc":"2.0","error'] * len(bad)

    attack(victim, scene)


def test_10_000_subscriptions_of_one_socket(victim: Victim) -> None:
    """The first thousand are taken, each more is refused with Agave's sentence; they end with their connection."""

    async def scene() -> None:
        async with web_socket(victim.pubsub) as (reader, writer):
            sending = asyncio.create_task(_send_all(writer, SUBSCRIPTIONS))
            stream, answered = b"", 0
            while answered < SUBSCRIPTIONS:
                more = await reader.read(READ_BYTES)
                assert more, "hung up on"
                stream += more
                answered = stream.count(b'"id":')
            await sending
            assert stream.count(b'"result":') == SUBSCRIPTIONS_MAX
            refusal = b"Internal Error: Subscription refused. Node subscription limit reached"
            assert stream.count(refusal) == SUBSCRIPTIONS - SUBSCRIPTIONS_MAX

    attack(victim, scene)


async def _send_all(writer: asyncio.StreamWriter, count: int) -> None:
    for number in range(count):
        writer.write(subscribing(number))
        await writer.drain()


def test_10_000_subscriptions_of_many_sockets(victim: Victim) -> None:
    """A hundred each are taken; half of the sockets are reset, half just go, and nothing is left of them."""

    async def one(number: int, stack: AsyncExitStack) -> asyncio.StreamWriter:
        reader, writer = await stack.enter_async_context(web_socket(victim.pubsub))
        first = number * SUBSCRIPTIONS // SOCKETS
        for each in range(first, first + SUBSCRIPTIONS // SOCKETS):
            writer.write(subscribing(each))
        stream = b""
        while stream.count(b'"id":') < SUBSCRIPTIONS // SOCKETS:
            stream += await reader.read(READ_BYTES)
        assert stream.count(b'"result":') == SUBSCRIPTIONS // SOCKETS
        return writer

    async def scene() -> None:
        async with AsyncExitStack() as stack:
            writers = await asyncio.gather(*(one(number, stack) for number in range(SOCKETS)))
            for writer in writers[::2]:
                reset(writer)

    attack(victim, scene)


def test_ping_flood(victim: Victim) -> None:
    """Who sends pings and never reads the pongs is hung up on, before the pongs fill the memory."""

    async def scene() -> None:
        flood = frame(PING, bytes(125)) * 8_000
        async with web_socket(victim.pubsub) as (_, writer):
            with suppress(ConnectionError):
                for _ in range(200):
                    writer.write(flood)
                    await writer.drain()
            assert writer.transport.is_closing()

    attack(victim, scene)


def test_who_does_not_read_is_cut_off(victim: Victim) -> None:
    """A subscriber that wants much and reads nothing is hung up on once its queue is full."""
    cuts = [
        {"encoding": "base64", "commitment": "processed", "dataSlice": {"offset": n, "length": 0}} for n in range(900)
    ]

    async def scene() -> None:
        async with line(victim.pubsub) as (_, writer):
            writer.write(HANDSHAKE)
            for cut in cuts:
                params = ["11111111111111111111111111111111", cut]
                asked = {"jsonrpc": "2.0", "id": 1, "method": "programSubscribe", "params": params}
                writer.write(frame(TEXT, json.dumps(asked).encode()))
            await writer.drain()
            before = victim.resident_bytes
            await until(lambda: _is_hung_up(writer), "it is still there")
            assert victim.resident_bytes - before < 150 * MIB

    attack(victim, scene)


def _is_hung_up(writer: asyncio.StreamWriter) -> bool:
    """Whether writing shows that the other side is gone."""
    writer.write(frame(PING, b""))
    return writer.transport.is_closing()


def test_half_open_websockets(victim: Victim) -> None:
    """A thousand that never finish their handshake, or finish it and are silent, hold nobody up."""

    async def scene() -> None:
        writers = []
        for number in range(HALF_OPEN):
            _, writer = await asyncio.open_connection("127.0.0.1", victim.pubsub)
            writer.write(HANDSHAKE[: (0, 20, -2, len(HANDSHAKE))[number % 4]])
            writers.append(writer)
        for number, writer in enumerate(writers):
            if number % 3:
                reset(writer)
            else:
                writer.close()

    attack(victim, scene)
