"""`python -m relayer`: the commands. Reads the settings, hands them to run, or does an operator's act and ends.

A Fatal error is one line on stderr and exit code 2, a Transient one exit code 1.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from relayer import logs, mirror, run
from relayer.admin import commands
from relayer.admin.commands import guarded
from relayer.errors import Fatal
from relayer.keepers.registry import KEEPERS
from relayer.model import WALLET_TX
from relayer.settings import load, table
from relayer.store import desk
from relayer.store.pool import Connection, Database

app = typer.Typer(add_completion=False, no_args_is_help=True, help="From an intent to an effect on the chain, once.")
app.add_typer(commands.app, name="admin")
_out = Console(soft_wrap=True, highlight=False)


@app.command()
def work() -> None:
    """Land intents; the only process that holds keys."""
    guarded(lambda: asyncio.run(run.work(load(os.environ))))


@app.command()
def keep() -> None:
    """Propose cranks that are due and read oracle feeds."""
    guarded(lambda: asyncio.run(run.keep(load(os.environ))))


@app.command()
def migrate() -> None:
    """Bring schema relay to this version, as its owner (RELAYER_DATABASE_OWNER_URL)."""
    # Only here: what defines tables takes most of a second to import, which every other command would pay.
    from relayer.tables import migrate as tables

    guarded(lambda: tables.migrate(load(os.environ).required("database_owner_url")))


@app.command()
def settings() -> None:
    """Print every setting with its default and meaning."""
    for name, default, meaning in table():
        print(f"{name:32} {default:22} {meaning}")


@app.command()
def status() -> None:
    """Counts of intents by state, what keepers found, payers, and the mirror."""

    async def show(connection: Connection) -> None:
        standing = await desk.standing(connection)
        for state, count in standing.states:
            _out.print(f"{state:14} {count}")
        _out.print(f"oldest pending {standing.oldest_s:.1f} s")
        for keeper in await desk.keepers(connection):
            _out.print(f"keeper {keeper.kind:17} due {keeper.due:<5} proposed {keeper.proposed}")
        for payer in await desk.payers(connection):
            _out.print(f"payer {payer.address} {payer.state} {payer.lamports} lamports")
        head = await mirror.head(connection)
        _out.print("no mirror yet" if head is None else f"mirror at slot {head.sealed_slot}, usable: {head.usable}")

    _desk(show)


@app.command()
def intents(
    state: Annotated[str | None, typer.Option(help="only this state")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
) -> None:
    """The newest intents, one a line."""

    async def show(connection: Connection) -> None:
        for line in await desk.intents(connection, state=state, limit=limit):
            _out.print(f"{line.id} {line.state:12} {line.kind} {line.subject} {line.reason or ''}".rstrip())

    _desk(show)


@app.command()
def explain(intent: UUID) -> None:
    """One intent with every attempt, error and proof of expiry."""

    async def show(connection: Connection) -> None:
        found = await desk.explain(connection, intent)
        if found is None:
            raise Fatal(f"no intent {intent}")
        line, attempts = found
        _out.print(f"{line.id} {line.kind} {line.subject} {line.episode}: {line.state} {line.reason or ''}".rstrip())
        for a in attempts:
            why = f" {a.err_name or a.err}" if a.err else ""
            end = f"in slot {a.landed_slot}" if a.landed_slot else f"valid to height {a.lvbh}"
            _out.print(f"  #{a.n} lane {a.lane} {a.state}{why}, {end}, sent {a.sends} times, {a.signature}")
            for endpoint, height, slot, floor in a.proofs:
                _out.print(f"     expired: {endpoint} at height {height}, slot {slot}, history from {floor}")

    _desk(show)


@app.command()
def payers() -> None:
    """The fee payers with their balances."""

    async def show(connection: Connection) -> None:
        for payer in await desk.payers(connection):
            _out.print(f"{payer.address} {payer.state} {payer.lamports}")

    _desk(show)


@app.command()
def pause(kind: str, subject: Annotated[str, typer.Argument()] = "") -> None:
    """Stop a kind of intent, or one subject of it; what is in flight goes on."""

    async def act(connection: Connection) -> None:
        await desk.pause(connection, _kind(kind), subject)
        _out.print(f"paused {kind} {subject}".rstrip())

    _desk(act)


@app.command()
def resume(kind: str, subject: Annotated[str, typer.Argument()] = "") -> None:
    """Undo a pause."""

    async def act(connection: Connection) -> None:
        there = await desk.resume(connection, _kind(kind), subject)
        _out.print(f"{'resumed' if there else 'was not paused:'} {kind} {subject}".rstrip())

    _desk(act)


def _kind(name: str) -> str:
    known = {WALLET_TX, *(k.kind.name for k in KEEPERS)}
    if name not in known:
        raise Fatal(f"no kind {name}; there are {', '.join(sorted(known))}")
    return name


def _desk(act: Callable[[Connection], Awaitable[None]]) -> None:
    """Run an operator's command in one transaction."""

    async def go() -> None:
        settings = load(os.environ)
        logs.set_up(settings.log_level, "desk")
        database = Database(settings.required("database_url"), name="relayer desk")
        await database.open()
        try:
            async with database.transaction() as connection:
                await act(connection)
        finally:
            await database.close()

    guarded(lambda: asyncio.run(go()))


if __name__ == "__main__":
    app()
