"""The `advance` command and the options of time, on a running chain."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
import websockets
from typer.testing import CliRunner

from localnet.__main__ import app
from localnet.chain import outside
from localnet.chain.errors import NotAnswered
from localnet.chain.model import ChainOptions
from localnet.chain.serve import Running
from tests.localnet.chain.one_loop import run as run_scene
from tests.localnet.chain.people import GENESIS_TIME

WAIT_S = 60.0


def play(scene: Callable[[Running], Awaitable[None]]) -> None:
    """Run a scene on a chain of free ports that makes blocks on demand."""

    async def run() -> None:
        options = ChainOptions(rpc_port=0, pubsub_port=0, slot_ms=0, genesis_time=GENESIS_TIME)
        async with Running(options) as running:
            await asyncio.wait_for(scene(running), WAIT_S)

    run_scene(run())


def invoke(*words: str) -> tuple[int, str]:
    """The exit code and all that `python -m localnet` says."""
    result = CliRunner().invoke(app, words)
    return result.exit_code, result.output


def test_advance_by_hand() -> None:
    """One command moves slots and clock, by seconds or to a time, and says where the chain is."""

    async def scene(running: Running) -> None:
        async def advance(*words: str) -> str:
            code, said = await asyncio.to_thread(invoke, "advance", "--url", running.rpc_url, *words)
            assert code == 0, said
            return said

        at = GENESIS_TIME + 86_400
        assert await advance("--seconds", "86400") == f"slot 1, block height 1, block time {at}\n"
        said = await advance("--slots", "600", "--to", str(at + 1000))
        assert said == f"slot 601, block height 601, block time {at + 1000}\n"
        said = await advance("--slots", "1000", "--seconds", "1000", "--skip")
        assert said == f"slot 1601, block height 602, block time {at + 2000}\n"

    play(scene)


def test_listeners_hear_every_slot_of_a_long_way() -> None:
    """A subscriber is not cut off while thousands of slots pass: it can read in between."""

    async def scene(running: Running) -> None:
        async with websockets.connect(running.pubsub_url) as socket:
            await socket.send('{"jsonrpc":"2.0","id":1,"method":"slotSubscribe"}')
            await socket.recv()
            going = asyncio.create_task(asyncio.to_thread(outside.advance, running.rpc_url, 3_000))
            heard = [json.loads(await socket.recv())["params"]["result"]["slot"] for _ in range(3_000)]
            assert heard == list(range(1, 3_001))
            assert (await going).slot == 3_000

    play(scene)


def test_advance_refuses() -> None:
    """Two clocks, slots that are none, nobody there: an exit code and a sentence."""
    assert "not both" in invoke("advance", "--seconds", "1", "--to", "5")[1]
    assert invoke("advance", "--slots", "0")[0] == 2
    code, said = invoke("advance", "--url", "http://127.0.0.1:1")
    assert (code, "127.0.0.1:1" in said) == (1, True)
    with pytest.raises(NotAnswered, match="seconds or to"):
        play(_asks_for_nonsense)


async def _asks_for_nonsense(running: Running) -> None:
    await asyncio.to_thread(outside.ask, running.rpc_url, "localnet_advance", {"slotz": 1})


@pytest.mark.parametrize("slot_ms", ["-1", "1", "49", "1001", "x"])
def test_slots_that_are_too_short_or_too_long(slot_ms: str) -> None:
    """A slot lasts 50 to 1000 ms, or 0 for blocks on demand; anything else is a usage error that says so."""
    code, said = invoke("chain", "--slot-ms", slot_ms)
    assert code == 2
    assert slot_ms == "x" or "50 to 1000 ms" in " ".join(said.replace("│", " ").split())
