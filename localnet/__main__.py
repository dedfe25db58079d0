"""`python -m localnet up | chain | advance | fault`: the composition root of a world on one machine.

Each command loads what it needs when it runs: the chain alone starts without databases, HTTP clients and stories."""

from __future__ import annotations

import asyncio
import shlex
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from localnet import ports, programs
from localnet.chain.errors import BadFault, ChainError
from localnet.errors import LocalnetError

SLOT_MS_MIN, SLOT_MS_MAX = 50, 1000
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


def _port(help_: str) -> Any:
    """An option that is a port; 0 picks one."""
    return typer.Option(min=0, max=ports.LAST, help=help_)


def _slot_ms(value: int) -> int:
    """Slots shorter than 50 ms outrun the chain and its clients, longer than a second no chain has."""
    if value and not SLOT_MS_MIN <= value <= SLOT_MS_MAX:
        raise typer.BadParameter(f"a slot lasts {SLOT_MS_MIN} to {SLOT_MS_MAX} ms, or 0 for blocks on demand")
    return value


@app.command()
def up(
    *,
    rpc_port: Annotated[int, _port("JSON-RPC of the chain; 0 picks a free one")] = ports.RPC,
    pubsub_port: Annotated[int | None, _port("PubSub of the chain; RPC + 1 unless given")] = None,
    geyser_port: Annotated[
        int | None, _port(f"Yellowstone gRPC; {ports.GEYSER} unless given, 0 picks; not with --validator")
    ] = None,
    api_port: Annotated[int, _port("API and pages; 0 picks")] = ports.API,
    private_port: Annotated[int, _port("first of the private ports; 0 picks")] = ports.PRIVATE,
    story: Annotated[str, typer.Option(help="which story plays: life, or none")] = "life",
    once: Annotated[bool, typer.Option("--once", help="play, verify, exit 0, or 1 with the reason")] = False,
    fast: Annotated[bool, typer.Option("--fast", help="50 ms slots, and the clock jumps between the phases")] = False,
    validator: Annotated[
        bool, typer.Option("--validator", help="solana-test-validator from PATH as the chain")
    ] = False,
    keep: Annotated[Path | None, typer.Option(help="empty directory that keeps database, logs and blocks")] = None,
    deploy: Annotated[Path, typer.Option(help="where the program files and SHA256SUMS are")] = programs.DEPLOY,
    seed: Annotated[int, typer.Option(help="of the embedded chain's faults")] = 1,
) -> None:
    """Start a whole world and play its story; bare DATABASE_URL uses your PostgreSQL instead of an embedded one."""
    from localnet.console import Console
    from localnet.run import Options
    from localnet.run import up as bring_up

    console = Console()
    options = Options(
        rpc_port=rpc_port,
        pubsub_port=pubsub_port,
        geyser_port=geyser_port,
        api_port=api_port,
        private_port=private_port,
        story=story,
        once=once,
        fast=fast,
        validator=validator,
        keep=keep,
        deploy=deploy,
        seed=seed,
    )
    try:
        asyncio.run(bring_up(options, console))
    except LocalnetError as error:
        console.closing(f"localnet: {error}")
        sys.exit(1)
    except asyncio.CancelledError:
        console.closing("stopped, nothing is left running")
        sys.exit(1 if once else 0)


@app.command()
def chain(
    *,
    rpc_port: Annotated[int, _port("JSON-RPC; 0 picks a free one")] = ports.RPC,
    pubsub_port: Annotated[int | None, _port("PubSub; RPC + 1 unless given")] = None,
    fault_rpc_port: Annotated[int | None, _port("a second JSON-RPC endpoint, for faults")] = None,
    geyser_port: Annotated[int | None, _port("Yellowstone gRPC; 0 picks a free one, none: not served")] = None,
    geyser_token: Annotated[str | None, typer.Option(help="the x-token that Yellowstone gRPC asks for")] = None,
    slot_ms: Annotated[
        int, typer.Option(callback=_slot_ms, help="how long a slot lasts, 50 to 1000; 0 makes blocks on demand")
    ] = 400,
    deploy: Annotated[Path, typer.Option(help="where the program files are")] = programs.DEPLOY,
    seed: Annotated[int, typer.Option(help="of the genesis and of everything random")] = 0,
    genesis_time: Annotated[
        int | None, typer.Option(min=0, max=2**32 - 1, help="block time of the first slot, unix seconds")
    ] = None,
    history: Annotated[int, typer.Option(min=1, help="transactions remembered; the oldest are forgotten")] = 100_000,
    keep: Annotated[Path | None, typer.Option(help="directory that keeps the log of blocks")] = None,
    faults: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="a script of faults, from the first slot on")
    ] = None,
    request_bytes_max: Annotated[
        int, typer.Option(min=1, help="the longest JSON-RPC request; a validator takes as much")
    ] = 50 * 1024,
    subscriptions_max: Annotated[int, typer.Option(min=1, help="PubSub subscriptions of one connection")] = 1_000,
) -> None:
    """Run the embedded chain alone, until it is told to stop."""
    from localnet.chain.model import ChainOptions
    from localnet.chain.serve import serve

    try:
        options = ChainOptions(
            rpc_port=rpc_port,
            pubsub_port=rpc_port + 1 if pubsub_port is None and rpc_port else pubsub_port or 0,
            fault_rpc_port=fault_rpc_port,
            geyser_port=geyser_port,
            geyser_token=geyser_token,
            slot_ms=slot_ms,
            deploy=deploy,
            seed=seed,
            genesis_time=int(time.time()) if genesis_time is None else genesis_time,
            transactions_max=history,
            keep=keep,
            body_bytes_max=request_bytes_max,
            subscriptions_per_connection_max=subscriptions_max,
            fault_script="" if faults is None else _script(faults),
        )
        asyncio.run(serve(options, lambda running: print("  ".join(running.addresses), flush=True)))
    except (LocalnetError, ChainError) as error:
        typer.echo(f"localnet: {error}", err=True)
        sys.exit(1)


