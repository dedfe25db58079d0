"""The same questions to any Solana node, and the shapes of its answers: what the embedded chain is compared by.

`python -m tests.localnet.chain.interview URL` asks a node that runs (a fresh solana-test-validator) and writes its
shapes to recorded/validator-4.2.2.json.
"""

from __future__ import annotations

import base64
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import httpx
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import Message, MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.solders import MessageV1, TransactionConfig
from solders.transaction import VersionedTransaction

from tests.localnet.chain.people import SOL, making_token, moving, person, token_account
from tests.localnet.chain.shapes import named, shape

RECORDED = Path(__file__).parent / "recorded" / "validator-4.2.2.json"
TOKEN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
WSOL = "So11111111111111111111111111111111111111112"
CLOCK = "SysvarC1ock11111111111111111111111111111111"
RENT = "SysvarRent111111111111111111111111111111111"
MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
FAR = 10**9
CONFIRMED = {"commitment": "confirmed"}
ENCODINGS = ("json", "base64", "base58")
CONFIG = TransactionConfig(priority_fee=777, compute_unit_limit=1000, loaded_accounts_data_size_limit=100_000)


class Node(Protocol):
    """Whoever is asked."""

    def post(self, body: bytes) -> Any:
        """The reply to a body, None when it is empty."""

    def settle(self, signature: str) -> None:
        """Return when a signature is confirmed."""


