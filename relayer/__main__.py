"""`python -m relayer`: the composition root. Reads settings, opens connections, wires, runs; nothing else does.

A Fatal error is one line on stderr and exit code 2; SIGTERM and SIGINT let the round end and leave within two seconds.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import structlog
import typer
from rich.console import Console
from rich.table import Table
from solders.pubkey import Pubkey

from relayer import logs, mirror
from relayer.admin.init import init
from relayer.admin.terms import read as read_terms
from relayer.admin.verify import sums, verify
from relayer.chain import Endpoint, RpcChain, connect
from relayer.errors import BadSetting, Fatal, RelayerError, Transient, WrongGenesis
from relayer.health import Health
from relayer.keepers import serve as keeping
from relayer.keepers.registry import KEEPERS
from relayer.metrics import Metrics
from relayer.model import WALLET_TX, Kind
from relayer.oracle import file as oracle_file
from relayer.prove import Prover
from relayer.settings import PUBLIC_GENESIS, Settings, load, rows
from relayer.signer import KeychainSigner, open_signers, read_keypair
from relayer.store import desk
from relayer.store.bell import Bell
from relayer.store.glass import Glass
from relayer.store.journal import PgJournal
from relayer.store.pool import Database
from relayer.tables import migrate as tables
from relayer.work import serve as working
from relayer.work.kinds import WalletTx
from relayer.work.launch import Launcher
from relayer.work.loop import Paces, Work

ROOT = Path(__file__).resolve().parents[1]
START_S = 15.0
STOP_S = 1.2
UPKEEP_S = 2.0
QUIET_S = 1.0
SILENT_S_MAX = 30.0
CALM = 3

app = typer.Typer(add_completion=False, no_args_is_help=True, help="From an intent to an effect on the chain, once.")
admin_app = typer.Typer(no_args_is_help=True, help="Make the configuration, check what is deployed.")
app.add_typer(admin_app, name="admin")
_log = structlog.get_logger()
_out = Console(soft_wrap=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wires:
    """What both processes are made of."""

    settings: Settings
    metrics: Metrics
    database: Database
    chain: RpcChain
    endpoints: tuple[Endpoint, ...]
    genesis: str


@asynccontextmanager
async def _wired(settings: Settings, process: str) -> AsyncIterator[Wires]:
    """Connections to PostgreSQL and to every endpoint, of one chain, which the journal and the mirror know too."""
    logs.set_up(settings.log_level, process)
    metrics = Metrics()
    database = Database(_required(settings.database_url, "RELAYER_DATABASE_URL"), name=f"relayer {process}")
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
    if settings.witnesses_min == 1 and genesis in PUBLIC_GENESIS:
        raise BadSetting(f"RELAYER_WITNESSES_MIN may not be 1 on the public chain {genesis}")
    async with database.transaction() as connection:
        foreign = await desk.foreign_genesis(connection, genesis)
        head = await mirror.head(connection)
        if foreign is not None:
            raise WrongGenesis(f"wrong genesis: the journal belongs to {foreign}, the endpoints have {genesis}")
        if head is not None and head.genesis != genesis:
            raise WrongGenesis(f"wrong genesis: the mirror belongs to {head.genesis}, the endpoints have {genesis}")
        await desk.show_endpoints(connection, [e.name for e in endpoints], genesis)
    return genesis


async def _patiently(ask: Any) -> Any:
    """Ask until the answer comes or the start takes too long: services start beside their chain."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            return await ask()
        except Transient:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)


async def _serve(
    wires: Wires, port: int, checks: dict[str, Any], loops: list[Coroutine[Any, Any, None]], stop: asyncio.Event
) -> None:
    """Run the loops with the private port until a signal; the first failure ends the process."""
    health = Health(metrics=wires.metrics, checks=checks, started=time.monotonic())
    server = await health.serve(wires.settings.private_host, port)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
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
        for task in (*tasks, stopped):
            task.cancel()
        await asyncio.gather(*tasks, stopped, return_exceptions=True)
        server.close()
        _log.info("stopped")


async def _work(settings: Settings) -> None:
    async with _wired(settings, "work") as wires:
        signers = await open_signers(_required(settings.signers, "RELAYER_SIGNERS"), cluster=settings.cluster)
        height = (await _patiently(wires.endpoints[0].epoch)).height
        async with wires.database.transaction() as connection:
            hold = await desk.boot(connection, height=height)
        work, launcher = _loop(wires, signers, hold)
        stop, pulse = asyncio.Event(), working.Pulse()
        bell = Bell(wires.database, "relay_intent")
        loops = [
            working.serve(work, wait=bell.wait, quiet_s=settings.poll_ms / 2000, pulse=pulse, stop=stop),
            bell.run(),
            _upkeep(wires, launcher),
        ]
        checks = {"database": partial(_database_ok, wires.database), "loop": partial(_loop_ok, pulse)}
        await _serve(wires, settings.work_private_port, checks, loops, stop)


