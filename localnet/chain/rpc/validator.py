"""The methods about validators, stake, leaders and inflation. There is one validator here, and it leads every slot.

Its vote account is an address only: nobody votes, a block's commitment follows from the blocks on it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from solders.pubkey import Pubkey

from localnet.chain.bank import QUEUE_BLOCKS
from localnet.chain.errors import RpcError, invalid_params
from localnet.chain.genesis import SLOTS_PER_EPOCH
from localnet.chain.model import Block
from localnet.chain.rpc.endpoint import API_VERSION, Endpoint, require_slot, with_context
from localnet.chain.rpc.network import FEATURE_SET
from localnet.chain.rpc.params import Config, Params, pubkey
from localnet.chain.rpc.serde import U64_MAX
from localnet.chain.wire import VOTE

STAKE_LAMPORTS = 1_000_000 * 10**9
STAKE_MINIMUM_LAMPORTS = 10**9
LEADERS_MAX = 5_000
SAMPLES_MAX = 720
SAMPLE_S = 60
LOCKOUTS_MAX = 31
CREDITS_PER_BLOCK = 16
INFLATION = {"foundation": 0.0, "foundationTerm": 0.0, "initial": 0.0, "taper": 1.0, "terminal": 0.0}


def vote_account(endpoint: Endpoint) -> Pubkey:
    """The validator's vote account, derived from its identity."""
    return Pubkey.create_with_seed(endpoint.chain.bank.identity, "vote", VOTE)


