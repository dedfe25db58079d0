"""The two processes, wired: `work` and `keep` from their settings to their end. Called by __main__ alone.

Nothing else opens a connection. A signal lets the round end and leaves within two seconds; a loop that fails ends the
process with its error.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog
from solders.pubkey import Pubkey

from relayer import JOURNAL_VERSION, logs, mirror
from relayer.chain import Endpoint, RpcChain, connect
from relayer.errors import BadSetting, Transient, WrongGenesis
from relayer.health import Check, Health
from relayer.keepers import serve as keeping
from relayer.keepers.registry import KEEPERS
from relayer.metrics import Metrics
from relayer.model import WALLET_TX, Kind
from relayer.oracle import file as oracle_file
from relayer.prove import Prover
from relayer.settings import PUBLIC_GENESIS, Settings
from relayer.signer import KeychainSigner, open_signers
from relayer.store import desk
from relayer.store.bell import Bell
from relayer.store.glass import Glass
from relayer.store.journal import PgJournal
from relayer.store.pool import Database
from relayer.work import serve as working
from relayer.work.kinds import WalletTx
from relayer.work.launch import Launcher
from relayer.work.loop import Paces, Work

START_S = 15.0
START_PAUSE_S = 0.2
STOP_S = 1.2
UPKEEP_S = 2.0
QUIET_S = 1.0
SILENT_S_MAX = 30.0
CALM = 3

_log = structlog.get_logger()
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wires:
    """What both processes are made of."""

    settings: Settings
    metrics: Metrics
    database: Database
    chain: RpcChain
    endpoints: tuple[Endpoint, ...]
    genesis: str


async def work(settings: Settings) -> None:
    """Land intents until a signal."""
    async with _wired(settings, "work") as wires:
        signers = await open_signers(settings.required("signers"), cluster=settings.cluster)
        height = (await _patiently(wires.endpoints[0].epoch)).height
        async with wires.database.transaction() as connection:
            hold = await desk.boot(connection, height=height)
        loop, launcher = _loop(wires, signers, hold)
        stop, pulse = asyncio.Event(), working.Pulse()
        bell = Bell(wires.database, "relay_intent")
        loops = [
            working.serve(loop, wait=bell.wait, quiet_s=settings.poll_ms / 2000, pulse=pulse, stop=stop),
            bell.run(),
            _upkeep(wires, launcher),
        ]
        checks = {"database": partial(_database_ok, wires.database), "loop": partial(_loop_ok, pulse)}
        await _serve(wires, settings.work_private_port, checks, loops, stop)


async def keep(settings: Settings) -> None:
    """Propose what is due until a signal."""
    async with _wired(settings, "keep") as wires:
        stop = asyncio.Event()
        bell = Bell(wires.database, "ledger_feed", "relay_effect")
        keep = keeping.Keep(
            database=wires.database, nodes=wires.chain, keepers=KEEPERS, metrics=wires.metrics, pull=_pull(wires)
        )
        period = min(QUIET_S, settings.poll_ms / 1000) if settings.oracle_file else QUIET_S
        loops = [keeping.serve(keep, wait=partial(bell.wait, period), stop=stop), bell.run()]
        checks = {"database": partial(_database_ok, wires.database)}
        await _serve(wires, settings.keep_private_port, checks, loops, stop)


@asynccontextmanager
async def _wired(settings: Settings, process: str) -> AsyncIterator[Wires]:
    """Connections to PostgreSQL and to every endpoint, of one chain, which the journal and the mirror know too."""
    logs.set_up(settings.log_level, process)
    metrics = Metrics()
    database = Database(settings.required("database_url"), name=f"relayer {process}")
    client, chain, endpoints = connect(settings.endpoints, metrics)
    try:
        await database.open()
        genesis = await _one_chain(settings, endpoints, database)
        yield Wires(
            settings=settings, metrics=metrics, database=database, chain=chain, endpoints=endpoints, genesis=genesis
        )
    finally:
        await client.aclose()
        await database.close()


async def _one_chain(settings: Settings, endpoints: tuple[Endpoint, ...], database: Database) -> str:
    """The genesis that endpoints, setting, journal and mirror agree on; raises WrongGenesis naming who differs."""
    found = [await _patiently(e.genesis) for e in endpoints]
    genesis = settings.genesis or found[0]
    for endpoint, held in zip(endpoints, found, strict=True):
        if held != genesis:
            raise WrongGenesis(f"wrong genesis: {endpoint.name} has {held}, expected {genesis}")
    if genesis in PUBLIC_GENESIS and (settings.witnesses_min == 1 or settings.cluster == "localnet"):
        raise BadSetting(f"{genesis} is a public chain: set RELAYER_CLUSTER, and RELAYER_WITNESSES_MIN to 2 or more")
    async with database.transaction() as connection:
        foreign = await desk.foreign_genesis(connection, genesis)
        head = await mirror.head(connection)
        if foreign is not None:
            raise WrongGenesis(f"wrong genesis: the journal belongs to {foreign}, the endpoints have {genesis}")
        if head is not None and head.genesis != genesis:
            raise WrongGenesis(f"wrong genesis: the mirror belongs to {head.genesis}, the endpoints have {genesis}")
        await desk.show_endpoints(connection, [e.name for e in endpoints], genesis)
    return genesis


async def _patiently(ask: Callable[[], Awaitable[_T]]) -> _T:
    """Ask until the answer comes or the start takes too long: services start beside their chain."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            return await ask()
        except Transient:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(START_PAUSE_S)


