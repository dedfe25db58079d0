"""A running chain over real sockets: HTTP, WebSockets, solana-py, hostile clients."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed, Processed
from solana.rpc.models import TxOpts
from solders.message import MessageV0
from solders.transaction import VersionedTransaction

from localnet.chain.errors import BadOptions
from localnet.chain.model import ChainOptions
from localnet.chain.serve import Running
from localnet.errors import PortTaken
from tests.localnet.chain.one_loop import run as run_scene
from tests.localnet.chain.people import GENESIS_TIME, SOL, b64, moving, pay, person

CALL = b'{"jsonrpc":"2.0","id":1,"method":"getSlot"}'
JSON = {"content-type": "application/json"}
WAIT_S = 60.0
START_S = 60.0
STOP_S = 8.0


def play(scene: Callable[[Running], Awaitable[None]], **options: Any) -> None:
    """Run a scene on a chain of free ports."""

    async def run() -> None:
        free: dict[str, Any] = {"rpc_port": 0, "pubsub_port": 0, "slot_ms": 0, "genesis_time": GENESIS_TIME}
        async with Running(ChainOptions(**free | options)) as running:
            await asyncio.wait_for(scene(running), WAIT_S)

    run_scene(run())


def test_solana_py_works_unchanged() -> None:
    """Airdrop, balance, send, confirm, transaction and block through solana-py's own client."""

    async def scene(running: Running) -> None:
        alice, bob = person("alice"), person("bob")
        async with AsyncClient(running.rpc_url, commitment=Processed) as client:
            assert await client.is_connected()
            await client.request_airdrop(alice.pubkey(), 10 * SOL)
            running.chain.produce()
            assert (await client.get_balance(alice.pubkey())).value == 10 * SOL
            blockhash = (await client.get_latest_blockhash()).value.blockhash
            message = MessageV0.try_compile(alice.pubkey(), [moving(alice.pubkey(), bob.pubkey(), SOL)], [], blockhash)
            sent = await client.send_transaction(
                VersionedTransaction(message, [alice]), opts=TxOpts(preflight_commitment=Processed)
            )
            running.chain.produce(2)
            status = (await client.get_signature_statuses([sent.value])).value[0]
            assert status is not None
            found = await client.get_transaction(sent.value, commitment=Confirmed, max_supported_transaction_version=0)
            assert found.value is not None
            assert found.value.slot == status.slot
            block = await client.get_block(status.slot, max_supported_transaction_version=0, commitment=Confirmed)
            assert block.value is not None
            assert block.value.block_height == status.slot

    play(scene)


def test_slots_pass_by_time() -> None:
    """Blocks come by themselves, each slot_ms; a stall stops them, resume goes on."""

    async def scene(running: Running) -> None:
        seen = asyncio.Event()
        running.chain.on_block.append(lambda block: seen.set() if block.slot >= 5 else None)
        await seen.wait()
        running.chain.stall(None)
        slot = running.chain.tip.slot
        await asyncio.sleep(0.1)
        assert running.chain.tip.slot == slot
        running.chain.resume()
        again = asyncio.Event()
        running.chain.on_block.append(lambda block: again.set())
        await again.wait()

    play(scene, slot_ms=10)


def test_blocks_on_demand() -> None:
    """With slot_ms 0 a sent transaction makes its block, and nothing else does."""

    async def scene(running: Running) -> None:
        async with httpx.AsyncClient(base_url=running.rpc_url) as client:
            body = {"jsonrpc": "2.0", "id": 1, "method": "requestAirdrop", "params": [str(person("a").pubkey()), SOL]}
            await client.post("/", json=body)
            await asyncio.sleep(0.05)
            assert running.chain.tip.slot == 1
            await asyncio.sleep(0.05)
            assert running.chain.tip.slot == 1

    play(scene)


