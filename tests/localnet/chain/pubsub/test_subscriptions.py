"""Subscriptions: what a block means to each kind, without sockets."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from solders.keypair import Keypair

from localnet.chain.errors import RpcError
from localnet.chain.node import Chain
from localnet.chain.pubsub.subscriptions import Subscriptions
from localnet.chain.rpc.params import Params
from localnet.chain.rpc.types import read_types
from localnet.chain.wire import SYSTEM
from tests.localnet.chain.people import SOL, b64, make_chain, pay

TOP = {"commitment": "processed", "encoding": "base64"}


class Ear:
    """A subscriber that keeps what it is told."""

    def __init__(self, chain: Chain) -> None:
        self.subscriptions = Subscriptions(chain)
        self.heard: list[dict[str, Any]] = []

    def on(self, method: str, *params: Any) -> int:
        """Subscribe."""
        id_ = self.subscriptions.add(method, Params(read_types(method, params)), self._hear)
        self.subscriptions.begin(id_)
        return id_

    def _hear(self, message: bytes) -> None:
        self.heard.append(msgspec.json.decode(message))

    def results(self, kind: str) -> list[Any]:
        """What was told of one kind."""
        return [one["params"]["result"] for one in self.heard if one["method"] == f"{kind}Notification"]


@pytest.fixture
def ear(chain: Chain, alice: Keypair) -> Ear:
    """A subscriber of a chain on which Alice has funds."""
    return Ear(chain)


def test_slots_and_roots(chain: Chain, ear: Ear) -> None:
    """Each slot with its parent and the root; each new root once."""
    ear.on("slotSubscribe")
    ear.on("rootSubscribe")
    chain.produce(2)
    chain.skip(3)
    chain.produce(30)
    assert ear.results("slot")[:3] == [
        {"slot": 2, "parent": 1, "root": 0},
        {"slot": 3, "parent": 2, "root": 0},
        {"slot": 7, "parent": 3, "root": 0},
    ]
    assert ear.results("root") == [1, 2]


@pytest.mark.parametrize(("commitment", "blocks"), [("processed", 1), ("confirmed", 2), ("finalized", 32)])
def test_each_kind_waits_for_its_commitment(
    chain: Chain, ear: Ear, alice: Keypair, bob: Keypair, commitment: str, blocks: int
) -> None:
    """Account, program, logs and signature tell of a payment once, with its slot, when it has the commitment."""
    wire = pay(chain, alice, bob.pubkey(), SOL)
    config = {"commitment": commitment, "encoding": "base64"}
    ear.on("accountSubscribe", str(bob.pubkey()), config)
    ear.on("programSubscribe", str(SYSTEM), {**config, "filters": [{"dataSize": 0}]})
    ear.on("logsSubscribe", {"mentions": [str(bob.pubkey())]}, config)
    ear.on("signatureSubscribe", wire.signature, config)
    chain.submit(wire)
    chain.produce(blocks - 1) if blocks > 1 else None
    before = len(ear.results("account"))
    chain.produce(2)
    assert (before, len(ear.results("account"))) == (0, 1)
    (account,) = ear.results("account")
    assert (account["context"]["slot"], account["value"]["lamports"]) == (2, SOL)
    assert {one["value"]["pubkey"] for one in ear.results("program")} >= {str(alice.pubkey()), str(bob.pubkey())}
    (logs,) = ear.results("logs")
    assert (logs["value"]["signature"], logs["value"]["err"]) == (wire.signature, None)
    assert ear.results("signature") == [{"context": {"slot": 2}, "value": {"err": None}}]


def test_signature_tells_receipt_and_past(chain: Chain, ear: Ear, alice: Keypair, bob: Keypair) -> None:
    """Receipt on demand, the result when it lands, and at once for what has landed already; then it is over."""
    wire = pay(chain, alice, bob.pubkey(), SOL)
    id_ = ear.on("signatureSubscribe", wire.signature, {**TOP, "enableReceivedNotification": True})
    chain.submit(wire)
    chain.produce()
    assert [one["value"] for one in ear.results("signature")] == ["receivedSignature", {"err": None}]
    assert ear.subscriptions.remove(id_) is False
    ear.on("signatureSubscribe", wire.signature, TOP)
    assert len(ear.results("signature")) == 3


def test_who_asks_alike_hears_alike(chain: Chain, ear: Ear, alice: Keypair, bob: Keypair) -> None:
    """Each subscription gets its own notification, with its own id, in the encoding it asked for."""
    slices = [{}, {"encoding": "base58"}, {"dataSlice": {"offset": 0, "length": 0}}, {"commitment": "confirmed"}]
    ids = [ear.on("accountSubscribe", str(bob.pubkey()), {**TOP, **one}) for one in slices]
    blocks = [ear.on("blockSubscribe", "all", {"commitment": "confirmed", "transactionDetails": "none"})] * 2
    blocks[1] = ear.on("blockSubscribe", "all", {"commitment": "confirmed", "transactionDetails": "signatures"})
    wire = pay(chain, alice, bob.pubkey(), SOL)
    chain.submit(wire)
    chain.produce()
    told = [one for one in ear.heard if one["method"] == "accountNotification"]
    assert [one["params"]["subscription"] for one in told] == ids[:3]
    assert [one["params"]["result"]["value"]["data"] for one in told] == [["", name] for name in _ENCODINGS]
    chain.produce()
    (confirmed,) = [one for one in ear.heard if one["params"]["subscription"] == ids[3]]
    assert confirmed["params"]["result"] == told[0]["params"]["result"]
    shown = {one["params"]["subscription"]: one["params"]["result"]["value"].get("block") for one in ear.heard}
    assert "signatures" not in shown[blocks[0]]
    assert shown[blocks[1]]["signatures"] == [wire.signature]


_ENCODINGS = ("base64", "base58", "base64")


def test_receipt_is_told_only_while_asked_for(chain: Chain, ear: Ear, alice: Keypair, bob: Keypair) -> None:
    """Two who wait for a receipt both hear of it; who left does not."""
    wire = pay(chain, alice, bob.pubkey(), SOL)
    asked = [{"commitment": one, "enableReceivedNotification": True} for one in ("processed", "confirmed", "finalized")]
    first, second, third = (ear.on("signatureSubscribe", wire.signature, one) for one in asked)
    assert ear.subscriptions.remove(second)
    chain.submit(wire)
    assert [one["params"]["subscription"] for one in ear.heard] == [first, third]


def test_fork_tells_the_new_blocks(chain: Chain, ear: Ear, alice: Keypair, bob: Keypair) -> None:
    """After a fork the replacing slots are told, and an account that lands again is told again."""
    ear.on("slotSubscribe")
    ear.on("accountSubscribe", str(bob.pubkey()), TOP)
    chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    chain.produce(3)
    chain.fork(3)
    assert [one["slot"] for one in ear.results("slot")] == [2, 3, 4, 2, 3, 4]
    assert [one["context"]["slot"] for one in ear.results("account")] == [2, 2]


def test_unchanged_accounts_are_silent(chain: Chain, ear: Ear, alice: Keypair, bob: Keypair) -> None:
    """A failing transaction tells of its payer, not of the account it could not change."""
    ear.on("accountSubscribe", str(bob.pubkey()), TOP)
    ear.on("accountSubscribe", str(alice.pubkey()), TOP)
    chain.submit(pay(chain, alice, bob.pubkey(), 1000 * SOL))
    chain.produce()
    assert [one["value"]["lamports"] for one in ear.results("account")] == [100 * SOL - 5_000]


def test_slots_updates(chain: Chain, ear: Ear, alice: Keypair, bob: Keypair) -> None:
    """Each step of a slot with the block's time: made at once, confirmed by the next block, rooted by 31 more."""
    ear.on("slotsUpdatesSubscribe")
    chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    chain.submit(pay(chain, alice, bob.pubkey(), 1000 * SOL))
    made = chain.produce()
    chain.produce(31)
    told = [one for one in ear.results("slotsUpdates") if one["slot"] == 2]
    assert {one["timestamp"] for one in told} == {made.block_time * 1000}
    steps = [(one["type"], sorted(set(one) - {"type", "slot", "timestamp"})) for one in told]
    assert steps == [
        ("createdBank", ["parent"]),
        ("frozen", ["stats"]),
        ("completed", []),
        ("optimisticConfirmation", []),
        ("root", []),
    ]
    assert told[0]["parent"] == 1
    assert told[1]["stats"] == {
        "maxTransactionsPerEntry": 2,
        "numFailedTransactions": 1,
        "numSuccessfulTransactions": 1,
        "numTransactionEntries": 1,
    }


