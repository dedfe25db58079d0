"""`localnet up`: makes a world, plays its story, keeps it until told to stop, leaves nothing running.

The only place where PostgreSQL, the chain, the services and the story meet. Called by `__main__`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from localnet import database as databases
from localnet import ports, programs, wallets, world
from localnet.console import Console
from localnet.database import Database
from localnet.errors import Fatal, KeepDirInUse
from localnet.postgres import Postgres
from localnet.story import STORIES, Stage
from localnet.supervisor import Supervisor

_AIRDROP_LAMPORTS: Final = 1_000_000_000_000
_ADMIN_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of `localnet up`, as they were given."""

    rpc_port: int = ports.RPC
    pubsub_port: int | None = None
    geyser_port: int | None = None
    api_port: int = ports.API
    private_port: int = ports.PRIVATE
    story: str = "life"
    once: bool = False
    fast: bool = False
    validator: bool = False
    keep: Path | None = None
    deploy: Path = programs.DEPLOY
    seed: int = 1


async def up(options: Options, console: Console) -> None:
    """Bring a world up, play, and stay until a signal ends it; with `once` return when the story is proven.

    Raises a LocalnetError with the reason when anything does not come up, does not stay up, or is not as it must be.
    """
    _stop_at_signals()
    _check(options)
    with _directory(options.keep) as directory, contextlib.ExitStack() as stack:
        plan = _plan(options, directory)
        server = None if os.environ.get("DATABASE_URL") else stack.enter_context(Postgres.start(directory / "postgres"))
        database = stack.enter_context(_database(server, keep=options.keep is not None))
        supervisor = Supervisor(directory=directory, cwd=databases.ROOT, say=console.notice)
        if server is not None:
            supervisor.keep("postgres", server, again=server.restart)
        try:
            genesis = await _start(plan, database, supervisor, console)
            await _beside(supervisor.watch(), _live(options, plan, database, genesis, console))
        finally:
            await supervisor.stop()


def _stop_at_signals() -> None:
    """Ctrl-C, SIGTERM and the end of the terminal cancel this task, once: who is impatient must not cut the stop off.

    A SIGHUP that we were started to ignore (nohup) stays ignored.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    ends = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        ends.remove(signal.SIGHUP)
    for number in ends:
        loop.add_signal_handler(number, lambda: task.cancelling() or task.cancel())


async def _start(plan: world.Plan, database: Database, supervisor: Supervisor, console: Console) -> str:
    """Chain, schemas, Config, services, in this order; answers the genesis hash."""
    migrated = asyncio.get_running_loop().run_in_executor(None, databases.migrate, database)
    genesis = await world.start_chain(plan, supervisor)
    console.detail(f"a chain with genesis {genesis}")
    await migrated
    console.detail("PostgreSQL with every schema")
    commands = world.services(plan, database, genesis)
    await asyncio.gather(
        _prepare_chain(plan, database, genesis, console),
        world.start_services(plan, supervisor, commands, console.detail),
    )
    return genesis


async def _live(options: Options, plan: world.Plan, database: Database, genesis: str, console: Console) -> None:
    console.addresses(api=plan.api_url, rpc=plan.rpc_url, pubsub=plan.pubsub_url, geyser=plan.geyser_url)
    if options.story != "none":
        async with Stage.enter(plan, database, genesis, console) as stage:
            await STORIES[options.story](stage)
    if not options.once:
        console.stays()
        await asyncio.Event().wait()


async def _beside(watch: Coroutine[object, object, NoReturn], life: Coroutine[object, object, None]) -> None:
    """Run `life` to its end while `watch` goes on; the failure of either is raised."""
    tasks = [asyncio.create_task(watch), asyncio.create_task(life)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _prepare_chain(plan: world.Plan, database: Database, genesis: str, console: Console) -> None:
    """Fund those who pay, and let `relayer admin init` write Config."""
    for name in (wallets.AUTHORITY, wallets.PAYER, wallets.TREASURY):
        await world.airdrop(plan.rpc_url, wallets.address(name), _AIRDROP_LAMPORTS)
    payer = wallets.write_keypair(wallets.wallet(wallets.PAYER), plan.directory / "payer.json")
    authority = wallets.write_keypair(wallets.wallet(wallets.AUTHORITY), plan.directory / "authority.json")
    settings = world.relayer_settings(plan, database, genesis, payer)
    said = await world.run_command(
        ["-m", "relayer", "admin", "init", "--cluster", "localnet", "--keypair", str(authority)], settings, _ADMIN_S
    )
    console.detail(said.strip().splitlines()[-1] if said.strip() else "Config is written")


def _plan(options: Options, directory: Path) -> world.Plan:
    geyser = ports.GEYSER if options.geyser_port is None else options.geyser_port
    chosen = ports.choose(
        rpc=options.rpc_port,
        pubsub=options.pubsub_port,
        geyser=None if options.validator else geyser,
        api=options.api_port,
        private=options.private_port,
    )
    plan = world.Plan(
        directory=directory,
        ports=chosen,
        deploy=options.deploy,
        programs=programs.verify(options.deploy),
        fast=options.fast,
        validator=options.validator,
        seed=options.seed,
    )
    plan.ticks.write_text("publish,price,prev\n")
    return plan


def _check(options: Options) -> None:
    """Refuse what cannot be, before anything is made."""
    if options.fast and options.validator:
        raise Fatal(
            "--fast compresses the clock of the embedded chain; a validator keeps its own: leave one of them out"
        )
    if options.validator and options.geyser_port is not None:
        raise Fatal("--geyser-port is of the embedded chain; a validator serves no Yellowstone gRPC: leave one out")
    if options.validator and shutil.which("solana-test-validator") is None:
        raise Fatal("--validator needs solana-test-validator on PATH")
    if options.story != "none" and options.story not in STORIES:
        raise Fatal(f"no story {options.story!r}: there are {', '.join((*STORIES, 'none'))}")
    if sys.platform != "linux":
        raise Fatal("a localnet runs on Linux")


@contextlib.contextmanager
def _directory(keep: Path | None) -> Iterator[Path]:
    """Where logs, keys and blocks go: `keep`, which must be empty, or a place that is removed at the end."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="sealbook-localnet-", ignore_cleanup_errors=True) as scratch:
            yield Path(scratch)
        return
    if keep.exists() and any(keep.iterdir()):
        raise KeepDirInUse(f"{keep} is not empty: --keep starts a new world, name another directory")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep.absolute()


@contextlib.contextmanager
def _database(server: Postgres | None, *, keep: bool) -> Iterator[Database]:
    """The world's own database, with its roles: in our server, or in that of DATABASE_URL and dropped unless kept."""
    if server is not None:
        database = Database(name="sealbook", admin_dsn=server.dsn())
        databases.create(database)
        databases.apply_roles(database)
        yield database
        return
    database = databases.reach(os.environ["DATABASE_URL"])
    databases.create(database)
    try:
        databases.apply_roles(database)
        yield databases.with_passwords(database)
    finally:
        if not keep:
            databases.drop(database)