def _loop(wires: Wires, signers: tuple[KeychainSigner, ...], hold: int) -> tuple[Work, Launcher]:
    glass = Glass(wires.database)
    journal = PgJournal(wires.database, genesis=wires.genesis, caps=wires.settings.caps)
    launcher = Launcher(chain=wires.chain, journal=journal, mirror=glass, signers=signers)
    kinds: dict[str, Kind] = {WALLET_TX: WalletTx(launcher.payers)}
    kinds |= {k.kind.name: k.kind for k in KEEPERS}
    work = Work(
        chain=wires.chain,
        journal=journal,
        prover=Prover(wires.endpoints, minimum=wires.settings.witnesses_min, mirror=glass),
        launcher=launcher,
        kinds=kinds,
        paces=Paces(slot_ms=wires.settings.poll_ms, calm_ms=wires.settings.poll_ms * CALM),
        hold_until_height=hold,
    )
    return work, launcher


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


async def _keep(settings: Settings) -> None:
    async with _wired(settings, "keep") as wires:
        stop = asyncio.Event()
        bell = Bell(wires.database, "ledger_feed", "relay_effect")
        keep = keeping.Keep(
            database=wires.database, nodes=wires.chain, keepers=KEEPERS, metrics=wires.metrics, pull=_pull(wires)
        )
        period = min(QUIET_S, settings.poll_ms / 1000) if settings.oracle_file else QUIET_S
        loops = [keeping.serve(keep, wait=partial(bell.wait, period), stop=stop), bell.run()]
        await _serve(
            wires, settings.keep_private_port, {"database": partial(_database_ok, wires.database)}, loops, stop
        )


def _pull(wires: Wires) -> Any:
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
    if found is None or found[0] != tables.HEAD:
        raise Transient(f"schema relay is at {found}, this version needs {tables.HEAD}")
    return f"schema {found[0]}"


async def _loop_ok(pulse: working.Pulse) -> str:
    if pulse.silent_s > SILENT_S_MAX:
        raise Transient(f"no good round for {pulse.silent_s:.0f} s: {pulse.failure}")
    return f"last round {pulse.silent_s:.1f} s ago"


@app.command()
def work() -> None:
    """Land intents; the only process that holds keys."""
    _run(_work(_settings()))


@app.command()
def keep() -> None:
    """Propose cranks that are due and read oracle feeds."""
    _run(_keep(_settings()))


@app.command()
def migrate() -> None:
    """Bring schema relay to this version, as its owner (RELAYER_DATABASE_OWNER_URL)."""
    settings = _settings()
    _guarded(lambda: tables.migrate(_required(settings.database_owner_url, "RELAYER_DATABASE_OWNER_URL")))


@app.command()
def settings() -> None:
    """Show every setting, secrets hidden."""
    table = Table("variable", "value", "meaning", box=None)
    for row in rows(_settings()):
        table.add_row(*row)
    _out.print(table)


@app.command()
def status() -> None:
    """Counts of intents by state, keepers' figures and payers."""

    async def show(database: Database) -> None:
        async with database.transaction() as connection:
            standing = await desk.standing(connection)
            payers = await desk.payers(connection)
            head = await mirror.head(connection)
        for state, count in standing.states:
            _out.print(f"{state:14} {count}")
        _out.print(f"oldest pending {standing.oldest_s:.1f} s")
        for payer in payers:
            _out.print(f"payer {payer.address} {payer.state} {payer.lamports} lamports")
        _out.print("no mirror yet" if head is None else f"mirror at slot {head.sealed_slot}, usable: {head.usable}")

    _desk(show)