def test_dead_slots(chain: Chain, ear: Ear) -> None:
    """A slot that dies is told as begun and dead, and reaches nothing; the next block has its parent."""
    ear.on("slotsUpdatesSubscribe")
    ear.on("slotSubscribe")
    first = chain.produce().slot
    chain.die(1)
    chain.produce(2)
    told = [one for one in ear.results("slotsUpdates") if one["slot"] == first + 1]
    assert [(one["type"], one.get("parent")) for one in told] == [("createdBank", first), ("dead", None)]
    assert told[1]["err"].startswith("error: ")
    steps = [(one["slot"] - first, one["parent"] - first) for one in ear.results("slot")]
    assert steps == [(0, -1), (1, 0), (2, 0), (3, 2)]


def test_blocks(chain: Chain, ear: Ear, alice: Keypair, bob: Keypair) -> None:
    """Every confirmed block as asked for; one that mentions an address has only its transactions, or is not told."""
    config = {"commitment": "confirmed", "maxSupportedTransactionVersion": 0}
    ear.on("blockSubscribe", "all", {**config, "transactionDetails": "signatures", "showRewards": True})
    ear.on("blockSubscribe", {"mentionsAccountOrProgram": str(bob.pubkey())}, config)
    first, second = pay(chain, alice, alice.pubkey(), 1), pay(chain, alice, bob.pubkey(), SOL)
    chain.submit(first)
    chain.submit(second)
    made = chain.produce()
    chain.produce(2)
    everything = [one for one in ear.results("block") if "signatures" in one["value"]["block"]]
    mentioning = [one for one in ear.results("block") if "signatures" not in one["value"]["block"]]
    assert [one["context"]["slot"] for one in everything] == [1, 2, 3][-len(everything) :]
    told = next(one["value"] for one in everything if one["value"]["slot"] == made.slot)
    assert told["block"]["signatures"] == [first.signature, second.signature]
    assert (told["err"], told["block"]["blockhash"], len(told["block"]["rewards"])) == (None, made.blockhash, 1)
    (one,) = mentioning
    (only,) = one["value"]["block"]["transactions"]
    assert only["transaction"] == [b64(second), "base64"]
    assert (only["version"], only["meta"]["rewards"], "rewards" in one["value"]["block"]) == (0, None, False)