@app.command()
def advance(
    *,
    slots: Annotated[int, typer.Option(min=1, help="slots that pass at once, each with a block")] = 1,
    seconds: Annotated[int | None, typer.Option(min=0, help="the newest block is so much later than before")] = None,
    to: Annotated[
        int | None, typer.Option(min=0, help="the newest block's time is at least this, unix seconds")
    ] = None,
    skip: Annotated[bool, typer.Option("--skip", help="only the last of the slots has a block")] = False,
    url: Annotated[str, typer.Option(help="JSON-RPC of the chain")] = f"http://127.0.0.1:{ports.RPC}",
) -> None:
    """Move a running chain on: slots pass at once, and its clock jumps forward; never back."""
    from localnet.chain import outside

    if seconds is not None and to is not None:
        raise typer.BadParameter("--seconds or --to, not both")
    try:
        place = outside.advance(url, slots, seconds=seconds, to=to, skip=skip)
        typer.echo(f"slot {place.slot}, block height {place.height}, block time {place.unix_time}")
    except ChainError as error:
        typer.echo(f"localnet: {error}", err=True)
        sys.exit(1)


@app.command(context_settings={"ignore_unknown_options": True})
def fault(
    words: Annotated[list[str] | None, typer.Argument(help="one line, as in: at slot 50 fork 3")] = None,
    *,
    file: Annotated[Path | None, typer.Option(help="a script instead; - reads it from standard input")] = None,
    url: Annotated[str, typer.Option(help="JSON-RPC of the chain")] = f"http://127.0.0.1:{ports.RPC}",
) -> None:
    """Make a running chain misbehave, now or when the line says so.

    \b
    WHEN FAULT CLAUSES; each number may be a range, as in 3..8
    \b
    when      now, at slot N, after N slots, after 2s, after 500ms,
              every N slots; then until slot N, chance 30%
    fork N    drop the newest N blocks: shorter, losing, beyond final
    skip N, dead N        slots without a block; slots that begin and die
    stall N, resume       no blocks by time, without N until resume
    drop send N, duplicate send N, delay send N, lose reply N
              the next accepted transactions: by N blocks, on ENDPOINT
    error CODE METHOD     a JSON-RPC error: times N, forever, say "TEXT",
              on ENDPOINT
    http STATUS           instead of an answer: times N, forever, on ENDPOINT
    limit CALLS           429 beyond these: per N slots, on ENDPOINT
    lag N, truncate N     an endpoint is late, or forgets: on ENDPOINT
    lie ABOUT             skipped, gap, tip, blockhash, transactions, inner,
              statuses or genesis: times N, forever, on ENDPOINT
    hook lose N, hook duplicate N, hook reorder N, hook delay N
              the next webhook deliveries: by N blocks
    grpc cut, grpc forget N
              open streams end; only the newest N slots can be replayed
    clear, forget         end what is in force; drop the lines that wait

    ENDPOINT is main, fault (--fault-rpc-port) or both.
    """
    from localnet.chain.faults import command as fault_command

    if (file is None) == (not words):
        raise typer.BadParameter("a line or --file is wanted")
    try:
        played = fault_command.send(url, _line(words or []) if file is None else _script(file))
        count = f"{played.waiting or 'no'} line{'' if played.waiting == 1 else 's'}"
        typer.echo("\n".join([f"taken; {count} waiting", *(f"refused {one}" for one in played.refused)]))
    except ChainError as error:
        typer.echo(f"localnet: {error}", err=True)
        sys.exit(1)


def _line(words: list[str]) -> str:
    """The line that was typed, in several words or in quotes as one."""
    return words[0] if len(words) == 1 else shlex.join(words)


def _script(file: Path) -> str:
    """The text of a script, `-` standard input's; BadFault when there is none to read."""
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise BadFault(f"{file}: {getattr(error, 'strerror', None) or error}") from error


if __name__ == "__main__":
    app()
