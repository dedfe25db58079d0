"""Asking: one node, its people, what is known of it, and the shape of each answer by the question's name."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import Message, MessageV0
from solders.solders import MessageV1
from solders.transaction import VersionedTransaction

from tests.localnet.chain.people import person
from tests.localnet.chain.shapes import shape

# A question: the method, then its parameters, facts among them by their name.
Question = tuple[Any, ...]
FAR = 10**9
# Calls of one body; a validator takes 50 kB.
BATCH = 40
PROCESSED = {"commitment": "processed"}
CONFIRMED = {"commitment": "confirmed"}
FINALIZED = {"commitment": "finalized"}
TOKEN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
TOKEN_2022 = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"
SYSTEM = "11111111111111111111111111111111"
WSOL = "So11111111111111111111111111111111111111112"
CLOCK = "SysvarC1ock11111111111111111111111111111111"
RENT = "SysvarRent111111111111111111111111111111111"


class Fact(str):
    """A parameter that is known only once the node was looked at, by its name."""


ME, OTHER, NOBODY, MINT, HOLDER = Fact("me"), Fact("other"), Fact("nobody"), Fact("mint"), Fact("holder")
BLOCKHASH, SLOT, SKIPPED, IDENTITY, VOTE = (
    Fact("blockhash"),
    Fact("slot"),
    Fact("skipped"),
    Fact("identity"),
    Fact("vote"),
)
LEGACY, ZERO, ONE, FAILED, UNKNOWN = Fact("legacy"), Fact("0"), Fact("1"), Fact("failed"), Fact("unknown")
MINTED, RECENT = Fact("minted"), Fact("recent")


class Node(Protocol):
    """Whoever is asked."""

    def post(self, body: bytes) -> Any:
        """The reply to a body, None when it is empty."""

    def settle(self, signature: str, commitment: str) -> None:
        """Return when a signature is confirmed, or finalized."""

    def skipped(self) -> int:
        """A slot below the root that has no block."""
        ...


class Interview:
    """One run of all questions: `answers` is name -> shape. `seed` makes people of its own."""

    def __init__(self, node: Node, seed: str = "interview") -> None:
        self.node = node
        self.payer, self.other, self.mint = (person(f"{seed} {name}") for name in ("payer", "other", "mint"))
        self.answers: dict[str, Any] = {}
        self.asked: dict[str, Question] = {}
        self.facts: dict[str, Any] = {
            "me": str(self.payer.pubkey()),
            "other": str(self.other.pubkey()),
            "mint": str(self.mint.pubkey()),
            "nobody": str(Keypair().pubkey()),
            "unknown": str(self.payer.sign_message(b"never sent")),
        }

    def table(self, questions: Mapping[str, Question], prefix: str = "") -> None:
        """Ask a table of questions, in batches."""
        names = list(questions)
        for start in range(0, len(names), BATCH):
            asked = names[start : start + BATCH]
            bodies = [
                {"jsonrpc": "2.0", "id": at, "method": questions[name][0], "params": self.filled(questions[name][1:])}
                for at, name in enumerate(asked)
            ]
            replies = self.node.post(json.dumps(bodies).encode())
            assert [reply["id"] for reply in replies] == list(range(len(asked))), replies
            for name, reply in zip(asked, replies, strict=True):
                self.keep(f"{prefix}{name}", reply, questions[name])

    def ask(self, name: str, method: str, *params: Any) -> Any:
        """Ask one question and keep the shape of the reply under its name; the result, None where it is an error."""
        return self.keep(name, self.call(method, *params), (method, *params)).get("result")

    def keep(self, name: str, reply: Any, question: Question) -> Any:
        """Keep the shape of a reply to a question."""
        assert name not in self.answers, name
        self.answers[name] = shape(reply)
        self.asked[name] = question
        return reply

    def call(self, method: str, *params: Any) -> Any:
        """The whole reply to a question that is none of the interview's."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": self.filled(params)}
        return self.node.post(json.dumps(body).encode())

    def filled(self, value: Any) -> Any:
        """Parameters with their facts."""
        match value:
            case Fact():
                return self.facts[value]
            case dict():
                return {key: self.filled(one) for key, one in value.items()}
            case list() | tuple():
                return [self.filled(one) for one in value]
            case _:
                return value

    def send(self, transaction: VersionedTransaction, **options: Any) -> str:
        """Have a transaction land, confirmed; its signature."""
        config = {"encoding": "base64", "preflightCommitment": "confirmed", **options}
        reply = self.call("sendTransaction", b64(transaction), config)
        assert "result" in reply, reply
        self.node.settle(reply["result"], "confirmed")
        return reply["result"]

    def blockhash(self) -> Hash:
        """A blockhash that is good for now."""
        value = self.call("getLatestBlockhash", CONFIRMED)["result"]["value"]
        return Hash.from_string(value["blockhash"])

    def require_fresh(self, blockhash: Hash) -> None:
        """TimeoutError when a blockhash is over: answers given so late tell of its age, not of the node."""
        if not self.call("isBlockhashValid", str(blockhash), CONFIRMED)["result"]["value"]:
            raise TimeoutError(f"{blockhash} was over before all was asked")

    def signed(
        self, instructions: Sequence[Instruction], blockhash: Hash | None = None, *signers: Keypair
    ) -> VersionedTransaction:
        """A version 0 transaction of the payer."""
        recent = blockhash or self.blockhash()
        message = MessageV0.try_compile(self.payer.pubkey(), instructions, [], recent)
        return VersionedTransaction(message, [self.payer, *signers])


def b64(transaction: VersionedTransaction) -> str:
    """A transaction in base64."""
    return base64.b64encode(bytes(transaction)).decode()


AnyMessage = Message | MessageV0 | MessageV1