class Interview:
    """One run of all questions: `answers` is name -> shape."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.answers: dict[str, Any] = {}
        self.payer, self.other = person("interviewer"), person("interviewed")
        self.me = str(self.payer.pubkey())
        self.sent: dict[str, str] = {}
        self.slot = 0

    def run(self) -> dict[str, Any]:
        """Ask everything; the shapes by name."""
        parts = (self._network, self._send, self._found, self._blocks, self._accounts, self._parsed)
        for part in (*parts, self._validators, self._stake, self._bad, self._envelopes):
            part()
        return self.answers

    def ask(self, name: str, method: str, *params: Any) -> Any:
        """Ask one question and keep the shape of the reply under its name."""
        assert name not in self.answers, name
        reply = self._call(method, params)
        self.answers[name] = shape(reply)
        return reply.get("result")

    def _call(self, method: str, params: Sequence[Any]) -> Any:
        return self.node.post(
            json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}).encode()
        )

    def _blockhash(self) -> Hash:
        value = self._call("getLatestBlockhash", [CONFIRMED])["result"]["value"]
        return Hash.from_string(value["blockhash"])

    def _network(self) -> None:
        plain = (
            "getHealth getVersion getGenesisHash getIdentity getSlot getBlockHeight getEpochInfo getEpochSchedule "
            "getLatestBlockhash getFirstAvailableBlock minimumLedgerSlot getSlotLeader getTransactionCount"
        )
        for method in plain.split():
            self.ask(method, method)
        self.ask("supply", "getSupply", {"excludeNonCirculatingAccountsList": True})
        self.ask("rent", "getMinimumBalanceForRentExemption", 165)
        self.ask("slot unknown commitment", "getSlot", {"commitment": "recent"})
        self.ask("slot far", "getSlot", {"minContextSlot": FAR})
        self.ask("blockhash valid", "isBlockhashValid", str(self._blockhash()), CONFIRMED)
        self.ask("blockhash unknown", "isBlockhashValid", str(Hash.new_unique()))
        self.ask("blockhash bad", "isBlockhashValid", "abc")
        self.node.settle(self.ask("airdrop", "requestAirdrop", self.me, 100 * SOL))

    def _validators(self) -> None:
        me, far = self.me, {"firstSlot": 0, "lastSlot": FAR}
        plain = (
            "getVoteAccounts getInflationGovernor getInflationRate getMaxRetransmitSlot getMaxShredInsertSlot "
            "getStakeMinimumDelegation getLargestAccounts getHighestSnapshotSlot"
        )
        for method in plain.split():
            self.ask(method, method)
        for name, (method, *params) in {
            "vote account of a wallet": ("getVoteAccounts", {"votePubkey": me}),
            "vote account bad": ("getVoteAccounts", {"votePubkey": "abc"}),
            "vote accounts number": ("getVoteAccounts", 5),
            "schedule of a wallet": ("getLeaderSchedule", {"identity": me}),
            "schedule of a wallet at a slot": ("getLeaderSchedule", 0, {"identity": me}),
            "schedule far": ("getLeaderSchedule", FAR),
            "schedule bad": ("getLeaderSchedule", "x"),
            "schedule bad identity": ("getLeaderSchedule", {"identity": "abc"}),
            "leaders": ("getSlotLeaders", 0, 2),
            "leaders none": ("getSlotLeaders", 0, 0),
            "leaders many": ("getSlotLeaders", 0, 5001),
            "leaders far": ("getSlotLeaders", FAR, 1),
            "leaders missing": ("getSlotLeaders", 0),
            "production of a wallet": ("getBlockProduction", {"identity": me}),
            "production backwards": ("getBlockProduction", {"range": {"firstSlot": 3, "lastSlot": 2}}),
            "production far": ("getBlockProduction", {"range": far}),
            "production without start": ("getBlockProduction", {"range": {"lastSlot": 9}}),
            "production bad": ("getBlockProduction", {"range": 5}),
        }.items():
            self.ask(name, method, *params)

    def _stake(self) -> None:
        me = self.me
        for name, (method, *params) in {
            "commitment": ("getBlockCommitment", 1),
            "commitment missing": ("getBlockCommitment",),
            "commitment too many": ("getBlockCommitment", 1, 2),
            "commitment far": ("getBlockCommitment", FAR),
            "commitment bad": ("getBlockCommitment", "x"),
            "inflation reward": ("getInflationReward", [me]),
            "inflation reward bad": ("getInflationReward", ["abc"]),
            "inflation reward missing": ("getInflationReward",),
            "inflation reward processed": ("getInflationReward", [me], {"commitment": "processed"}),
            "samples none": ("getRecentPerformanceSamples", 0),
            "samples many": ("getRecentPerformanceSamples", 721),
            "samples bad": ("getRecentPerformanceSamples", "x"),
            "largest locked": ("getLargestAccounts", {"filter": "nonCirculating"}),
            "largest bad": ("getLargestAccounts", {"filter": "rich"}),
            "rate too many": ("getInflationRate", 1, "x", None, True, [{"a": 2}]),
            "stake far": ("getStakeMinimumDelegation", {"minContextSlot": FAR}),
        }.items():
            self.ask(name, method, *params)

    def _parsed(self) -> None:
        """A token is made and a memo left: the instructions by name, and the accounts."""
        mint, payer = person("interviewed mint"), self.payer.pubkey()
        key, holder = str(mint.pubkey()), str(token_account(payer, mint.pubkey()))
        memo = Instruction(MEMO, b"hello", [AccountMeta(payer, True, False)])
        made = [*making_token(self.payer, mint), memo]
        message = MessageV0.try_compile(payer, made, [], self._blockhash())
        text = b64(VersionedTransaction(message, [self.payer, mint]))
        look = {**CONFIRMED, "encoding": "base64"}
        shown = self.ask("simulate token", "simulateTransaction", text, {**look, "innerInstructions": True})
        self.answers["simulated by name"] = named(shown["value"]["innerInstructions"][0]["instructions"])
        signature = self.ask("send token", "sendTransaction", text, {**look, "preflightCommitment": "confirmed"})
        self.node.settle(signature)
        config = {**CONFIRMED, "encoding": "jsonParsed", "maxSupportedTransactionVersion": 0}
        found = self.ask("transaction token", "getTransaction", signature, config)
        self.answers["outer by name"] = named(found["transaction"]["message"]["instructions"])
        self.answers["inner by name"] = named(found["meta"]["innerInstructions"][0]["instructions"])
        for name, account in {"mint": key, "token account": holder, "clock": CLOCK, "rent": RENT}.items():
            self.ask(f"parsed {name}", "getAccountInfo", account, config)
        self.ask("largest of token", "getTokenLargestAccounts", key, CONFIRMED)
        self.ask("largest of wallet", "getTokenLargestAccounts", self.me, CONFIRMED)
        self.ask("largest of none", "getTokenLargestAccounts", str(Keypair().pubkey()))
        for name, wanted in {"mint": {"mint": key}, "bad mint": {"mint": self.me}, "nothing": {}}.items():
            self.ask(f"delegated {name}", "getTokenAccountsByDelegate", self.me, wanted, config)

    def _send(self) -> None:
        asked = [set_compute_unit_limit(1000), set_compute_unit_price(1000)]
        move = moving(self.payer.pubkey(), self.other.pubkey(), SOL)
        made: dict[str, Callable[[Hash], Message | MessageV0 | MessageV1]] = {
            "legacy": lambda at: Message.new_with_blockhash([move, *asked], self.payer.pubkey(), at),
            "0": lambda at: MessageV0.try_compile(self.payer.pubkey(), [move], [], at),
            "1": lambda at: MessageV1.try_compile(self.payer.pubkey(), [move], at, CONFIG),
        }
        for name, compose in made.items():
            message = compose(self._blockhash())
            text = b64(VersionedTransaction(message, [self.payer]))
            look = {
                **CONFIRMED,
                "encoding": "base64",
                "innerInstructions": True,
                "accounts": {"encoding": "base64", "addresses": [self.me]},
            }
            self.ask(f"simulate {name}", "simulateTransaction", text, look)
            send = {"encoding": "base64", "preflightCommitment": "confirmed"}
            self.sent[name] = self.ask(f"send {name}", "sendTransaction", text, send)
            self.node.settle(self.sent[name])
            self.ask(f"send {name} again", "sendTransaction", text, send)
            packed = base64.b64encode(bytes(to_bytes_versioned(message))).decode()
            self.ask(f"fee {name}", "getFeeForMessage", packed, CONFIRMED)

    def _found(self) -> None:
        for name, signature in self.sent.items():
            for encoding in ENCODINGS:
                config = {**CONFIRMED, "encoding": encoding, "maxSupportedTransactionVersion": 1}
                found = self.ask(f"transaction {name} {encoding}", "getTransaction", signature, config)
                self.slot = found["slot"]
            self.ask(f"transaction {name} of no version", "getTransaction", signature, CONFIRMED)
        one = self.sent["0"]
        self.ask("transaction processed", "getTransaction", one, {"commitment": "processed"})
        self.ask("transaction not final", "getTransaction", one)
        self.ask("transaction bad", "getTransaction", "abc")
        self.ask("transaction unknown", "getTransaction", str(self.payer.sign_message(b"x")))
        self.ask("statuses", "getSignatureStatuses", [one, str(self.payer.sign_message(b"x"))])
        self.ask("statuses bad", "getSignatureStatuses", ["abc"])
        self.ask("statuses many", "getSignatureStatuses", [one] * 257)
        for name, config in {
            "": CONFIRMED,
            " before": {**CONFIRMED, "before": one, "limit": 1},
            " until": {**CONFIRMED, "until": one},
            " processed": {"commitment": "processed"},
            " many": {"limit": 1001},
            " none": {"limit": 0},
            " bad": {"before": "abc"},
            " far": {"minContextSlot": FAR},
        }.items():
            self.ask(f"signatures{name}", "getSignaturesForAddress", self.me, config)

    def _blocks(self) -> None:
        for details in ("signatures", "none"):
            config = {**CONFIRMED, "transactionDetails": details, "maxSupportedTransactionVersion": 1}
            self.ask(f"block {details}", "getBlock", self.slot, config)
        for name, params in {
            "of no version": [self.slot, CONFIRMED],
            "of version 0": [self.slot, {**CONFIRMED, "maxSupportedTransactionVersion": 0}],
            "processed": [self.slot, {"commitment": "processed"}],
            "not final": [self.slot],
            "future": [FAR],
            "genesis": [0],
            "genesis without rewards": [0, {**CONFIRMED, "rewards": False}],
            "bad": ["x"],
            "bad encoding": [1, {"encoding": "foo"}],
            "missing": [],
        }.items():
            self.ask(f"block {name}", "getBlock", *params)
        self.ask("blocks", "getBlocks", 0, 3, CONFIRMED)
        self.ask("blocks processed", "getBlocks", 1, 3, {"commitment": "processed"})
        self.ask("blocks backwards", "getBlocks", 5, 2)
        self.ask("blocks limit", "getBlocksWithLimit", 0, 5, CONFIRMED)
        self.ask("blocks limit long", "getBlocksWithLimit", 1, 600_000)
        self.ask("time", "getBlockTime", self.slot)
        self.ask("time genesis", "getBlockTime", 0)
        self.ask("time future", "getBlockTime", FAR)

    def _accounts(self) -> None:
        for encoding in ("base58", "base64", "base64+zstd", "jsonParsed", "json", "foo"):
            self.ask(f"account {encoding}", "getAccountInfo", self.me, {**CONFIRMED, "encoding": encoding})
        for name, params in {
            "default": [self.me, CONFIRMED],
            "absent": [str(Keypair().pubkey())],
            "bad": ["abc"],
            "bad letters": ["0OIl"],
            "missing": [],
            "number": [5],
            "number config": [self.me, 5],
            "too many": [self.me, {}, "x"],
            "far": [self.me, {"minContextSlot": FAR}],
            "program": [TOKEN, {"encoding": "base64"}],
            "mint parsed": [WSOL, {"encoding": "jsonParsed"}],
        }.items():
            self.ask(f"account {name}", "getAccountInfo", *params)
        self.ask("accounts", "getMultipleAccounts", [self.me, str(Keypair().pubkey())], CONFIRMED)
        self.ask("accounts many", "getMultipleAccounts", [self.me] * 101)
        self.ask("accounts bad", "getMultipleAccounts", ["abc"])
        self.ask("balance", "getBalance", self.me, CONFIRMED)
        wrong = {"many": [{"dataSize": 1}] * 5, "unknown": [{"foo": 1}], "none": [{"dataSize": 7}]}
        for name, filters in wrong.items():
            self.ask(f"program filters {name}", "getProgramAccounts", TOKEN, {"filters": filters})
        self.ask("token balance of none", "getTokenAccountBalance", str(Keypair().pubkey()))
        self.ask("token balance of wallet", "getTokenAccountBalance", self.me, CONFIRMED)
        self.ask("token supply", "getTokenSupply", WSOL)
        self.ask("token supply of wallet", "getTokenSupply", self.me, CONFIRMED)
        for name, wanted in {
            "none": {"mint": WSOL},
            "bad mint": {"mint": self.me},
            "bad program": {"programId": self.me},
            "nothing": {},
        }.items():
            self.ask(f"token accounts {name}", "getTokenAccountsByOwner", self.me, wanted, {"encoding": "jsonParsed"})

    def _bad(self) -> None:
        for name, params in {
            "short": ["AAAA", {"encoding": "base64"}],
            "base64": ["!!", {"encoding": "base64"}],
            "long": ["A" * 4000, {"encoding": "base64"}],
            "encoding": ["AAAA", {"encoding": "json"}],
            "missing": [],
        }.items():
            self.ask(f"send bad {name}", "sendTransaction", *params)
        payer, other = self.payer.pubkey(), self.other.pubkey()
        stale = self._signed([moving(payer, other, SOL)], Hash.new_unique())
        poor = self._signed([moving(payer, other, 10**15)], self._blockhash())
        lost = self._signed([Instruction(person("nobody").pubkey(), b"", [])], self._blockhash())
        forged = b64(VersionedTransaction.populate(_message(poor), [self.other.sign_message(b"z")]))
        options = {"encoding": "base64", "preflightCommitment": "confirmed"}
        for name, text in {"stale": stale, "poor": poor, "lost": lost, "forged": forged}.items():
            self.ask(f"send {name}", "sendTransaction", text, options)
        for name, config in {
            "stale": {},
            "fresh": {"replaceRecentBlockhash": True},
            "both": {"replaceRecentBlockhash": True, "sigVerify": True},
        }.items():
            self.ask(f"simulate {name}", "simulateTransaction", stale, {**CONFIRMED, "encoding": "base64", **config})
        self.ask("simulate poor", "simulateTransaction", poor, {**CONFIRMED, "encoding": "base64"})
        for name, text in {"poor": poor, "lost": lost}.items():
            signature = self.ask(f"send {name} anyway", "sendTransaction", text, {**options, "skipPreflight": True})
            self.node.settle(signature)
            config = {**CONFIRMED, "maxSupportedTransactionVersion": 0}
            self.ask(f"transaction {name}", "getTransaction", signature, config)
        self.ask("airdrop bad", "requestAirdrop", "abc", 1)
        self.ask("airdrop missing", "requestAirdrop", self.me)
        self.ask("fee bad", "getFeeForMessage", "abc")
        self.ask("fees many", "getRecentPrioritizationFees", [self.me] * 129)
        self.ask("fees", "getRecentPrioritizationFees", [self.me])
        self.ask("nothing", "getNothing")

    def _signed(self, instructions: list[Instruction], blockhash: Hash) -> str:
        message = MessageV0.try_compile(self.payer.pubkey(), instructions, [], blockhash)
        return b64(VersionedTransaction(message, [self.payer]))

    def _envelopes(self) -> None:
        good = '{"jsonrpc":"2.0","id":1,"method":"getSlot"}'
        for name, body in {
            "garbage": "xx",
            "empty": "",
            "number": "5",
            "empty batch": "[]",
            "batch": f"[{good},{good}]",
            "batch with a number": f"[{good},5]",
            "no version": '{"id":1,"method":"getSlot"}',
            "no id": '{"jsonrpc":"2.0","method":"getSlot"}',
            "no method": '{"jsonrpc":"2.0","id":1}',
            "method number": '{"jsonrpc":"2.0","id":1,"method":5}',
            "params object": '{"jsonrpc":"2.0","id":1,"method":"getSlot","params":{}}',
            "params number": '{"jsonrpc":"2.0","id":1,"method":"getSlot","params":5}',
            "params null": '{"jsonrpc":"2.0","id":1,"method":"getSlot","params":null}',
            "id null": '{"jsonrpc":"2.0","id":null,"method":"getSlot"}',
        }.items():
            self.answers[f"envelope {name}"] = shape(self.node.post(body.encode()))


def b64(transaction: VersionedTransaction) -> str:
    """A transaction in base64."""
    return base64.b64encode(bytes(transaction)).decode()


def _message(text: str) -> Message | MessageV0 | MessageV1:
    return VersionedTransaction.from_bytes(base64.b64decode(text)).message


class HttpNode:
    """A node behind a URL."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=30)

    def post(self, body: bytes) -> Any:
        """The reply to a body."""
        reply = self._client.post("/", content=body, headers={"content-type": "application/json"})
        return reply.json() if reply.content else None

    def settle(self, signature: str) -> None:
        """Look until it is confirmed."""
        call = {"jsonrpc": "2.0", "id": 1, "method": "getSignatureStatuses", "params": [[signature]]}
        for _ in range(600):
            (status,) = self.post(json.dumps(call).encode())["result"]["value"]
            if status and status["confirmationStatus"] in ("confirmed", "finalized"):
                return
            time.sleep(0.1)
        raise TimeoutError(signature)


if __name__ == "__main__":
    found = Interview(HttpNode(sys.argv[1])).run()
    RECORDED.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    print(f"{len(found)} answers recorded")
