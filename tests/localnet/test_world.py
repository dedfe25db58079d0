"""The commands of a world's processes: what each is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from localnet import ports, world
from localnet.console import Console


def plan(geyser: int | None) -> world.Plan:
    """A world of free ports; nothing is started."""
    chosen = ports.choose(rpc=0, geyser=geyser, api=0, private=0)
    place = Path("nowhere")
    return world.Plan(directory=place, ports=chosen, deploy=place, programs={}, fast=False, validator=False, seed=1)


def test_the_chain_serves_geyser_where_a_port_is_given() -> None:
    """The embedded chain is told the port; without one it is told nothing and serves none."""
    served, silent = plan(0), plan(None)
    argv = world.chain_command(served).argv
    assert argv[argv.index("--geyser-port") + 1] == str(served.ports.geyser)
    assert served.geyser_url == f"http://127.0.0.1:{served.ports.geyser}"
    assert "--geyser-port" not in world.chain_command(silent).argv


@pytest.mark.parametrize("geyser", [0, None])
def test_every_address_is_shown(geyser: int | None, capsys: pytest.CaptureFixture[str]) -> None:
    """Who looks at the terminal sees where everything answers, gRPC where it is served."""
    one = plan(geyser)
    Console().addresses(api=one.api_url, rpc=one.rpc_url, pubsub=one.pubsub_url, geyser=one.geyser_url)
    shown = capsys.readouterr().out
    assert all(url in shown for url in (one.api_url, one.rpc_url, one.pubsub_url))
    assert ("Geyser" in shown) == (one.geyser_url is not None and one.geyser_url in shown)