async def _serve(
    wires: Wires,
    port: int,
    checks: Mapping[str, Check],
    loops: Sequence[Coroutine[Any, Any, None]],
    stop: asyncio.Event,
) -> None:
    """Run the loops with the private port until a signal; the first failure ends the process."""
    health = Health(metrics=wires.metrics, checks=checks, started=time.monotonic())
    server = await health.serve(wires.settings.private_host, port)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(one) for one in loops]
    stopped = asyncio.create_task(stop.wait())
    _log.info("started", port=server.sockets[0].getsockname()[1], genesis=wires.genesis)
    try:
        await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            await asyncio.wait(tasks[:1], timeout=STOP_S)
        for task in tasks:
            if task.done():
                task.result()
    finally:
        everything: list[asyncio.Task[Any]] = [*tasks, stopped]
        for task in everything:
            task.cancel()
        await asyncio.gather(*everything, return_exceptions=True)
        server.close()
        _log.info("stopped")


def _loop(wires: Wires, signers: tuple[KeychainSigner, ...], hold: int) -> tuple[Work, Launcher]:
    glass = Glass(wires.database)
    journal = PgJournal(wires.database, genesis=wires.genesis, caps=wires.settings.caps)
    launcher = Launcher(chain=wires.chain, journal=journal, mirror=glass, signers=signers)
    kinds: dict[str, Kind] = {WALLET_TX: WalletTx(launcher.payers)}
    kinds |= {k.kind.name: k.kind for k in KEEPERS}
    loop = Work(
        chain=wires.chain,
        journal=journal,
        prover=Prover(wires.endpoints, minimum=wires.settings.witnesses_min, mirror=glass),
        launcher=launcher,
        kinds=kinds,
        paces=Paces(slot_ms=wires.settings.poll_ms, calm_ms=wires.settings.poll_ms * CALM),
        hold_until_height=hold,
    )
    return loop, launcher


async def _upkeep(wires: Wires, launcher: Launcher) -> None:
    """Watch balances and the journal's standing, so that figures, payer rows and the payers' turns are right."""
    low = wires.settings.payer_low_lamports
    while True:
        try:
            addresses = sorted(launcher.payers, key=str)
            balances = await wires.chain.balances([str(a) for a in addresses])
            lines = [
                desk.PayerLine(address=str(a), state="active" if lamports >= low else "low", lamports=lamports)
                for a, lamports in zip(addresses, balances, strict=True)
            ]
            async with wires.database.transaction() as connection:
                await desk.show_payers(connection, lines)
                usable = {p.address for p in await desk.payers(connection) if p.state == "active"}
                standing = await desk.standing(connection)
            launcher.take_turns([a for a in addresses if str(a) in usable])
            wires.metrics.payer_lamports.set(sum(balances))
            wires.metrics.standing(dict(standing.states), standing.oldest_s)
        except Transient as error:
            _log.warning("upkeep_failed", error=str(error))
        await asyncio.sleep(UPKEEP_S)


def _pull(wires: Wires) -> Callable[[], Awaitable[object]] | None:
    """The configured oracle file as something to pull from, if there is one."""
    settings = wires.settings
    if not settings.oracle_file:
        return None
    try:
        feed = str(Pubkey(bytes.fromhex(settings.oracle_feed)))
    except ValueError as error:
        raise BadSetting("RELAYER_ORACLE_FEED must have 64 hex digits") from error
    source = oracle_file.source(settings.oracle_file, feed=feed, expo=settings.oracle_expo)
    return partial(oracle_file.pull, wires.database, Path(settings.oracle_file), source)


async def _database_ok(database: Database) -> str:
    async with database.transaction() as connection:
        found = await (await connection.execute("SELECT version_num FROM relay.version")).fetchone()
    if found is None or found[0] != JOURNAL_VERSION:
        raise Transient(f"schema relay is at {found}, this version needs {JOURNAL_VERSION}")
    return f"schema {found[0]}"


async def _loop_ok(pulse: working.Pulse) -> str:
    if pulse.silent_s > SILENT_S_MAX:
        raise Transient(f"no good round for {pulse.silent_s:.0f} s: {pulse.failure}")
    return f"last round {pulse.silent_s:.1f} s ago"
