"""The methods only this chain has: its clock, its blocks, its faults."""

from __future__ import annotations

from typing import Any

from localnet.chain.errors import BadFault, ForkTooDeep, invalid_params
from localnet.chain.faults.act import apply
from localnet.chain.faults.model import read
from localnet.chain.faults.script import parse
from localnet.chain.rpc.endpoint import Endpoint
from localnet.chain.rpc.params import Params
from localnet.chain.rpc.serde import u64

BLOCKS_MAX = 10_000
SKIPPED_MAX = 100_000_000
# The end of the year 9999: later times overflow what clients read them into.
TIME_MAX = 253_402_300_799


def advance_clock(endpoint: Endpoint, params: Params) -> dict[str, int]:
    """`{to}`: from the next block on, block time is at least `to`; it never goes back, slots do not jump."""
    to = _field(params, "to")
    if to > TIME_MAX:
        raise invalid_params(f"to must be at most {TIME_MAX}")
    return {"nextBlockTime": endpoint.chain.advance_clock(to)}


def advance(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """`{slots, seconds | to, skip}`: slots pass at once, and the clock moves on; says where the chain is then.

    `slots` (1 unless given, 0 moves the clock of the next block) each get a block, or none but the last with `skip`.
    The newest block's time is then at least `to`, or `seconds` after what it was before.
    """
    value, chain = params.get(0), endpoint.chain
    if not isinstance(value, dict) or not value.keys() <= {"slots", "seconds", "to", "skip"}:
        raise invalid_params("an object of slots, seconds or to, and skip is wanted")
    skip, slots = value.get("skip", False), u64(value.get("slots", 1))
    if not isinstance(skip, bool) or {"seconds", "to"} <= value.keys():
        raise invalid_params("skip is true or false, and of seconds and to there is one")
    most = SKIPPED_MAX if skip else BLOCKS_MAX
    to = u64(value["to"]) if "to" in value else chain.tip.block_time + u64(value.get("seconds", 0))
    if slots > most or to > TIME_MAX:
        raise invalid_params(f"slots must be at most {most}, and the time {TIME_MAX}")
    block = chain.advance(slots, to=to, skip=skip)
    now = {"slot": block.slot, "blockHeight": block.height, "blockTime": block.block_time}
    return {**now, "nextBlockTime": chain.time_of(chain.next_slot)}


def produce_blocks(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """`{count}`: make blocks now, also while stalled."""
    count = _field(params, "count")
    if not 0 < count <= BLOCKS_MAX:
        raise invalid_params(f"count must be 1 to {BLOCKS_MAX}")
    block = endpoint.chain.produce(count)
    return {"slot": block.slot, "blockHeight": block.height, "blockTime": block.block_time}


def fault(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """`{kind, ...}`: misbehave at once; or lines of `localnet.chain.faults.script`: misbehave when they say so."""
    value, director, reach = params.get(0), endpoint.chain.director, endpoint.chain.reach
    try:
        if isinstance(value, str):
            lines = parse(value)
            if reach is not None:
                reach.check_lines(lines)
            refused = director.take(lines)
            if refused:
                raise invalid_params("; ".join(refused))
        else:
            one = read(value)
            if reach is not None:
                reach.check(one)
            apply(endpoint.chain, one)
    except (BadFault, ForkTooDeep) as error:
        raise invalid_params(str(error)) from error
    return {"slot": endpoint.chain.tip.slot, "waiting": director.waiting, "refused": list(director.refused)}


def _field(params: Params, name: str) -> int:
    value = params.get(0)
    if isinstance(value, dict):
        value = value.get(name)
    return u64(value)