def get_vote_accounts(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """The one validator, or nobody when another's vote account is asked for; nobody is ever delinquent."""
    config = params.config(0)
    wanted = config.get("votePubkey")
    key = vote_account(endpoint)
    at = endpoint.at(config.commitment())
    if wanted is not None and pubkey(wanted) != key:
        return {"current": [], "delinquent": []}
    epoch = at.slot // SLOTS_PER_EPOCH
    voted = max(at.slot - 1, 0)
    one = {
        "activatedStake": STAKE_LAMPORTS,
        "commission": 0,
        "epochCredits": [[epoch, CREDITS_PER_BLOCK * at.height, 0]] if at.height else [],
        "epochVoteAccount": True,
        "inflationRewardsCommissionBps": 0,
        "lastVote": voted,
        "nodePubkey": str(endpoint.chain.bank.identity),
        "rootSlot": max(voted - LOCKOUTS_MAX, 0),
        "votePubkey": str(key),
    }
    return {"current": [one], "delinquent": []}


def get_cluster_nodes(endpoint: Endpoint, params: Params) -> list[dict[str, Any]]:
    """The one node and where it listens; it has no gossip, so those addresses are null."""
    options = endpoint.chain.options
    absent = "gossip serveRepair shredVersion tpu tpuForwards tpuForwardsQuic tpuQuic tpuVote tvu"
    node: dict[str, Any] = {
        **dict.fromkeys(absent.split()),
        "clientId": "Agave",
        "featureSet": FEATURE_SET,
        "pubkey": str(endpoint.chain.bank.identity),
        "pubsub": _address(options.host, options.pubsub_port),
        "rpc": _address(options.host, options.rpc_port),
        "version": API_VERSION,
    }
    return [dict(sorted(node.items()))]


def _address(host: str, port: int) -> str | None:
    """host:port; null where the port was left to the system to pick."""
    return f"{host}:{port}" if port else None


def get_leader_schedule(endpoint: Endpoint, params: Params) -> dict[str, list[int]] | None:
    """Every slot of a slot's epoch is the one validator's; null for an epoch that has no schedule yet."""
    first = params.get(0)
    config = params.config(0 if isinstance(first, dict) else 1)
    identity = config.get("identity")
    mine = str(endpoint.chain.bank.identity)
    wanted = mine if identity is None else str(pubkey(identity))
    at = endpoint.at(config.commitment())
    slot = first if isinstance(first, int) else at.slot
    if not _is_scheduled(endpoint, slot // SLOTS_PER_EPOCH):
        return None
    return {mine: list(range(SLOTS_PER_EPOCH))} if wanted == mine else {}


def get_slot_leaders(endpoint: Endpoint, params: Params) -> list[str]:
    """The leaders of so many slots from a slot on."""
    first, limit = params.number(0), params.number(1)
    if limit > LEADERS_MAX:
        raise invalid_params(f"Invalid limit; max {LEADERS_MAX}")
    for epoch in range(first // SLOTS_PER_EPOCH, (first + limit - 1) // SLOTS_PER_EPOCH + 1):
        if not _is_scheduled(endpoint, epoch):
            raise invalid_params(f"Invalid slot range: leader schedule for epoch {epoch} is unavailable")
    return [str(endpoint.chain.bank.identity)] * limit


def _is_scheduled(endpoint: Endpoint, epoch: int) -> bool:
    """Schedules are known one epoch ahead of the root."""
    return epoch <= endpoint.at("finalized").slot // SLOTS_PER_EPOCH + 1


def get_block_production(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """How many slots the validator led, and how many blocks it made in them."""
    config = params.config(0)
    identity = config.get("identity")
    mine = str(endpoint.chain.bank.identity)
    wanted = mine if identity is None else str(pubkey(identity))
    at = endpoint.at(config.commitment())
    first, last = _range(config, at)
    ledger = endpoint.chain.ledger
    if first < ledger.first_slot:
        raise invalid_params(f"firstSlot, {first}, is too small; min {ledger.first_slot}")
    if last > at.slot:
        raise invalid_params(f"lastSlot, {last}, is too large; max {at.slot}")
    made = {mine: [last - first + 1, len(ledger.slots(first, last))]} if wanted == mine else {}
    return with_context(at, {"byIdentity": made, "range": {"firstSlot": first, "lastSlot": last}})


def _range(config: Config, at: Block) -> tuple[int, int]:
    """The slots of a getBlockProduction; by default the epoch so far."""
    value = config.get("range")
    if value is None:
        return at.slot - at.slot % SLOTS_PER_EPOCH, at.slot
    first, last = value["firstSlot"], value.get("lastSlot")
    last = at.slot if last is None else last
    if last < first:
        raise invalid_params(f"lastSlot, {last}, cannot be less than firstSlot, {first}")
    return first, last


def get_block_commitment(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """Stake by the number of votes on a block, the last place for what is rooted; null where that is forgotten."""
    block = endpoint.knows(params.number(0), "processed")
    stakes = None
    above = 0 if block is None else endpoint.tip.height - block.height
    if block is not None and above <= QUEUE_BLOCKS:
        stakes = [0] * (LOCKOUTS_MAX + 1)
        stakes[min(above, LOCKOUTS_MAX)] = STAKE_LAMPORTS
    return {"commitment": stakes, "totalStake": STAKE_LAMPORTS}


def get_stake_minimum_delegation(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """Lamports that a stake account must delegate at least."""
    return with_context(endpoint.context_block(params.config(0)), STAKE_MINIMUM_LAMPORTS)


def get_inflation_governor(endpoint: Endpoint, params: Params) -> dict[str, float]:
    """The rules of inflation: there is none here."""
    return dict(INFLATION)


def get_inflation_rate(endpoint: Endpoint, params: Params) -> dict[str, float]:
    """Inflation of this epoch: none."""
    epoch = endpoint.at("finalized").slot // SLOTS_PER_EPOCH
    return {"epoch": epoch, "foundation": 0.0, "total": 0.0, "validator": 0.0}


def get_inflation_reward(endpoint: Endpoint, params: Params) -> list[None]:
    """Rewards of an epoch: nobody has any; an error while the next epoch has not begun."""
    keys = [pubkey(one) for one in params.texts(0, U64_MAX)]
    config = params.config(1)
    top = endpoint.at(config.settled())
    require_slot(config, top)
    epoch = config.number("epoch")
    if epoch is None:
        epoch = max(top.slot // SLOTS_PER_EPOCH - 1, 0)
    start, first = (epoch + 1) * SLOTS_PER_EPOCH, endpoint.chain.ledger.first_slot
    if start < first:
        raise RpcError(-32001, f"Block {start} cleaned up, does not exist on node. First available block: {first}")
    if not endpoint.chain.ledger.slots(start, top.slot, 1):
        raise RpcError(-32004, f"Block not available for slot {start}")
    return [None] * len(keys)


def get_highest_snapshot_slot(endpoint: Endpoint, params: Params) -> Any:
    """Always -32008: a chain in memory makes no snapshots."""
    raise RpcError(-32008, "No snapshot")


def get_max_retransmit_slot(endpoint: Endpoint, params: Params) -> int:
    """The newest slot: whatever is made is passed on at once."""
    return endpoint.tip.slot


def get_max_shred_insert_slot(endpoint: Endpoint, params: Params) -> int:
    """The newest slot: whatever is made is stored at once."""
    return endpoint.tip.slot


def get_recent_performance_samples(endpoint: Endpoint, params: Params) -> list[dict[str, int]]:
    """Slots and transactions of each full minute of chain time since genesis, newest first."""
    limit = SAMPLES_MAX if params.get(0) is None else params.number(0)
    if limit > SAMPLES_MAX:
        raise invalid_params(f"Invalid limit; max {SAMPLES_MAX}")
    ends = _minute_ends(endpoint, limit + 1)
    return [_sample(last, before) for last, before in pairwise(ends)]


def _minute_ends(endpoint: Endpoint, most: int) -> list[Block]:
    """The last blocks of the full minutes up to now, newest first, and genesis."""
    born, found, at = endpoint.chain.options.genesis_time, [], endpoint.tip
    while at.height and len(found) < most:
        parent = endpoint.chain.ledger.block(at.parent_slot)
        if parent is None:
            return found
        if (parent.block_time - born) // SAMPLE_S < (at.block_time - born) // SAMPLE_S or not parent.height:
            found.append(parent)
        at = parent
    return found


def _sample(last: Block, before: Block) -> dict[str, int]:
    count = last.transactions_before + len(last.transactions) - before.transactions_before - len(before.transactions)
    return {
        "numNonVoteTransactions": count,
        "numSlots": last.slot - before.slot,
        "numTransactions": count,
        "samplePeriodSecs": SAMPLE_S,
        "slot": last.slot,
    }
