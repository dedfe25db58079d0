"""A chain in a process of its own, told everything by its arguments: a seed, and the file of its faults."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from localnet import programs
from localnet.chain.model import ChainOptions
from localnet.chain.serve import Running, serve
from tests.localnet.chain.people import GENESIS_TIME

# A receiver of webhooks on a busy machine must never be too late: a retry would be a fact about the machine.
HOOK_BUDGET_MS = 120_000


def say(running: Running) -> None:
    """The ports, in a line."""
    print(running.rpc_port, running.fault_rpc_port, running.pubsub_port, running.geyser_port, flush=True)


def main(seed: str, script: str) -> None:
    """Run until told to stop."""
    options = ChainOptions(
        rpc_port=0,
        pubsub_port=0,
        fault_rpc_port=0,
        geyser_port=0,
        slot_ms=0,
        deploy=programs.DEPLOY,
        seed=int(seed),
        genesis_time=GENESIS_TIME,
        fault_script=Path(script).read_text(),
        hook_budget_ms=HOOK_BUDGET_MS,
    )
    asyncio.run(serve(options, say))


if __name__ == "__main__":
    main(*sys.argv[1:])
