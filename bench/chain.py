"""How much the embedded chain carries: `python -m bench.chain [TRANSACTIONS]` prints a table, exits with 1 if a goal
was missed. TRANSACTIONS is per rate; the chain, the sender and the subscribers are processes of their own.

Goals, on 2 cores that do nothing else: getHealth within 1 s of the command; 1,500 transfers a second through JSON-RPC
with preflight and 3,000 without, from the first byte until the last one is in a block, while 200 WebSockets and a gRPC
stream hear of every slot in order; over 100,000 transactions, once the history is full, memory that does not grow.

Single requests go over 8 connections that stay open, batches hold 50. "cpu" is what a transaction took of the chain's
processor, all of it: what others do on the machine lengthens a second, but hardly that.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from statistics import median

from bench.traffic import sender, watchers
from bench.traffic.chain import Chain
from bench.traffic.sender import Job, Sent
from bench.traffic.watchers import Crowd, Heard, all_losses, losses

TRANSACTIONS = 12_000
BATCH = 50
SOCKETS = 200
START_S_MAX = 1.0
LAND_S_MAX = 30.0
SOL = 10**9
# The memory part: a chain that remembers little and makes a block of each batch, so that what it keeps is soon full and
# does not hang on how fast the machine is. A piece is signed on one blockhash, so it has fewer batches than that lives.
HISTORY = 10_000
FILL = 25_000
STEP = 25_000
STEPS = 4
PIECE = 5_000
GROWTH_MB_MAX = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One way to send, and what is wanted of it."""

    name: str
    batch: int
    skip_preflight: bool
    goal: int


RATES = (
    Rate(name="single, preflight", batch=1, skip_preflight=False, goal=1_500),
    Rate(name="single, no preflight", batch=1, skip_preflight=True, goal=3_000),
    Rate(name=f"batches of {BATCH}, preflight", batch=BATCH, skip_preflight=False, goal=1_500),
    Rate(name=f"batches of {BATCH}, no preflight", batch=BATCH, skip_preflight=True, goal=3_000),
)


class Sender:
    """The sender's process; transfers are numbered on."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._next = 0

    def send(
        self, chain: Chain, count: int, *, batch: int, skip_preflight: bool, connections: int = sender.CONNECTIONS
    ) -> Sent:
        """Have so many new transfers sent."""
        job = Job(
            port=chain.rpc_port,
            blockhash=str(chain.blockhash()),
            first=self._next,
            count=count,
            batch=batch,
            skip_preflight=skip_preflight,
            connections=connections,
        )
        self._next += count
        self._pipe.send(job)
        assert self._pipe.recv() == "ready"
        self._pipe.send("go")
        return self._pipe.recv()


@contextmanager
def process(target: object, *args: object) -> Iterator[Connection]:
    """A process that is handed one end of a pipe; the other end."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=target, args=(theirs, *args), daemon=True)  # pyright: ignore[reportArgumentType]
    child.start()
    theirs.close()
    try:
        yield ours
    finally:
        child.terminate()
        child.join()
        ours.close()


def line(name: str, value: str, goal: str, *, met: bool) -> bool:
    """Print one row of the table; whether its goal is met."""
    print(f"{name:<32}{value:<80}{goal:<27}{'' if met else 'MISSED'}", flush=True)
    return met


def started(chain: Chain) -> bool:
    """From the command to the answer of getHealth."""
    chain.ask("getHealth")
    took_s = time.monotonic() - chain.started
    return line(
        "start", f"{took_s:.2f} s, cpu {chain.cpu_s():.2f} s", f"{START_S_MAX:.0f} s", met=took_s <= START_S_MAX
    )


def fund(chain: Chain) -> None:
    """Give every wallet of the sender plenty."""
    before = chain.landed()
    for wallet in sender.WALLETS:
        chain.ask("requestAirdrop", str(wallet.pubkey()), 10_000 * SOL)
    assert chain.wait_landed(before + len(sender.WALLETS), LAND_S_MAX), "the airdrops did not land"