@app.command()
def intents(
    state: Annotated[str | None, typer.Option(help="only this state")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
) -> None:
    """The newest intents, one a line."""

    async def show(database: Database) -> None:
        async with database.transaction() as connection:
            lines = await desk.intents(connection, state=state, limit=limit)
        for line in lines:
            _out.print(f"{line.id} {line.state:12} {line.kind} {line.subject} {line.reason or ''}", highlight=False)

    _desk(show)


@app.command()
def explain(intent: UUID) -> None:
    """One intent with every attempt, error and proof of expiry."""

    async def show(database: Database) -> None:
        async with database.transaction() as connection:
            found = await desk.explain(connection, intent)
        if found is None:
            raise Fatal(f"no intent {intent}")
        line, attempts = found
        _out.print(
            f"{line.id} {line.kind} {line.subject} {line.episode}: {line.state} {line.reason or ''}", highlight=False
        )
        for a in attempts:
            why = f" {a.err_name or a.err}" if a.err else ""
            landed = f" landed in slot {a.landed_slot}" if a.landed_slot else f" valid to height {a.lvbh}"
            _out.print(
                f"  #{a.n} lane {a.lane} {a.state}{why}{landed}, sent {a.sends} times, {a.signature}", highlight=False
            )
            for endpoint, height, slot, floor in a.proofs:
                _out.print(
                    f"     expired: {endpoint} at height {height}, slot {slot}, history from {floor}", highlight=False
                )

    _desk(show)


@app.command()
def payers() -> None:
    """The fee payers with their balances."""

    async def show(database: Database) -> None:
        async with database.transaction() as connection:
            for payer in await desk.payers(connection):
                _out.print(f"{payer.address} {payer.state} {payer.lamports}", highlight=False)

    _desk(show)


@app.command()
def pause(kind: str, subject: Annotated[str, typer.Argument()] = "") -> None:
    """Stop a kind of intent, or one subject of it; what is in flight goes on."""

    async def act(database: Database) -> None:
        async with database.transaction() as connection:
            await desk.pause(connection, _kind(kind), subject)
        _out.print(f"paused {kind} {subject}".rstrip(), highlight=False)

    _desk(act)


@app.command()
def resume(kind: str, subject: Annotated[str, typer.Argument()] = "") -> None:
    """Undo a pause."""

    async def act(database: Database) -> None:
        async with database.transaction() as connection:
            there = await desk.resume(connection, _kind(kind), subject)
        _out.print(f"{'resumed' if there else 'was not paused:'} {kind} {subject}".rstrip(), highlight=False)

    _desk(act)


@admin_app.command("init")
def admin_init(cluster: Annotated[str, typer.Option()], keypair: Annotated[Path, typer.Option()]) -> None:
    """Write Config and the mint rules of programs/config.CLUSTER.toml, once."""

    async def act(node: Endpoint) -> None:
        written = await init(node, read_terms(_terms(cluster)), read_keypair(str(keypair)))
        said = f"Config of {cluster} is written" if written.signatures else f"Config of {cluster} stood already"
        _out.print(f"{said}, {len(written.signatures)} transactions", highlight=False)

    _node(act)


@admin_app.command("verify")
def admin_verify(
    cluster: Annotated[str, typer.Option()],
    hashes: Annotated[Path, typer.Option("--sums")] = ROOT / "localnet" / "deploy" / "SHA256SUMS",
) -> None:
    """Compare program bytes, genesis and Config on the chain with the files."""

    async def act(node: Endpoint) -> None:
        for line in await verify(node, cluster=cluster, expected=sums(hashes), terms=read_terms(_terms(cluster))):
            _out.print(f"ok: {line}", highlight=False)

    _node(act)


def _terms(cluster: str) -> Path:
    path = ROOT / "programs" / f"config.{cluster}.toml"
    if not path.exists():
        raise BadSetting(f"no cluster {cluster}: there is no {path.name}")
    return path


def _kind(name: str) -> str:
    known = {WALLET_TX, *(k.kind.name for k in KEEPERS)}
    if name not in known:
        raise Fatal(f"no kind {name}; there are {', '.join(sorted(known))}")
    return name


def _desk(act: Any) -> None:
    """Run an operator's command on the database."""

    async def go() -> None:
        settings = _settings()
        database = Database(_required(settings.database_url, "RELAYER_DATABASE_URL"), name="relayer desk")
        await database.open()
        try:
            await act(database)
        finally:
            await database.close()

    _run(go())


def _node(act: Any) -> None:
    """Run an operator's command on the first endpoint."""

    async def go() -> None:
        client, _, endpoints = connect(_settings().endpoints, Metrics())
        async with client:
            await act(endpoints[0])

    _run(go())


def _settings() -> Settings:
    try:
        return load(os.environ)
    except Fatal as error:
        _fail(error)
        raise


def _required(value: str, variable: str) -> str:
    if not value:
        raise BadSetting(f"{variable} is not set")
    return value


def _run(main: Coroutine[Any, Any, None]) -> None:
    _guarded(lambda: asyncio.run(main))


def _guarded(act: Any) -> None:
    try:
        act()
    except RelayerError as error:
        _fail(error)


def _fail(error: RelayerError) -> None:
    sys.stderr.write(f"relayer: {error}\n")
    raise typer.Exit(2 if isinstance(error, Fatal) else 1)


if __name__ == "__main__":
    app()
