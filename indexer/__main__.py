"""The indexer's commands and the one place where its parts are put together: settings in, connections out."""

import asyncio
import logging
import os
import re
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any

import httpx
import msgspec
import structlog
import typer
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from indexer import prove as proof
from indexer import settings as settings_module
from indexer.errors import AnotherIndexer, Fatal, IndexerError, SettingsError, StoreUnavailable
from indexer.follow import Follower
from indexer.health import Health
from indexer.model import Limits
from indexer.settings import Settings
from indexer.sources.blocks import Blocks
from indexer.sources.rpc import named
from indexer.store import reads
from indexer.store.mirror import Mirror
from indexer.tables import migrate as migration

EXIT_FAILED = 2
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
gaps = typer.Typer(help="Slots that exist and that no endpoint gives.", invoke_without_command=True)
app.add_typer(gaps, name="gaps")


@app.command()
def migrate() -> None:
    """Make or upgrade the schemas ledger and chain, as their owner."""
    try:
        migration.migrate(settings_module.owner_url(os.environ))
    except OperationalError as error:
        raise StoreUnavailable(f"the database cannot be reached: {_first_line(error.orig)}") from error
    except SQLAlchemyError as error:
        raise Fatal(f"the schemas were not changed: {_first_line(error)}") from error


@app.command()
def follow() -> None:
    """Mirror the chain, until told to stop."""
    settings = settings_module.read(os.environ)
    if settings.witnesses_min > len(settings.rpc_urls):
        raise SettingsError(
            f"INDEXER_WITNESSES_MIN is {settings.witnesses_min}, but INDEXER_RPC_URLS names {len(settings.rpc_urls)}"
        )
    _log_to_stderr(settings)
    _run(_follow(settings))


@app.command()
def status() -> None:
    """Print how far the mirror is, how the endpoints do and what is open."""
    _run(_status(settings_module.read(os.environ)))


@gaps.callback()
def show_gaps(context: typer.Context) -> None:
    """Print the slots that the mirror waits for."""
    if context.invoked_subcommand is None:
        _run(_gaps(settings_module.read(os.environ)))


@gaps.command()
def accept(slot: int) -> None:
    """Go on without a slot's block, if every subject's events prove that none of ours was in it."""
    _run(_with_source(settings_module.read(os.environ), proof.accept_gap, slot))


@app.command()
def prove(as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False) -> None:
    """Compare every subject and account of the mirror with the chain; exit 0 where nothing is missing or different."""
    report = _run(_with_source(settings_module.read(os.environ), proof.prove))
    print(msgspec.json.encode(report).decode() if as_json else report.table())
    if not report.ok:
        sys.exit(1)


@app.command()
def settings() -> None:
    """Print every setting with its default and meaning."""
    for name, default, meaning in settings_module.table():
        print(f"{name:32} {default:22} {meaning}")


async def _follow(settings: Settings) -> None:
    """Wire the source, the store, the loop and the probes, and run them."""
    log = structlog.get_logger("indexer")
    await reads.check_schema(settings.database_url)
    store = Mirror(settings.database_url)
    async with httpx.AsyncClient(timeout=settings.rpc_timeout_s) as client:
        source = Blocks(named(settings.rpc_urls, client), genesis=settings.genesis)
        limits = Limits(slots_per_page_max=settings.slots_per_page_max, witnesses_min=settings.witnesses_min)
        follower = Follower(
            source,
            store,
            limits=limits,
            poll_s=settings.poll_ms / 1000,
            events_max=settings.events_per_page_max,
        )
        health = Health(follower.progress, lambda: reads.check_schema(settings.database_url))
        server = await _listen(health, settings)
        try:
            genesis = await source.genesis()
            head = await store.open(genesis=genesis, anchor=None)
            if head is None:
                head = await store.open(genesis=genesis, anchor=await source.first_block(settings.anchor_slot))
            assert head is not None
            log.info("following", sealed=head.sealed.slot, final=head.final.slot, epoch=head.epoch, genesis=genesis)
            await follower.run()
        finally:
            server.close()
            await store.close()


async def _listen(health: Health, settings: Settings) -> asyncio.Server:
    """The private port. Raises SettingsError naming a port that is taken."""
    try:
        return await health.serve(settings.private_host, settings.private_port)
    except OSError as error:
        raise SettingsError(f"INDEXER_PRIVATE_PORT {settings.private_port}: {error.strerror}") from error


async def _status(settings: Settings) -> None:
    """Print the head, the endpoints and the open incidents."""
    async with reads.reading(settings.database_url) as connection:
        head = await reads.status(connection)
        for name in head.__struct_fields__:
            print(f"{name:12} {getattr(head, name)}")
        for endpoint, slot, at, errors, missed in await reads.endpoints(connection):
            print(f"endpoint     {endpoint} slot {slot} at {at:%H:%M:%S} errors {errors} untrue {missed}")
        for incident in await reads.incidents(connection):
            place = f"slot {incident.slot}" if incident.slot is not None else ""
            print(f"incident     {incident.id} {incident.kind} {incident.subject or ''} {place} {incident.detail}")


async def _gaps(settings: Settings) -> None:
    """Print the open missing blocks."""
    async with reads.reading(settings.database_url) as connection:
        found = await reads.incidents(connection, "missing_block")
    for incident in found:
        print(f"slot {incident.slot} since {incident.opened_at:%Y-%m-%d %H:%M:%S}: {incident.detail}")
    print(f"{len(found)} missing")


async def _with_source(settings: Settings, work: Callable[..., Awaitable[Any]], *values: Any) -> Any:
    """Run something that reads both the tables and the chain."""
    async with httpx.AsyncClient(timeout=settings.rpc_timeout_s) as client:
        endpoints = named(settings.rpc_urls, client)
        return await work(settings.database_url, endpoints, *values)


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end, or until SIGTERM or SIGINT asks for a clean stop."""

    async def until_told() -> Any:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        return await task

    try:
        return asyncio.run(until_told())
    except asyncio.CancelledError:
        sys.exit(0)


def _log_to_stderr(settings: Settings) -> None:
    """Logs as JSON lines, without secrets."""
    level = logging.getLevelNamesMapping().get(settings.log_level.upper())
    if level is None:
        raise SettingsError(f"INDEXER_LOG_LEVEL: {settings.log_level} is no level")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redactor(settings),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def redactor(settings: Settings) -> structlog.typing.Processor:
    """A processor that cuts DSNs, endpoint URLs and passwords out of every text."""
    whole = sorted({settings.database_url, *settings.rpc_urls}, key=len, reverse=True)
    login = re.compile(r"(//[^:/@\s]*):[^@\s]*@|\b(password|api-key|token|authorization)=[^\s&]+", re.I)

    def redact(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        for key, value in event.items():
            if isinstance(value, str):
                for secret in whole:
                    value = value.replace(secret, "[redacted]")
                event[key] = login.sub("[redacted]", value)
        return event

    return redact


def _first_line(error: object) -> str:
    """The first line of an error's text."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def main() -> None:
    """Run a command; a known failure is one clear line and exit code 2."""
    try:
        app()
    except IndexerError as error:
        kind = "" if not isinstance(error, AnotherIndexer) else "stopped: "
        print(f"indexer: {kind}{error}", file=sys.stderr)
        sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    main()