def rated(chain: Chain, source: Sender, rate: Rate, count: int, land_s_max: float = LAND_S_MAX) -> bool:
    """Measure one way to send."""
    before, cpu_s = chain.landed(), chain.cpu_s()
    sent = source.send(chain, count, batch=rate.batch, skip_preflight=rate.skip_preflight)
    landed = chain.wait_landed(before + count, land_s_max)
    took_s, cpu_us = time.monotonic() - sent.start, (chain.cpu_s() - cpu_s) / count * 1e6
    if not landed or sent.accepted != count:
        missing = before + count - chain.landed()
        said = f"{missing} of {count} did not land {sent.refusal[-300:]}"
        return line(rate.name, said, f"{rate.goal} /s", met=False)
    value = f"{count / took_s:.0f} /s (taken {count / (sent.end - sent.start):.0f} /s), cpu {cpu_us:.0f} us each"
    return line(rate.name, value, f"{rate.goal} /s", met=count / took_s >= rate.goal)


def heard_all(heard: Heard, first: int, last: int) -> bool:
    """What the subscribers heard of the slots of the load."""
    lost, stream = all_losses(heard.sockets, first, last), losses(heard.stream, first, last)
    apart = sorted(heard.apart)
    spread = f"within {median(apart) * 1000:.0f} ms, at most {apart[-1] * 1000:.0f}"
    value = f"{last - first + 1} slots, {lost.missing} missing, {lost.disordered} disordered, {spread}"
    met = line(f"{len(heard.sockets)} WebSockets", value, "none missing or disordered", met=lost.none)
    value = (
        f"{stream.missing} missing, {stream.disordered} disordered; {heard.accounts} accounts told to the WebSockets"
    )
    return line("gRPC stream", value, "none missing or disordered", met=stream.none and heard.accounts > 0) and met


def loaded(source: Sender, count: int, sockets: int = SOCKETS) -> bool:
    """The start, the rates, and what the subscribers heard meanwhile."""
    with Chain("--slot-ms", "400") as chain:
        met = [started(chain)]
        fund(chain)
        accounts = tuple(str(wallet.pubkey()) for wallet in sender.WALLETS)
        crowd = Crowd(pubsub_port=chain.pubsub_port, geyser_port=chain.geyser_port, sockets=sockets, accounts=accounts)
        with process(watchers.run, crowd) as pipe:
            assert pipe.recv() == "ready"
            first = chain.slot() + 1
            met += [rated(chain, source, rate, count) for rate in RATES]
            last = chain.slot()
            pipe.send(last)
            met.append(heard_all(pipe.recv(), first, last))
        print(f"{'memory':<32}{chain.memory_mb():.0f} MB with {chain.landed():,} transactions remembered")
    return all(met)


def flat(samples: list[float], growth_mb_max: float = GROWTH_MB_MAX) -> bool:
    """Whether memory (MB, at even distances) does not grow: neither from the first to the last, nor to any between."""
    return max(samples) - samples[0] <= growth_mb_max


def remembered(source: Sender) -> bool:
    """Memory over many transactions, once the history is full."""
    with Chain("--slot-ms", "0", "--history", str(HISTORY)) as chain:
        fund(chain)
        flow(chain, source, FILL)
        samples = []
        for _ in range(STEPS):
            flow(chain, source, STEP)
            samples.append(chain.memory_mb())
    value = f"{', '.join(f'{one:.0f}' for one in samples)} MB after each {STEP:,}, {HISTORY:,} remembered"
    return line(f"memory over {STEP * STEPS:,}", value, f"grows <= {GROWTH_MB_MAX:.0f} MB", met=flat(samples))


def flow(chain: Chain, source: Sender, count: int) -> None:
    """Send in pieces, each signed on a fresh blockhash, and let all land."""
    for _ in range(0, count, PIECE):
        before = chain.landed()
        source.send(chain, PIECE, batch=BATCH, skip_preflight=True, connections=1)
        assert chain.wait_landed(before + PIECE, LAND_S_MAX), "transactions were lost"


def main(count: int) -> int:
    """Print the table; 1 if a goal was missed."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start, {count:,} transfers each")
    with process(sender.run) as pipe:
        source = Sender(pipe)
        met = [loaded(source, count), remembered(source)]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else TRANSACTIONS))
