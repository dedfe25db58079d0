"""The `fault` command against a running chain, and faults as they look on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from typer.testing import CliRunner

from localnet.__main__ import app
from localnet.chain.errors import BadFault
from localnet.chain.faults.command import send
from localnet.chain.faults.model import About
from localnet.chain.faults.script import CLAUSES, FORMS
from localnet.chain.model import ChainOptions
from localnet.chain.serve import Running
from tests.localnet.chain.faults.test_script import FORMS as EXAMPLES
from tests.localnet.chain.one_loop import run as run_scene
from tests.localnet.chain.people import GENESIS_TIME

CALL = {"jsonrpc": "2.0", "id": 1, "method": "getSlot"}


def play(scene: Callable[[Running], Awaitable[None]], **more: Any) -> None:
    """Run a scene on a chain of free ports that makes blocks on demand."""

    async def run() -> None:
        options = ChainOptions(rpc_port=0, pubsub_port=0, slot_ms=0, genesis_time=GENESIS_TIME, **more)
        async with Running(options) as running:
            await asyncio.wait_for(scene(running), 60)

    run_scene(run())


def invoke(*words: str, text: str | None = None) -> tuple[int, str]:
    """The exit code and all that `python -m localnet fault` says."""
    result = CliRunner().invoke(app, ["fault", *words], input=text)
    return result.exit_code, result.output


def test_words_file_and_standard_input(tmp_path: Path) -> None:
    """A line on the command line, a file and standard input all reach the chain, negative numbers too."""
    script = tmp_path / "storm.txt"
    script.write_text("at slot 3 skip 2\n")

    async def scene(running: Running) -> None:
        url = ("--url", running.rpc_url)
        assert await asyncio.to_thread(invoke, *url, "error", "-32005", "getSlot") == (0, "taken; no lines waiting\n")
        assert await asyncio.to_thread(invoke, *url, "--file", str(script)) == (0, "taken; 1 line waiting\n")
        assert (await asyncio.to_thread(lambda: invoke(*url, "--file", "-", text="at slot 4 dead 1")))[0] == 0
        running.chain.produce(4)
        assert running.chain.ledger.slots(0, 99) == [0, 1, 2, 5, 7]
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.post(running.rpc_url, json=CALL)).json()["error"]["code"] == -32005

        code, said = await asyncio.to_thread(invoke, *url, "fork", "99")
        assert code == 1
        assert "line 1: a fork of 99 blocks" in said
        assert await asyncio.to_thread(invoke, *url, "clear") == (0, "taken; no lines waiting\n")
        slot = running.chain.next_slot + 1
        await asyncio.to_thread(invoke, *url, "at", "slot", str(slot), "fork", "99")
        running.chain.produce(2)
        said = (await asyncio.to_thread(invoke, *url, "clear"))[1]
        assert f"refused at slot {slot}, line 1: a fork of 99 blocks" in said
        assert await asyncio.to_thread(invoke, *url, "forget") == (0, "taken; no lines waiting\n")

    play(scene)


def test_what_cannot_be_read_is_not_sent() -> None:
    """A bad line is named and exits 1, without any chain; no line at all is a usage error."""
    code, said = invoke("at", "slot", "x", "fork", "3")
    assert code == 1
    assert "line 1, word 3 `x`" in said
    assert invoke()[0] == 2
    code, said = invoke("--file", "no such file")
    assert (code, "no such file" in said) == (1, True)
    code, said = invoke("fork x")
    assert (code, "line 1, word 2 `x`" in said) == (1, True), "a line in quotes is a line"
    with pytest.raises(BadFault, match="no line"):
        send("http://127.0.0.1:1", "# nothing")
    with pytest.raises(BadFault, match=r"127\.0\.0\.1:1"):
        send("http://127.0.0.1:1", "resume")


def test_what_can_never_act_is_refused() -> None:
    """A method that is none, an endpoint and a service that are not there; with them it is taken."""

    async def bare(running: Running) -> None:
        for words, why in {
            "error -32005 getSlott": "line 1: `getSlott` is no method",
            "lag 3": "line 1: this chain has no second endpoint: start it with --fault-rpc-port, or say `on main`",
            "grpc cut": "line 1: this chain serves no gRPC: start it with --geyser-port",
        }.items():
            code, said = await asyncio.to_thread(invoke, "--url", running.rpc_url, *words.split())
            assert (code, why in said) == (1, True), said
        for words in ("error -32005 *", "lag 3 on main", "clear"):
            await asyncio.to_thread(send, running.rpc_url, words)
        asked = CALL | {"method": "localnet_fault", "params": [{"kind": "lag", "blocks": 3}]}
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.post(running.rpc_url, json=asked)).json()["error"]["code"] == -32602

    async def whole(running: Running) -> None:
        assert [one.split()[0] for one in running.addresses] == ["RPC", "PubSub", "Fault", "Geyser"]
        for words in ("lag 3", "grpc cut"):
            await asyncio.to_thread(send, running.rpc_url, words)

    play(bare)
    play(whole, fault_rpc_port=0, geyser_port=0)
    with pytest.raises(BadFault, match="line 2: this chain serves no gRPC"):
        play(bare, fault_script="skip 1\nat slot 9 grpc cut")


def test_every_form_is_taken_by_a_running_chain() -> None:
    """Each fault of the language, by hand: none is refused, and the chain goes on and answers once all is cleared."""

    async def scene(running: Running) -> None:
        for text in EXAMPLES:
            running.chain.produce(40)
            await asyncio.to_thread(send, running.rpc_url, text)
            await asyncio.to_thread(send, running.rpc_url, "clear\nforget\nresume\nlag 0 on both\ntruncate 0 on both")
            before = running.chain.tip.slot
            running.chain.tick()
            assert running.chain.tip.slot > before, text
        async with httpx.AsyncClient(trust_env=False) as client:
            for url in (running.rpc_url, running.fault_rpc_url):
                assert (await client.post(url, json=CALL)).json()["result"] > 40

    play(scene, fault_rpc_port=0, geyser_port=0)


def test_help_lists_every_fault() -> None:
    """Whoever asks for help sees each fault, each clause and each lie."""
    said = " ".join(invoke("--help")[1].split())
    known = [form.words for form in FORMS] + [words for words, _ in CLAUSES.values()]
    heads = {words.partition(" {")[0] for words in known}
    assert [head for head in heads | {*get_args(About)} if head not in said] == []


def test_rate_limit_on_the_wire() -> None:
    """Beyond the limit the answer is HTTP 429 with Retry-After; the connection and the fault methods live on."""

    async def scene(running: Running) -> None:
        await asyncio.to_thread(send, running.rpc_url, "limit 1 per 100 slots")
        running.chain.produce()
        async with httpx.AsyncClient(trust_env=False) as client:
            replies = [await client.post(running.rpc_url, json=CALL) for _ in range(2)]
            assert [one.status_code for one in replies] == [200, 429]
            assert replies[1].headers["retry-after"] == "1"
            clear = CALL | {"method": "localnet_fault", "params": [{"kind": "clear"}]}
            assert (await client.post(running.rpc_url, json=clear)).json()["result"]["waiting"] == 0
            assert (await client.post(running.rpc_url, json=CALL)).status_code == 200

    play(scene)
