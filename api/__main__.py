"""Composition root of the API process: `python -m api serve | migrate | settings`."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import sys

import psycopg
import structlog
import typer
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar.types import ASGIApp

from . import app as application
from . import health
from . import migrate as migration
from .errors import DatabaseUnreachable, Fatal, PortTaken
from .settings import Settings, from_environment, table

STOP_S = 1.5
CONNECT_TIMEOUT_S = 2
cli = typer.Typer(add_completion=False, no_args_is_help=True, help="The face of Sealbook.")


@cli.command()
def serve() -> None:
    """Serve the API, the pages and the private port until SIGTERM or SIGINT."""
    settings = from_environment(os.environ)
    _logging(settings.log_level)
    for port in (settings.port, settings.private_port):
        _require_free(settings.host, port)
    _require_database(settings.database_url)
    asyncio.run(_serve(settings))
    # The interpreter's last collection would walk all of it once more: a second that a stopping process does not have.
    gc.freeze()


@cli.command()
def migrate() -> None:
    """Make or upgrade schema app, as the database's owner (API_DATABASE_OWNER_URL)."""
    url = os.environ.get("API_DATABASE_OWNER_URL", "")
    if not url:
        raise Fatal("API_DATABASE_OWNER_URL is not set: the owner's DSN is needed to migrate.")
    migration.migrate(url)


@cli.command()
def settings() -> None:
    """Print every setting with its default and meaning."""
    for name, default, meaning in table():
        print(f"{name:32} {default:22} {meaning}")


async def _serve(settings: Settings) -> None:
    service = application.create(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    public = _server(service.app, settings.host, settings.port)
    private = _server(health.create(service), settings.host, settings.private_port)
    tasks = [asyncio.create_task(server.serve()) for server in (public, private)]
    structlog.get_logger("api").info("serving", url=settings.base_url, private_port=settings.private_port)
    waiter = asyncio.create_task(stop.wait())
    await asyncio.wait([*tasks, waiter], return_when=asyncio.FIRST_COMPLETED)
    service.hub.stop()
    for server in (public, private):
        server.stop()
    await asyncio.wait(tasks, timeout=STOP_S)
    structlog.get_logger("api").info("stopped")


def _server(app: ASGIApp, host: str, port: int) -> Server:
    return Server(app, address=host, port=port, interface=Interfaces.ASGI, log_enabled=False, backlog=1024)


def _require_free(host: str, port: int) -> None:
    """Raise PortTaken: granian itself would share the port in silence."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(f"Port {port} on {host} is taken by another process.") from error


def _require_database(url: str) -> None:
    """Raise DatabaseUnreachable; later losses are Transient."""
    try:
        psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S).close()
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable(f"the database cannot be reached: {str(error).splitlines()[0]}") from error


def _logging(level: str) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping().get(level.upper(), 20)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def main() -> None:
    """Run the command line; what makes it impossible to run is one line on stderr and exit code 2."""
    try:
        cli()
    except Fatal as error:
        print(f"api: {error.detail}", file=sys.stderr)
        raise SystemExit(2) from error


if __name__ == "__main__":
    main()
