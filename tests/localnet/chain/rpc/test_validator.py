"""Validators, stake, leaders, inflation and samples of a chain of one validator."""

from __future__ import annotations

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from localnet.chain.genesis import SLOTS_PER_EPOCH
from localnet.chain.node import Chain
from localnet.chain.rpc.validator import LEADERS_MAX, STAKE_LAMPORTS, vote_account
from tests.localnet.chain.people import SOL, Client, make_chain, pay, person

TOP = {"commitment": "processed"}
STRANGER = str(person("stranger").pubkey())


@pytest.fixture
def identity(chain: Chain) -> str:
    """The validator's key."""
    return str(chain.bank.identity)


def test_vote_accounts(chain: Chain, client: Client, identity: str) -> None:
    """The one validator, with what it has earned; asked for another's vote account there is nobody."""
    chain.produce(40)
    answer = client.ask("getVoteAccounts", TOP)
    vote = str(vote_account(client.endpoint))
    (one,) = answer["current"]
    assert answer["delinquent"] == []
    assert (one["votePubkey"], one["nodePubkey"], one["activatedStake"]) == (vote, identity, STAKE_LAMPORTS)
    assert (one["lastVote"], one["rootSlot"], one["epochCredits"]) == (39, 8, [[0, 640, 0]])
    assert client.ask("getVoteAccounts", {"votePubkey": vote})["current"] != []
    assert client.ask("getVoteAccounts", {"votePubkey": STRANGER}) == {"current": [], "delinquent": []}
    assert client.error("getVoteAccounts", {"votePubkey": "abc"}) == (-32602, "Invalid param: WrongSize")


def test_cluster_nodes(identity: str) -> None:
    """One node, where it listens; a port that the system picks is not known here."""
    (one,) = Client(make_chain(rpc_port=7, pubsub_port=0)).ask("getClusterNodes")
    assert (one["pubkey"], one["rpc"], one["pubsub"], one["version"]) == (identity, "127.0.0.1:7", None, "4.2.2")
    assert one["gossip"] is one["tpu"] is None


def test_leader_schedule(client: Client, identity: str) -> None:
    """All slots of an epoch are the one validator's; epochs after the next have no schedule, strangers no slots."""
    everything = list(range(SLOTS_PER_EPOCH))
    assert client.ask("getLeaderSchedule") == {identity: everything}
    assert client.ask("getLeaderSchedule", SLOTS_PER_EPOCH, {"identity": identity}) == {identity: everything}
    assert client.ask("getLeaderSchedule", {"identity": STRANGER}) == {}
    assert client.ask("getLeaderSchedule", None, {"identity": STRANGER}) == {}
    assert client.ask("getLeaderSchedule", 2 * SLOTS_PER_EPOCH) is None
    assert client.error("getLeaderSchedule", "x") == (
        -32602,
        "Invalid params: data did not match any variant of untagged enum RpcLeaderScheduleConfigWrapper.",
    )


def test_slot_leaders(client: Client, identity: str) -> None:
    """As many as asked for, from any slot whose schedule is known."""
    assert client.ask("getSlotLeaders", 5, 3) == [identity] * 3
    assert client.ask("getSlotLeaders", 0, 0) == []
    assert client.error("getSlotLeaders", 0, LEADERS_MAX + 1) == (-32602, "Invalid limit; max 5000")
    assert client.error("getSlotLeaders", 2 * SLOTS_PER_EPOCH - 1, 2) == (
        -32602,
        "Invalid slot range: leader schedule for epoch 2 is unavailable",
    )


def test_block_production(chain: Chain, client: Client, identity: str) -> None:
    """Slots led and blocks made in them: a skipped slot is led and not made."""
    chain.produce(2)
    chain.skip(3)
    chain.produce()

    def ask(**config: object) -> object:
        return client.ask("getBlockProduction", {**TOP, **config})["value"]

    assert ask() == {"byIdentity": {identity: [7, 4]}, "range": {"firstSlot": 0, "lastSlot": 6}}
    assert ask(range={"firstSlot": 3}, identity=identity) == {
        "byIdentity": {identity: [4, 1]},
        "range": {"firstSlot": 3, "lastSlot": 6},
    }
    assert ask(identity=STRANGER) == {"byIdentity": {}, "range": {"firstSlot": 0, "lastSlot": 6}}