def test_block_of_a_version_that_is_not_read(chain: Chain, ear: Ear, alice: Keypair) -> None:
    """A block with a newer version than the subscriber reads is told without its content."""
    ear.on("blockSubscribe", "all", {"commitment": "confirmed"})
    chain.submit(pay(chain, alice, alice.pubkey(), 1))
    made = chain.produce()
    chain.produce()
    value = next(one["value"] for one in ear.results("block") if one["context"]["slot"] == made.slot)
    assert value == {"slot": made.slot, "block": None, "err": {"UnsupportedTransactionVersion": 0}}


@pytest.mark.parametrize(("encoding", "data"), [("base64", ["", "base64"]), ("binary", ""), ("base58", ["", "base58"])])
def test_account_that_ends(chain: Chain, ear: Ear, alice: Keypair, bob: Keypair, encoding: str, data: object) -> None:
    """An account without lamports is told as an empty one of the system program, in the encoding asked for."""
    chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    chain.produce()
    ear.on("accountSubscribe", str(bob.pubkey()), {"commitment": "processed", "encoding": encoding})
    chain.submit(pay(chain, bob, alice.pubkey(), SOL - 5_000))
    chain.produce()
    assert [one["value"] for one in ear.results("account")] == [
        {"data": data, "executable": False, "lamports": 0, "owner": str(SYSTEM), "rentEpoch": 0, "space": 0}
    ]