def test_http_like_agave() -> None:
    """Health, CORS for browsers, wrong methods and wrong content types."""

    async def scene(running: Running) -> None:
        async with httpx.AsyncClient(base_url=running.rpc_url) as client:
            assert (await client.get("/health")).text == "ok"
            assert (await client.get("/")).status_code == 405
            assert (await client.post("/", content=CALL, headers={"content-type": "text/plain"})).status_code == 415
            asked = {
                "origin": "http://page",
                "access-control-request-method": "POST",
                "access-control-request-headers": "content-type,solana-client",
            }
            allowed = (await client.options("/", headers=asked)).headers
            assert allowed["access-control-allow-origin"] == "http://page"
            assert allowed["access-control-allow-headers"] == "content-type, solana-client"
            reply = await client.post("/", content=CALL, headers={**JSON, "origin": "http://page"})
            assert (reply.json()["result"], reply.headers["access-control-allow-origin"]) == (0, "http://page")

    play(scene)


@pytest.mark.parametrize(
    ("garbage", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
        (b"GET / HTTP/nine\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: nonsense\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 200_000, b"431"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n" + b"a" * 2_000, b"413"),
    ],
)
def test_garbage_harms_nobody(garbage: bytes, status: bytes) -> None:
    """Bytes that are no request get an error and the end of their connection; others are served meanwhile."""

    async def scene(running: Running) -> None:
        async with httpx.AsyncClient(base_url=running.rpc_url) as client:
            assert (await client.post("/", content=CALL, headers=JSON)).json()["result"] == 0
            reader, writer = await asyncio.open_connection("127.0.0.1", running.rpc_port)
            writer.write(garbage)
            answer = await reader.read()
            assert status in answer.split(b"\r\n")[0]
            writer.close()
            assert (await client.post("/", content=CALL, headers=JSON)).json()["result"] == 0

    play(scene, body_bytes_max=1_000)


def test_half_a_request_and_pipelining() -> None:
    """A client that stops in the middle waits alone; two requests in one packet have two answers."""

    async def scene(running: Running) -> None:
        _, half = await asyncio.open_connection("127.0.0.1", running.rpc_port)
        head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(CALL)
        half.write(head + CALL[:10])
        reader, writer = await asyncio.open_connection("127.0.0.1", running.rpc_port)
        writer.write(head + CALL + head + CALL)
        answers = b""
        while answers.count(b'"result":0') < 2:
            answers += await reader.read(4096)
        for one in (half, writer):
            one.close()

    play(scene)


def test_lost_reply_hangs_up() -> None:
    """The connection ends without an answer, and the transaction lands."""

    async def scene(running: Running) -> None:
        chain, alice = running.chain, person("alice")
        chain.submit(pay(chain, chain.faucet, alice.pubkey(), SOL))
        chain.produce()
        wire = pay(chain, alice, alice.pubkey(), 1)
        async with httpx.AsyncClient(base_url=running.rpc_url) as client:

            async def call(method: str, *params: object) -> httpx.Response:
                return await client.post("/", json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params})

            await call("localnet_fault", {"kind": "send", "fate": "reply_lost"})
            with pytest.raises(httpx.RemoteProtocolError):
                await call("sendTransaction", b64(wire), {"encoding": "base64", "preflightCommitment": "processed"})
            await asyncio.sleep(0)
        assert chain.ledger.find(wire.signature) is not None

    play(scene)


def test_two_endpoints_of_one_chain() -> None:
    """The fault listener is the same chain, seen through its own faults."""

    async def scene(running: Running) -> None:
        running.chain.produce(40)
        async with httpx.AsyncClient() as client:

            async def slot(url: str) -> int:
                return (await client.post(url, content=CALL, headers=JSON)).json()["result"]

            await client.post(
                running.rpc_url,
                json={"jsonrpc": "2.0", "id": 1, "method": "localnet_fault", "params": [{"kind": "lag", "blocks": 5}]},
            )
            assert (await slot(running.rpc_url), await slot(running.fault_rpc_url)) == (9, 4)

    play(scene, fault_rpc_port=0)


