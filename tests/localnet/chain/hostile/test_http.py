"""JSON-RPC's port under attack: each attacker gets an error or the end, a well-behaved client notices nothing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress

import pytest

from localnet.chain.crowd import connections_max
from tests.localnet.chain.hostile.victim import FILES_MORE_MAX, Victim, attack, until
from tests.localnet.chain.hostile.wires import line, post, reset, told

MIB = 1024 * 1024
HUGE_BYTES = 100 * MIB
HALF_OPEN = min(2_000, connections_max())
SEED = 20261121
CALL = b'{"jsonrpc":"2.0","id":1,"method":"getSlot"}'
HEAD = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
PARSE_ERROR = b'"code":-32700,"message":"Parse error"'
INVALID_PARAMS = b'"code":-32602'


def asking(params: bytes, method: bytes = b"getBlock") -> bytes:
    """A call with any bytes as its parameters."""
    return post(b'{"jsonrpc":"2.0","id":1,"method":"%b","params":%b}' % (method, params))


BAD: dict[str, tuple[bytes, bytes]] = {
    "TLS hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), b"400 "),
    "other protocol": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", b"400 "),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"400 "),
    "length that is no number": (HEAD + b"content-length: many\r\n\r\n", b"400 "),
    "negative length": (HEAD + b"content-length: -5\r\n\r\n12345", b"400 "),
    "length of 20 digits": (HEAD + b"content-length: 99999999999999999999\r\n\r\n", b"413 "),
    "length of 30 digits": (HEAD + b"content-length: %d\r\n\r\n" % 10**29, b"400 "),
    "two lengths": (HEAD + b"content-length: 5\r\ncontent-length: 6\r\n\r\n12345", b"400 "),
    "chunk without a size": (HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n", b"400 "),
    "header of 1 MiB": (HEAD + b"x: " + b"a" * MIB, b"431 "),
    "headers without an end": (HEAD + b"".join(b"x%d: a\r\n" % n for n in range(10_000)), b"431 "),
    "51,201 bytes": (post(CALL.ljust(51_201)), b"413 "),
    "51,200 bytes": (post(CALL.ljust(51_200)), b'"result":'),
    "no UTF-8": (post(b'{"jsonrpc":"2.0","id":1,"method":"get\xffSlot"}'), b"utf-8 encoding error at byte 37 in"),
    "half a surrogate": (post(b'{"jsonrpc":"2.0","id":"\\ud800","method":"getSlot"}'), PARSE_ERROR),
    "50,000 brackets": (post(b"[" * 50_000), PARSE_ERROR),
    "25,000 closed brackets": (post(b"[" * 25_000 + b"]" * 25_000), PARSE_ERROR),
    "8,000 braces": (post(b'{"a":' * 8_000 + b"1" + b"}" * 8_000), PARSE_ERROR),
    "deep where nobody looks": (post(CALL[:-1] + b',"x":' + b"[" * 20_000 + b"]" * 20_000 + b"}"), PARSE_ERROR),
    "deep parameters": (asking(b"[" * 5_000 + b"]" * 5_000), PARSE_ERROR),
    "NaN": (asking(b"[NaN]"), PARSE_ERROR),
    "Infinity": (asking(b"[-Infinity]"), PARSE_ERROR),
    "1e400": (asking(b"[1e400]"), PARSE_ERROR),
    "integer of 40,000 digits": (asking(b"[" + b"9" * 40_000 + b"]"), PARSE_ERROR),
    "2^64": (asking(b"[18446744073709551616]"), INVALID_PARAMS),
    "negative": (asking(b"[-1]"), INVALID_PARAMS),
    "float": (asking(b"[1.5]"), INVALID_PARAMS),
    "key of 40,000 letters": (asking(b'["' + b"1" * 40_000 + b'"]', b"getAccountInfo"), INVALID_PARAMS),
    "10,000 keys": (asking(b"[[" + b",".join([b'"x"'] * 10_000) + b"]]", b"getMultipleAccounts"), b'"code":-326'),
    "batch of 1,000": (post(b"[" + b",".join([b'{"jsonrpc":"2.0","id":1,"method":"a"}'] * 1_000) + b"]"), b"-32601"),
    "batch of numbers": (post(b"[" + b",".join([b"1"] * 20_000) + b"]"), PARSE_ERROR),
    "batch of nothing": (post(b"[" + b",".join([b"{}"] * 15_000) + b"]"), b'"code":-32600'),
}


def test_bad_requests_are_errors(victim: Victim) -> None:
    """Whatever is no request gets the error that HTTP or JSON-RPC has for it, and the end of its connection."""

    async def scene() -> None:
        answers = await asyncio.gather(*(told(victim.rpc, sent) for sent, _ in BAD.values()))
        wrong = {
            name: answer[:300]
            for (name, (_, said)), answer in zip(BAD.items(), answers, strict=True)
            if said not in answer
        }
        assert not wrong

    attack(victim, scene)


def test_random_bytes(victim: Victim) -> None:
    """Bytes of a seed, alone, after a head, and as flipped bits of a good request: an answer or the end, every time."""
    seeded = random.Random(SEED)
    print("seed", SEED)

    def flipped() -> bytes:
        good = bytearray(post(CALL))
        for _ in range(seeded.randint(1, 8)):
            good[seeded.randrange(len(good))] = seeded.randrange(256)
        return bytes(good)

    makers: list[Callable[[], bytes]] = [
        lambda: seeded.randbytes(seeded.randint(1, 4_000)),
        lambda: post(seeded.randbytes(seeded.randint(1, 4_000))),
        flipped,
    ]

    async def scene() -> None:
        await asyncio.gather(*(told(victim.rpc, maker(), half=True) for maker in makers for _ in range(60)))

    attack(victim, scene)


@pytest.mark.parametrize("way", ["length", "chunks", "too long", "too short"])
def test_bodies_of_100_mb(victim: Victim, way: str) -> None:
    """Told or in chunks, such a body is refused with 413 before it is held; with a wrong length its rest is garbage."""
    block = b"[" * MIB
    blocks = [block] * (HUGE_BYTES // MIB)
    sent: dict[str, tuple[list[bytes], bytes]] = {
        "length": ([HEAD + b"content-length: %d\r\n\r\n" % HUGE_BYTES, *blocks], b"413 "),
        "chunks": (
            [HEAD + b"transfer-encoding: chunked\r\n\r\n", *(b"%x\r\n%b\r\n" % (MIB, one) for one in blocks)],
            b"413 ",
        ),
        "too long": ([HEAD + b"content-length: 50000\r\n\r\n", b"[" * 100], b"400 "),
        "too short": ([HEAD + b"content-length: %d\r\n\r\n" % len(CALL), CALL, *blocks], b"HTTP/1.1 4"),
    }

    async def scene() -> None:
        parts, said = sent[way]
        answers = await asyncio.gather(*(told(victim.rpc, *parts, half=way == "too long") for _ in range(3)))
        assert all(said in answer for answer in answers), [answer[:200] for answer in answers]

    attack(victim, scene)


def test_half_open_connections(victim: Victim) -> None:
    """Thousands that send half a request, or nothing, and wait, hold nobody up; their end leaves nothing behind."""
    halves = [b"", b"POST / HT", HEAD, HEAD + b"content-length: 40000\r\n\r\n" + b"[" * 20_000]

    async def scene() -> None:
        lines = []
        for number in range(HALF_OPEN):
            _, writer = await asyncio.open_connection("127.0.0.1", victim.rpc)
            writer.write(halves[number % len(halves)])
            lines.append(writer)
        for number, writer in enumerate(lines):
            if number % 2:
                reset(writer)
            else:
                writer.close()

    attack(victim, scene)


def test_refused_and_still_there(victim: Victim) -> None:
    """Who is refused and neither goes nor stops sending is hung up on all the same."""

    async def scene() -> None:
        files = victim.files
        lines = [await asyncio.open_connection("127.0.0.1", victim.rpc) for _ in range(50)]
        for _, writer in lines:
            writer.write(HEAD + b"content-length: %d\r\n\r\n" % HUGE_BYTES)
        for reader, _ in lines:
            assert b" 413 " in await reader.readline()
        await until(lambda: victim.files <= files + FILES_MORE_MAX, "they are still there")
        for _, writer in lines:
            writer.close()

    attack(victim, scene)


def test_asking_without_reading(victim: Victim) -> None:
    """Who sends requests and never reads their answers is not read any more, however many they send."""

    async def scene() -> None:
        many = post(b"[" + b",".join([CALL] * 1_000) + b"]").replace(b"connection: close\r\n", b"")
        taken_bytes = 0
        async with line(victim.rpc) as (_, writer):
            with suppress(TimeoutError):
                while taken_bytes < HUGE_BYTES:
                    writer.write(many)
                    await asyncio.wait_for(writer.drain(), 1.0)
                    taken_bytes += len(many)
            reset(writer)
        assert taken_bytes < HUGE_BYTES

    attack(victim, scene)


def test_resets_in_the_middle(victim: Victim) -> None:
    """RST after a part of the head, of the body, or before the answer is read."""
    whole = post(CALL)

    async def one(number: int) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", victim.rpc)
        writer.write(whole[: 1 + number * 7 % len(whole)])
        await writer.drain()
        reset(writer)

    async def scene() -> None:
        for number in range(300):
            await one(number)

    attack(victim, scene)