@pytest.mark.parametrize(
    ("span", "message"),
    [
        ({"firstSlot": 3, "lastSlot": 2}, "lastSlot, 2, cannot be less than firstSlot, 3"),
        ({"firstSlot": 0, "lastSlot": 9}, "lastSlot, 9, is too large; max 0"),
        ({"lastSlot": 9}, "Invalid params: missing field `firstSlot`."),
    ],
)
def test_bad_ranges(client: Client, span: dict[str, int], message: str) -> None:
    """A range that is backwards, in the future or without a start is refused."""
    assert client.error("getBlockProduction", {"range": span}) == (-32602, message)


def test_block_commitment(chain: Chain, client: Client) -> None:
    """All stake moves one place further with each block on top, and stays in the last; unknown slots have none."""
    chain.produce(40)
    for slot, place in ((40, 0), (38, 2), (9, 31), (1, 31)):
        stakes = client.ask("getBlockCommitment", slot)["commitment"]
        assert (stakes[place], sum(stakes), len(stakes)) == (STAKE_LAMPORTS, STAKE_LAMPORTS, 32)
    assert client.ask("getBlockCommitment", 41) == {"commitment": None, "totalStake": STAKE_LAMPORTS}
    chain.produce(301)
    assert client.ask("getBlockCommitment", 40)["commitment"] is None


def test_inflation(client: Client) -> None:
    """There is none, and rewards of an epoch can be asked for only once the next has begun."""
    assert set(client.ask("getInflationGovernor")) == {"foundation", "foundationTerm", "initial", "taper", "terminal"}
    assert client.ask("getInflationRate") == {"epoch": 0, "foundation": 0.0, "total": 0.0, "validator": 0.0}
    assert client.error("getInflationReward", [STRANGER]) == (-32004, "Block not available for slot 432000")
    assert client.error("getInflationReward", ["abc"]) == (-32602, "Invalid param: WrongSize")


def test_inflation_reward_of_a_past_epoch(chain: Chain, client: Client) -> None:
    """Nobody got any."""
    chain.skip(SLOTS_PER_EPOCH)
    chain.produce(2)
    assert client.ask("getInflationReward", [STRANGER] * 2, {"commitment": "confirmed"}) == [None, None]


def test_small_facts(chain: Chain, client: Client) -> None:
    """The newest slot is retransmitted and stored; a SOL of stake is the least; there is no snapshot."""
    chain.produce(3)
    assert client.ask("getMaxRetransmitSlot") == client.ask("getMaxShredInsertSlot") == 3
    assert client.ask("getStakeMinimumDelegation", TOP) == {
        "context": {"apiVersion": "4.2.2", "slot": 3},
        "value": 10**9,
    }
    assert client.error("getHighestSnapshotSlot") == (-32008, "No snapshot")


def test_performance_samples(chain: Chain, client: Client, alice: Keypair) -> None:
    """One a full minute of chain time, newest first, that add up to the chain so far."""
    assert client.ask("getRecentPerformanceSamples") == []
    for _ in range(3):
        chain.submit(pay(chain, alice, Pubkey.default(), SOL))
        chain.produce(150)
    newest, last, first = client.ask("getRecentPerformanceSamples")
    assert (first["slot"], first["numSlots"], first["numTransactions"]) == (149, 149, 2)
    assert (last["slot"], last["numSlots"], last["numNonVoteTransactions"]) == (299, 150, 1)
    assert last["samplePeriodSecs"] == 60
    assert client.ask("getRecentPerformanceSamples", 1) == [newest]
    assert client.ask("getRecentPerformanceSamples", 0) == []
    assert client.error("getRecentPerformanceSamples", 721) == (-32602, "Invalid limit; max 720")
