"""The sender of the chain's benchmark: every transfer is another one, and what was not taken is not counted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from bench.traffic.sender import WALLETS, Job, Sent, requests, send
from localnet.chain.model import ChainOptions
from localnet.chain.serve import Running
from tests.localnet.chain.people import GENESIS_TIME, SOL, pay

COUNT = 40
WAIT_S = 120.0


def job(blockhash: str, *, batch: int, skip_preflight: bool = False, first: int = 0) -> Job:
    """So many transfers."""
    return Job(
        port=0, blockhash=blockhash, first=first, count=COUNT, batch=batch, skip_preflight=skip_preflight
    )  # fmt: skip


def sent(batch: int, *, skip_preflight: bool, connections: int, blockhash: str | None = None) -> tuple[Sent, int]:
    """What came of it on a real chain, and how many landed."""

    async def run() -> tuple[Sent, int]:
        options = ChainOptions(rpc_port=0, pubsub_port=0, slot_ms=0, genesis_time=GENESIS_TIME)
        async with Running(options) as running:
            chain = running.chain
            for wallet in WALLETS:
                chain.submit(pay(chain, chain.faucet, wallet.pubkey(), SOL))
            before = chain.produce()
            asked = job(blockhash or before.blockhash, batch=batch, skip_preflight=skip_preflight)
            result = await send(running.rpc_port, requests(asked), connections)
            chain.produce()
            slots = chain.ledger.slots(before.slot + 1, chain.tip.slot)
            blocks = [block for slot in slots if (block := chain.ledger.block(slot)) is not None]
            return result, len({one.wire.signature for block in blocks for one in block.transactions})

    return asyncio.run(asyncio.wait_for(run(), WAIT_S))


@pytest.mark.parametrize(
    ("batch", "skip_preflight", "connections"), [(1, False, 3), (1, True, 1), (16, False, 2), (16, True, 8)]
)
def test_all_is_taken_and_lands(batch: int, skip_preflight: bool, connections: int) -> None:
    """Singly and in batches, over few connections and over more than there are requests."""
    result, landed = sent(batch, skip_preflight=skip_preflight, connections=connections)
    assert (result.accepted, result.refusal, landed) == (COUNT, "", COUNT)
    assert result.end > result.start


def test_a_refusal_is_no_success() -> None:
    """Transfers on an unknown blockhash are refused, and it is said why."""
    result, landed = sent(1, skip_preflight=False, connections=2, blockhash="1" * 32)
    assert (result.accepted, landed) == (0, 0)
    assert "Blockhash not found" in result.refusal


def test_every_transfer_is_another() -> None:
    """No two requests are alike, of one job or of the next; batches hold what they should."""
    singles = requests(job("1" * 32, batch=1)) + requests(job("1" * 32, batch=1, first=COUNT))
    assert len(set(singles)) == 2 * COUNT
    batches = [_body(one) for one in requests(job("1" * 32, batch=16))]
    assert [len(one) for one in batches] == [16, 16, 8]
    alone = [_body(one) for one in singles[:COUNT]]
    assert [call for batch in batches for call in batch] == alone


def _body(request: bytes) -> Sequence[object]:
    return msgspec.json.decode(request.partition(b"\r\n\r\n")[2])
