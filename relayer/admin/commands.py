"""`python -m relayer admin ...`: an operator's acts on the programs, each with a key file of its own."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from solders.keypair import Keypair

from relayer import logs
from relayer.admin import change, markets
from relayer.admin.init import init
from relayer.admin.terms import read as read_terms
from relayer.admin.verify import sums, verify
from relayer.chain import Endpoint, connect
from relayer.errors import BadSetting, Fatal, RelayerError
from relayer.metrics import Metrics
from relayer.settings import load
from relayer.signer import read_keypair

ROOT = Path(__file__).resolve().parents[2]
SUMS = ROOT / "localnet" / "deploy" / "SHA256SUMS"

Cluster = Annotated[str, typer.Option(help="reads programs/config.CLUSTER.toml")]
Key = Annotated[Path, typer.Option("--keypair", help="signs and pays")]

app = typer.Typer(no_args_is_help=True, help="Make and change the configuration, check what is deployed.")
_out = Console(soft_wrap=True, highlight=False)


def guarded(act: Callable[[], None]) -> None:
    """Run a command; a known failure is one line on stderr and exit code 2, one that may pass exit code 1."""
    try:
        act()
    except RelayerError as error:
        sys.stderr.write(f"relayer: {error}\n")
        raise typer.Exit(2 if isinstance(error, Fatal) else 1) from None


@app.command("init")
def admin_init(cluster: Cluster, keypair: Key) -> None:
    """Write Config and the mint rules of programs/config.CLUSTER.toml, once."""

    async def act(node: Endpoint) -> None:
        written = await init(node, read_terms(_terms(cluster)), _key(keypair))
        said = "is written" if written.signatures else "stood already"
        _out.print(f"Config of {cluster} {said}, {len(written.signatures)} transactions")

    _node(act)


@app.command("verify")
def admin_verify(cluster: Cluster, hashes: Annotated[Path, typer.Option("--sums")] = SUMS) -> None:
    """Compare program bytes, genesis and Config on the chain with the files."""

    async def act(node: Endpoint) -> None:
        for line in await verify(node, cluster=cluster, expected=sums(hashes), terms=read_terms(_terms(cluster))):
            _out.print(f"ok: {line}")

    _node(act)


@app.command("propose-config")
def propose_config(
    cluster: Cluster, keypair: Key, slack_s: Annotated[int, typer.Option(min=1, help="beyond the program's delay")] = 60
) -> None:
    """Announce that Config shall be as the cluster's file; by the admin."""

    async def act(node: Endpoint) -> None:
        done = await change.propose(node, read_terms(_terms(cluster)), _key(keypair), slack_s=slack_s)
        for line in done.differences:
            _out.print(line)
        _out.print(f"announced, to be applied from {done.eta} on: {done.signature}")

    _node(act)


@app.command("apply-config")
def apply_config(cluster: Cluster, keypair: Key) -> None:
    """Make an announced change true, with the same file; by anyone."""
    _node(lambda node: _said("applied", change.apply(node, read_terms(_terms(cluster)), _key(keypair))))


@app.command("cancel-config")
def cancel_config(keypair: Key) -> None:
    """Call an announced change off; by the admin."""
    _node(lambda node: _said("called off", change.cancel(node, _key(keypair))))


@app.command("accept-admin")
def accept_admin(keypair: Key) -> None:
    """Take the admin's place; by the wallet that an applied change offered it."""
    _node(lambda node: _said("accepted", change.accept(node, _key(keypair))))


@app.command("set-pause")
def set_pause(
    kinds: Annotated[str, typer.Argument(help="none, or create,stake,buy,split,order")], keypair: Key
) -> None:
    """Stop new risk of these kinds alone; by the admin, or by the guardian who can only add."""
    _node(lambda node: _said("paused", change.set_pause(node, change.pause_bits(kinds), _key(keypair))))


@app.command("set-mint-rules")
def set_mint_rules(cluster: Cluster, keypair: Key) -> None:
    """Write the mint rules of the cluster's file that differ; by the admin."""

    async def act(node: Endpoint) -> None:
        sent = await change.set_mint_rules(node, read_terms(_terms(cluster)), _key(keypair))
        _out.print(f"{len(sent)} mint rules written")

    _node(act)


@app.command("reject")
def reject(market: str, keypair: Key) -> None:
    """Refuse a market that is not active yet; by the admin."""
    _node(lambda node: _said("rejected", markets.do(node, market, markets.reject, _key(keypair))))


@app.command("announce-void")
def announce_void(market: str, keypair: Key) -> None:
    """Halt a market and announce that it will be void; by the admin."""
    _node(lambda node: _said("halted", markets.do(node, market, markets.announce_void, _key(keypair))))


@app.command("cancel-void")
def cancel_void(market: str, keypair: Key) -> None:
    """Let a halted market go on; by the admin."""
    _node(lambda node: _said("goes on", markets.do(node, market, markets.cancel_void, _key(keypair))))


@app.command("rule")
def rule(market: str, outcome: Annotated[int, typer.Argument(min=0, max=8)], keypair: Key) -> None:
    """Decide a contested market, n being INVALID; by the council."""
    _node(lambda node: _said("ruled", markets.do(node, market, markets.rule(outcome), _key(keypair))))


async def _said(what: str, sent: Awaitable[str | None]) -> None:
    signature = await sent
    _out.print(f"{what}: {signature}" if signature else f"{what} already")


def _key(path: Path) -> Keypair:
    return read_keypair(str(path))


def _terms(cluster: str) -> Path:
    path = ROOT / "programs" / f"config.{cluster}.toml"
    if not path.exists():
        raise BadSetting(f"no cluster {cluster}: there is no {path.name}")
    return path


def _node(act: Callable[[Endpoint], Awaitable[None]]) -> None:
    """Run an operator's command on the first endpoint."""

    async def go() -> None:
        settings = load(os.environ)
        logs.set_up(settings.log_level, "admin")
        client, _, endpoints = connect(settings.endpoints, Metrics())
        async with client:
            await act(endpoints[0])

    guarded(lambda: asyncio.run(go()))
