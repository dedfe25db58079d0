"""The chain's own methods: clock and blocks."""

from __future__ import annotations

from localnet.chain.node import Chain
from tests.localnet.chain.people import GENESIS_TIME, Client


def test_clock_jumps_by_command(chain: Chain, client: Client) -> None:
    """The answer is the next block's time, and the next block has it."""
    to = GENESIS_TIME + 86_400
    assert client.ask("localnet_advanceClock", {"to": to}) == {"nextBlockTime": to}
    assert client.ask("localnet_produceBlocks", {"count": 1}) == {"slot": 1, "blockHeight": 1, "blockTime": to}
    assert client.ask("localnet_advanceClock", to - 5) == {"nextBlockTime": to}


def test_blocks_by_command_are_bounded(client: Client) -> None:
    """None and too many are refused."""
    assert client.error("localnet_produceBlocks", {"count": 0})[0] == -32602
    assert client.error("localnet_produceBlocks", {"count": 10_001})[0] == -32602
    assert client.error("localnet_advanceClock", {"to": "x"})[0] == -32602
