"""A whole world: which processes it has, in which order they start, and with which settings.

Services are never imported: they are children with their own role, the same `__main__`s as in production. It plays no
story. Called by `localnet up`.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
from solders.pubkey import Pubkey

from localnet import ports, wallets
from localnet.database import ROOT, Database
from localnet.errors import ChildFailed, NotReady
from localnet.supervisor import Command, Supervisor

FAST_SLOT_MS: Final = 50
SLOT_MS: Final = 400
TICKS_PER_SLOT: Final = 8
READY_S: Final = 120.0
CHAIN_READY_S: Final = 90.0
# The feed of the file of ticks: its id, and the exponent of its prices.
FEED: Final = hashlib.sha256(b"sealbook localnet feed BTC/USD").digest()
EXPO: Final = -8
_ASK_S: Final = 2.0
_LOOK_S: Final = 0.05
_ASK_AGAIN_LOOKS: Final = 600
_MANY: Final = "1000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything decided before the first process of a world starts. `directory` holds logs, keys and ticks."""

    directory: Path
    ports: ports.Ports
    deploy: Path
    programs: dict[str, Path]
    fast: bool
    validator: bool
    seed: int

    @property
    def rpc_url(self) -> str:
        """The chain's JSON-RPC."""
        return f"http://127.0.0.1:{self.ports.rpc}"

    @property
    def pubsub_url(self) -> str:
        """The chain's PubSub."""
        return f"ws://127.0.0.1:{self.ports.pubsub}"

    @property
    def geyser_url(self) -> str | None:
        """The chain's Yellowstone gRPC; a validator has none."""
        return None if self.ports.geyser is None else f"http://127.0.0.1:{self.ports.geyser}"

    @property
    def api_url(self) -> str:
        """The API, and the pages."""
        return f"http://127.0.0.1:{self.ports.api}"

    @property
    def ticks(self) -> Path:
        """The file of prices that `relayer keep` reads while the story appends to it."""
        return self.directory / "ticks.csv"

    @property
    def slot_ms(self) -> int:
        """How long a slot of the embedded chain lasts."""
        return FAST_SLOT_MS if self.fast else SLOT_MS


def chain_command(plan: Plan) -> Command:
    """The chain: the embedded one, or solana-test-validator with the same programs."""
    if plan.validator:
        return Command(name="chain", argv=_validator(plan))
    argv = [sys.executable, "-m", "localnet", "chain"]
    argv += ["--rpc-port", str(plan.ports.rpc), "--pubsub-port", str(plan.ports.pubsub)]
    if plan.ports.geyser is not None:
        argv += ["--geyser-port", str(plan.ports.geyser)]
    argv += ["--slot-ms", str(plan.slot_ms), "--deploy", str(plan.deploy), "--seed", str(plan.seed)]
    argv += ["--keep", str(plan.directory / "blocks")]
    return Command(name="chain", argv=argv)


def _validator(plan: Plan) -> list[str]:
    program = shutil.which("solana-test-validator")
    assert program is not None, "looked for before a plan is made"
    argv = [program, "--reset", "--quiet", "--ledger", str(plan.directory / "ledger"), "--bind-address", "127.0.0.1"]
    argv += ["--rpc-port", str(plan.ports.rpc), "--ticks-per-slot", str(TICKS_PER_SLOT)]
    # The validator's RPC asks the faucet at the port as it is given here: 0 would be no port.
    argv += ["--faucet-port", str(ports.free())]
    authority = str(wallets.address(wallets.AUTHORITY))
    for name, path in plan.programs.items():
        argv += ["--upgradeable-program", str(wallets.program(name).pubkey()), str(path), authority]
    return argv