def test_pubsub_over_a_socket() -> None:
    """Subscribe, hear, unsubscribe; bad messages are answered on the same connection."""

    async def scene(running: Running) -> None:
        async with websockets.connect(running.pubsub_url) as socket:

            async def ask(message: str) -> Any:
                await socket.send(message)
                return json.loads(await socket.recv())

            assert (await ask("xx"))["error"]["code"] == -32700
            assert (await ask('{"jsonrpc":"2.0","id":1,"method":"voteSubscribe"}'))["error"]["code"] == -32601
            assert (await ask('{"jsonrpc":"2.0","id":1,"method":"accountSubscribe"}'))["error"]["message"] == (
                "`params` should have at least 1 argument(s)"
            )
            id_ = (await ask('{"jsonrpc":"2.0","id":1,"method":"slotSubscribe"}'))["result"]
            running.chain.produce()
            heard = json.loads(await socket.recv())
            assert heard["params"] == {"result": {"slot": 1, "parent": 0, "root": 0}, "subscription": id_}
            end = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "slotUnsubscribe", "params": [id_]})
            assert (await ask(end))["result"] is True
            assert (await ask(end))["error"]["message"] == "Invalid subscription id."

    play(scene)


def test_subscription_is_named_before_it_speaks() -> None:
    """For a signature that has landed already the reply with the id comes first, the notification second."""

    async def scene(running: Running) -> None:
        chain = running.chain
        signature = chain.submit(pay(chain, chain.faucet, person("alice").pubkey(), SOL))
        chain.produce()
        async with websockets.connect(running.pubsub_url) as socket:
            asked = {"jsonrpc": "2.0", "id": 1, "method": "signatureSubscribe"}
            await socket.send(json.dumps({**asked, "params": [signature, {"commitment": "processed"}]}))
            first, second = json.loads(await socket.recv()), json.loads(await socket.recv())
            assert second["params"]["subscription"] == first["result"]

    play(scene)


def test_taken_port_is_named() -> None:
    """A port somebody else listens on is an error with its number."""

    async def scene(running: Running) -> None:
        with pytest.raises(PortTaken, match=str(running.rpc_port)):
            async with Running(ChainOptions(rpc_port=running.rpc_port, pubsub_port=0)):
                pass

    play(scene)


def test_what_cannot_be_is_named(tmp_path: Path) -> None:
    """A port beyond the last one, and a folder for the block log that is a file."""
    (tmp_path / "file").touch()

    async def start(**options: Any) -> None:
        async with Running(ChainOptions(rpc_port=0, **options)):
            pass

    with pytest.raises(PortTaken, match="no port 65536"):
        run_scene(start(pubsub_port=65_536))
    with pytest.raises(BadOptions, match=r"--keep .*file: File exists"):
        run_scene(start(pubsub_port=0, keep=tmp_path / "file"))


def test_block_log_is_kept(tmp_path: Path) -> None:
    """Every block is a line; a fork shows as slots that come again."""

    async def scene(running: Running) -> None:
        running.chain.produce(3)
        running.chain.fork(2)

    play(scene, keep=tmp_path / "chain")
    lines = [json.loads(line) for line in (tmp_path / "chain" / "blocks.jsonl").read_text().splitlines()]
    assert [one["slot"] for one in lines] == [1, 2, 3, 2, 3]
    assert lines[1]["blockhash"] != lines[3]["blockhash"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_it_at_once(number: signal.Signals) -> None:
    """The command ends with 0, soon."""

    async def scene() -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "localnet", "chain", "--rpc-port", "0", "--pubsub-port", "0", "--slot-ms", "50"),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        try:
            await asyncio.wait_for(process.stdout.readline(), START_S)
            process.send_signal(number)
            assert await asyncio.wait_for(process.wait(), STOP_S) == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    run_scene(scene())