@pytest.mark.parametrize(
    ("method", "params", "message"),
    [
        ("blockSubscribe", ["all", TOP], "Method does not support commitment below `confirmed`"),
        (
            "blockSubscribe",
            [{"mentionsAccountOrProgram": "abc"}],
            "Invalid Request: Invalid mentions_account_or_program provided",
        ),
        (
            "blockSubscribe",
            ["some"],
            "Invalid params: unknown variant `some`, expected `all` or `mentionsAccountOrProgram`.",
        ),
        (
            "blockSubscribe",
            [{"mentions": "abc"}],
            "Invalid params: unknown variant `mentions`, expected `all` or `mentionsAccountOrProgram`.",
        ),
        (
            "blockSubscribe",
            ["all", {"commitment": "confirmed", "maxSupportedTransactionVersion": 300}],
            "Invalid params: invalid value: integer `300`, expected u8.",
        ),
        (
            "logsSubscribe",
            ["x"],
            "Invalid params: unknown variant `x`, expected one of `all`, `allWithVotes`, `mentions`.",
        ),
        ("logsSubscribe", [5], "Invalid params: invalid type: integer `5`, expected string or map."),
        (
            "programSubscribe",
            [str(SYSTEM), {"filters": [{"dataSize": 1}] * 5}],
            "Invalid params: Too many filters provided; max 4",
        ),
        ("logsSubscribe", [{"mentions": ["abc"]}], "Invalid Request: Invalid mentions provided"),
        ("accountSubscribe", ["abc"], "Invalid Request: Invalid pubkey provided"),
        ("logsSubscribe", [{"mentions": []}], "Invalid Request: Only 1 address supported"),
        ("signatureSubscribe", ["abc"], "Invalid Request: Invalid signature provided"),
    ],
)
def test_bad_subscriptions(ear: Ear, method: str, params: list[object], message: str) -> None:
    """Agave's sentences, and nothing is subscribed."""
    with pytest.raises(RpcError) as caught:
        ear.on(method, *params)
    assert (caught.value.code, caught.value.message) == (-32602, message)


def test_subscriptions_are_bounded() -> None:
    """One too many is refused; removing one makes room."""
    ear = Ear(make_chain(subscriptions_max=3))
    first = ear.on("slotSubscribe")
    for name in ("rootSubscribe", "slotsUpdatesSubscribe"):
        ear.on(name)
    with pytest.raises(RpcError, match="limit reached"):
        ear.on("logsSubscribe", "all")
    assert ear.subscriptions.remove(first)
    ear.on("logsSubscribe", "all")


def test_the_same_again_is_the_same(chain: Chain, ear: Ear) -> None:
    """Who asks for the same twice has one id and hears once; other options and other subscribers are others."""
    program = str(SYSTEM)
    rules = {"filters": [{"dataSize": 0}]}
    first = ear.on("programSubscribe", program, {**TOP, **rules})
    assert ear.on("programSubscribe", program, {**TOP, **rules}) == first
    assert ear.on("programSubscribe", program, TOP) != first
    other = Ear(chain)
    other.on("slotSubscribe")
    ear.on("slotSubscribe")
    ear.on("slotSubscribe")
    chain.produce()
    assert (len(ear.results("slot")), len(other.results("slot"))) == (1, 1)
    assert ear.subscriptions.remove(first)
    assert ear.on("programSubscribe", program, {**TOP, **rules}) != first