def services(plan: Plan, database: Database, genesis: str) -> list[Command]:
    """The services in the order in which they start."""
    payer = wallets.write_keypair(wallets.wallet(wallets.PAYER), plan.directory / "payer.json")
    poll_ms = str(plan.slot_ms // 2)
    indexer = {
        "INDEXER_DATABASE_URL": database.dsn("indexer"),
        "INDEXER_RPC_URLS": plan.rpc_url,
        "INDEXER_GENESIS": genesis,
        "INDEXER_WITNESSES_MIN": "1",
        "INDEXER_POLL_MS": poll_ms,
        "INDEXER_PRIVATE_PORT": str(plan.ports.indexer_private),
        "INDEXER_ANCHOR_SLOT": "0",
    }
    relayer = relayer_settings(plan, database, genesis, payer)
    api = {
        "API_DATABASE_URL": database.dsn("api"),
        "API_PORT": str(plan.ports.api),
        "API_PRIVATE_PORT": str(plan.ports.api_private),
        "API_PUBLIC_URL": plan.api_url,
        "API_PUBLIC_RPC_URL": plan.rpc_url,
        "API_DEV_WALLET": "1",
        # All wallets of the story share one address.
        "API_IP_PER_MINUTE": _MANY,
        "API_IP_PER_HOUR": _MANY,
        "API_SOCKETS_PER_IP": _MANY,
        "API_SOCKETS_NEW_PER_MINUTE": _MANY,
    }
    return [
        Command(name="indexer", argv=[sys.executable, "-m", "indexer", "follow"], env=indexer),
        Command(name="work", argv=[sys.executable, "-m", "relayer", "work"], env=relayer),
        Command(name="keep", argv=[sys.executable, "-m", "relayer", "keep"], env=relayer),
        Command(name="api", argv=[sys.executable, "-m", "api", "serve"], env=api),
    ]


def relayer_settings(plan: Plan, database: Database, genesis: str, payer: Path) -> dict[str, str]:
    """Settings that `relayer work`, `keep` and its operator commands share."""
    return {
        "RELAYER_DATABASE_URL": database.dsn("relayer"),
        "RELAYER_RPC_URLS": plan.rpc_url,
        "RELAYER_GENESIS": genesis,
        "RELAYER_WITNESSES_MIN": "1",
        "RELAYER_SIGNERS": str(payer),
        "RELAYER_WORK_PRIVATE_PORT": str(plan.ports.work_private),
        "RELAYER_KEEP_PRIVATE_PORT": str(plan.ports.keep_private),
        "RELAYER_POLL_MS": str(plan.slot_ms),
        "RELAYER_ORACLE_FILE": str(plan.ticks),
        "RELAYER_ORACLE_FEED": FEED.hex(),
        "RELAYER_ORACLE_EXPO": str(EXPO),
    }


def private_port(plan: Plan, name: str) -> int:
    """Where a service answers /readyz."""
    return {
        "indexer": plan.ports.indexer_private,
        "work": plan.ports.work_private,
        "keep": plan.ports.keep_private,
        "api": plan.ports.api_private,
    }[name]


async def start_chain(plan: Plan, supervisor: Supervisor) -> str:
    """Start the chain, wait until it answers, and say which one it is: its genesis hash."""
    supervisor.start(chain_command(plan))

    async def healthy() -> bool:
        return await rpc_result(plan.rpc_url, "getHealth") == "ok"

    await supervisor.until("chain", healthy, within_s=CHAIN_READY_S)
    genesis = await rpc_result(plan.rpc_url, "getGenesisHash")
    assert isinstance(genesis, str)
    return genesis


async def start_services(
    plan: Plan, supervisor: Supervisor, commands: list[Command], say: Callable[[str], None]
) -> None:
    """Start every service and wait until each says it is ready."""
    for command in commands:
        supervisor.start(command)
    for command in commands:
        url = f"http://127.0.0.1:{private_port(plan, command.name)}/readyz"

        async def ready(url: str = url) -> bool:
            return await _answers_200(url)

        await supervisor.until(command.name, ready, within_s=READY_S)
        say(f"{command.name} is ready")


async def airdrop(url: str, address: Pubkey, lamports: int) -> None:
    """Have lamports made for an address and wait until they are there. Raises NotReady.

    Asks again now and then: a validator on a busy machine loses some of what it was sent. More than asked harms nobody.
    """
    for look in range(int(READY_S / _LOOK_S)):
        if look % _ASK_AGAIN_LOOKS == 0:
            await rpc_result(url, "requestAirdrop", str(address), lamports)
        answer = await rpc_result(url, "getBalance", str(address), {"commitment": "finalized"})
        if isinstance(answer, dict) and answer["value"] >= lamports:
            return
        await asyncio.sleep(_LOOK_S)
    raise NotReady(f"{address} was not funded within {READY_S:.0f} s")


async def run_command(arguments: list[str], settings: dict[str, str], within_s: float) -> str:
    """Run one `python ARGUMENTS` to its end and answer what it said. Raises ChildFailed with that otherwise."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(within_s):
            said, _ = await process.communicate()
    except TimeoutError as error:
        raise ChildFailed(f"`{' '.join(arguments)}` took more than {within_s:.0f} s") from error
    finally:
        # Also when we are told to stop meanwhile.
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise ChildFailed(f"`{' '.join(arguments)}` ended with {process.returncode}:\n{said.decode(errors='replace')}")
    return said.decode(errors="replace")


def loopback(timeout_s: float, base_url: str = "") -> httpx.AsyncClient:
    """A client for our own plain-HTTP addresses: no proxies, and no certificates, whose loading takes 0.2 s."""
    return httpx.AsyncClient(base_url=base_url, timeout=timeout_s, verify=False, trust_env=False)


async def rpc_result(url: str, method: str, *params: object) -> object:
    """The result of one JSON-RPC call; None when nobody answers or the answer is an error."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
    try:
        async with loopback(_ASK_S) as client:
            answer = await client.post(url, json=body)
    except httpx.HTTPError:
        return None
    return answer.json().get("result") if answer.status_code == httpx.codes.OK else None


async def _answers_200(url: str) -> bool:
    try:
        async with loopback(_ASK_S) as client:
            return (await client.get(url)).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
