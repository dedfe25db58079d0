"""What is heard of a node: every subscription with its options, and bad requests on a WebSocket.

A subscription is compared by the kinds of notifications it tells, not by their number: a real validator that is
short of time leaves some out, and what is needed is done again until each was heard.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from tests.localnet.chain.interview.about_accounts import OF_MINT, SLICE
from tests.localnet.chain.interview.about_socket import BAD_ENDS, MESSAGES, REFUSED, SUBSCRIPTIONS
from tests.localnet.chain.interview.ear import Ear
from tests.localnet.chain.interview.node import HttpNode
from tests.localnet.chain.interview.talk import (
    CONFIRMED,
    FINALIZED,
    HOLDER,
    ME,
    MINT,
    OTHER,
    PROCESSED,
    SYSTEM,
    TOKEN,
    Interview,
    Question,
    b64,
)
from tests.localnet.chain.people import moving, person
from tests.localnet.chain.shapes import shape

T = TypeVar("T")
ROUNDS_MAX = 8
# Slots after the last transaction that must be rooted before nothing more is expected of it.
AFTER_SLOTS = 2
WATCHED_SLOTS = 8
ENCODINGS = ("base58", "base64", "base64+zstd", "jsonParsed")
COMMITMENTS: dict[str, Any] = {"processed": PROCESSED, "confirmed": CONFIRMED, "finalized": FINALIZED, "default": {}}
READS_ALL = {"maxSupportedTransactionVersion": 1}
WHO = {"mentionsAccountOrProgram": ME}

# name -> (how many kinds of notifications come at least, the subscription)
ACCOUNTS: dict[str, tuple[int, Question]] = {
    **{f"account {name}": (1, ("accountSubscribe", OTHER, config)) for name, config in COMMITMENTS.items()},
    **{
        f"account in {encoding}": (1, ("accountSubscribe", OTHER, {**CONFIRMED, "encoding": encoding}))
        for encoding in ENCODINGS
    },
    **{
        f"token account in {encoding}": (1, ("accountSubscribe", HOLDER, {**CONFIRMED, **SLICE, "encoding": encoding}))
        for encoding in ENCODINGS
    },
    "account alone": (1, ("accountSubscribe", OTHER)),
    "account null": (1, ("accountSubscribe", OTHER, None)),
    "token account too long": (1, ("accountSubscribe", HOLDER, CONFIRMED)),
}
PROGRAMS: dict[str, tuple[int, Question]] = {
    **{
        f"program {name}": (1, ("programSubscribe", TOKEN, {**config, "encoding": "base64"}))
        for name, config in COMMITMENTS.items()
    },
    **{
        f"program in {encoding}": (1, ("programSubscribe", TOKEN, {**CONFIRMED, **SLICE, "encoding": encoding}))
        for encoding in ENCODINGS
    },
    "program by size": (
        1,
        ("programSubscribe", TOKEN, {**CONFIRMED, "encoding": "jsonParsed", "filters": [{"dataSize": 165}]}),
    ),
    "program by bytes": (1, ("programSubscribe", TOKEN, {**CONFIRMED, "encoding": "base64", "filters": [OF_MINT]})),
    "program by state": (
        1,
        ("programSubscribe", TOKEN, {**CONFIRMED, "encoding": "base64", "filters": ["tokenAccountState"]}),
    ),
    "program by nothing there is": (0, ("programSubscribe", TOKEN, {**CONFIRMED, "filters": [{"dataSize": 7}]})),
    "program too long": (1, ("programSubscribe", TOKEN, CONFIRMED)),
    "system program": (1, ("programSubscribe", SYSTEM, {**CONFIRMED, "encoding": "base64"})),
}
LOGS: dict[str, tuple[int, Question]] = {
    **{f"logs {name}": (3, ("logsSubscribe", {"mentions": [ME]}, config)) for name, config in COMMITMENTS.items()},
    "logs of all": (3, ("logsSubscribe", "all", CONFIRMED)),
    "logs of all and votes": (3, ("logsSubscribe", "allWithVotes", CONFIRMED)),
    "logs of a token": (2, ("logsSubscribe", {"mentions": [MINT]}, CONFIRMED)),
    "logs of nobody": (0, ("logsSubscribe", {"mentions": [str(Pubkey.default())[:-1] + "2"]}, CONFIRMED)),
}
BLOCKS: dict[str, tuple[int, Question]] = {
    **{
        f"block in {encoding}": (1, ("blockSubscribe", WHO, {**CONFIRMED, **READS_ALL, "encoding": encoding}))
        for encoding in ("json", "jsonParsed", "base64", "base58")
    },
    **{
        f"block with {details}": (
            1,
            ("blockSubscribe", WHO, {**CONFIRMED, **READS_ALL, "transactionDetails": details, "showRewards": rewards}),
        )
        for details, rewards in {"full": False, "accounts": True, "signatures": True, "none": False}.items()
    },
    "block finalized": (1, ("blockSubscribe", WHO, READS_ALL)),
    "block of no version": (1, ("blockSubscribe", WHO, CONFIRMED)),
    "block of all": (1, ("blockSubscribe", "all", {**CONFIRMED, **READS_ALL, "transactionDetails": "none"})),
    "block of all alone": (1, ("blockSubscribe", "all")),
}
SLOTS: dict[str, tuple[int, Question]] = {
    "slot": (1, ("slotSubscribe",)),
    "root": (1, ("rootSubscribe",)),
    "slots updates": (5, ("slotsUpdatesSubscribe",)),
}


class Listener:
    """One run of everything that is heard, after an interview on the same node: its people and facts."""

    def __init__(self, one: Interview, node: HttpNode) -> None:
        self.one = one
        self.node = node
        self._rounds_max = ROUNDS_MAX if node.loses_the_thread else 1
        self.heard: dict[str, Any] = {}
        self.ours: set[str] = set()
        self.slots: set[int] = set()

    def run(self) -> dict[str, Any]:
        """Listen to everything; kinds by name."""
        for hear in (self._requests, self._messages):
            self._patiently(hear)
        for table in (ACCOUNTS, PROGRAMS, LOGS, BLOCKS):
            self._patiently(partial(self._listen, table))
        self._signatures()
        self._patiently(self._slots)
        return self.heard

    def _patiently(self, hear: Callable[[], T]) -> T:
        """What is heard at last: a validator that is short of time loses what it is sent, leaves out or hangs up."""
        for attempt in range(1, self._rounds_max + 1):
            try:
                return hear()
            except TimeoutError:
                if attempt == self._rounds_max:
                    raise
        raise AssertionError("no attempt")

    def _requests(self) -> None:
        """Confirmations and refusals, of subscribing and of its end."""
        with Ear(self.node) as ear:
            for name, (method, *params) in SUBSCRIPTIONS.items():
                reply = ear.ask(method, *self.one.filled(params))
                self.heard[f"confirmed {name}"] = shape(reply)
                end = method.replace("Subscribe", "Unsubscribe")
                self.heard[f"ended {name}"] = shape(ear.ask(end, reply.get("result", 0)))
                self.heard[f"ended twice {name}"] = shape(ear.ask(end, reply.get("result", 0)))
            for name, (method, *params) in (REFUSED | BAD_ENDS).items():
                self.heard[f"refused {name}"] = shape(ear.ask(method, *self.one.filled(params)))
            mine = ear.ask("slotSubscribe")["result"]
            with Ear(self.node) as stranger:
                self.heard["ended by a stranger"] = shape(stranger.ask("slotUnsubscribe", mine))
            self.heard["ended as another kind"] = shape(ear.ask("rootUnsubscribe", mine))

    def _messages(self) -> None:
        """Messages that are not quite JSON-RPC, each on a connection of its own."""
        for name, message in MESSAGES.items():
            with Ear(self.node) as ear:
                self.heard[f"message {name}"] = shape(ear.say(message))

    def _listen(self, table: dict[str, tuple[int, Question]]) -> None:
        """Subscribe, have something happen until each has told its kinds, and keep these."""
        with Ear(self.node) as ear:
            ids: dict[str, int] = {}
            kinds: dict[str, list[Any]] = {}
            for name, (_, (method, *params)) in table.items():
                ids[name] = ear.ask(method, *self.one.filled(params))["result"]
            roots = ear.ask("rootSubscribe")["result"]
            for _ in range(self._rounds_max):
                ear.until(partial(_is_rooted, ear, roots, self._happen() + AFTER_SLOTS))
                kinds = {name: self._kinds(ear.of(id_)) for name, id_ in ids.items()}
                if all(len(kinds[name]) >= table[name][0] for name in table):
                    break
            self.heard |= kinds

    def _happen(self) -> int:
        """A transfer, a token's minting, what fails to load and what fails; the last of their slots."""
        one = self.one
        payer, other = one.payer.pubkey(), one.other.pubkey()
        key, holder = one.mint.pubkey(), Pubkey.from_string(one.facts["holder"])
        more = [AccountMeta(key, False, True), AccountMeta(holder, False, True), AccountMeta(payer, True, False)]
        made = [
            one.signed([moving(payer, other, 1_000_000)]),
            one.signed([Instruction(Pubkey.from_string(TOKEN), b"\x07" + (1).to_bytes(8, "little"), more)]),
            one.signed([Instruction(person("nobody").pubkey(), b"", [])]),
            one.signed([Instruction(Pubkey.from_string(TOKEN), b"\x07", more)]),
        ]
        slots = [self._land(transaction) for transaction in made]
        return max(slots)

    def _land(self, transaction: VersionedTransaction) -> int:
        self.ours.add(str(transaction.signatures[0]))
        signature = self.one.send(transaction, skipPreflight=True)
        (status,) = self.one.call("getSignatureStatuses", [signature])["result"]["value"]
        self.slots.add(status["slot"])
        return status["slot"]

    def _kinds(self, told: list[dict[str, Any]]) -> list[Any]:
        """The kinds of notifications, of logs and blocks only those about what was done here."""
        found: list[Any] = []
        for one in told:
            value = one["params"]["result"].get("value")
            if one["method"] == "logsNotification" and value["signature"] not in self.ours:
                continue
            if one["method"] == "blockNotification" and value["slot"] not in self.slots:
                continue
            kind = shape(one)
            if kind not in found:
                found.append(kind)
        return sorted(found, key=json.dumps)

    def _signatures(self) -> None:
        """A signature at each commitment, of what lands, fails and fails to load, and each once it has landed."""
        one = self.one
        for name, instruction in {
            "good": moving(one.payer.pubkey(), one.other.pubkey(), 2),
            "unloaded": Instruction(person("nobody").pubkey(), b"", []),
            "failing": Instruction(Pubkey.from_string(SYSTEM), b"\xff", []),
        }.items():
            signature = self._patiently(partial(self._signature, name, instruction))
            with Ear(self.node) as ear:
                for key, config in COMMITMENTS.items():
                    ear.ask("signatureSubscribe", signature, config)
                    ear.until(lambda ear=ear: len(ear.heard) >= 1)
                    self.heard[f"signature {name} landed {key}"] = [shape(told) for told in ear.heard]
                    ear.heard.clear()

    def _signature(self, name: str, instruction: Instruction) -> str:
        options = {
            **COMMITMENTS,
            "received": {**FINALIZED, "enableReceivedNotification": True},
            "not received": {**PROCESSED, "enableReceivedNotification": False},
        }
        transaction = self.one.signed([instruction])
        signature = str(transaction.signatures[0])
        with Ear(self.node) as ear:
            ids = {key: ear.ask("signatureSubscribe", signature, config)["result"] for key, config in options.items()}
            self.one.call("sendTransaction", b64(transaction), {"encoding": "base64", "skipPreflight": True})
            ear.until(lambda: all(_is_over(ear.of(id_)) for id_ in ids.values()))
            self.heard[f"signature {name} equal ones"] = ids["finalized"] == ids["default"]
            for key, id_ in ids.items():
                self.heard[f"signature {name} {key}"] = [shape(told) for told in ear.of(id_)]
                self.heard[f"signature {name} {key} ended"] = shape(ear.ask("signatureUnsubscribe", id_))
            self.heard[f"signature {name} order"] = _ordered(ear, ids)
        return signature

    def _slots(self) -> None:
        """Slots, their steps and roots: the kinds, and what comes before what."""
        with Ear(self.node) as ear:
            ids = {name: ear.ask(method)["result"] for name, (_, (method,)) in SLOTS.items()}
            ear.until(partial(_is_rooted, ear, ids["root"], self._happen() + WATCHED_SLOTS))
            for name, (_, _question) in SLOTS.items():
                self.heard[name] = sorted(_distinct(shape(one) for one in ear.of(ids[name])), key=json.dumps)
            self.heard["order of a slot"] = _steps(ear, ids)


def _is_rooted(ear: Ear, roots: int, slot: int) -> bool:
    """Whether a subscription of roots has told of a slot or one above it."""
    return any(one["params"]["result"] >= slot for one in ear.of(roots))


def _ordered(ear: Ear, ids: dict[str, int]) -> dict[str, bool]:
    """Which of a signature's notifications came before which."""
    at = {key: ear.heard.index(ear.of(id_)[-1]) for key, id_ in ids.items()}
    return {
        "processed before finalized": at["processed"] < at["finalized"],
        "confirmed before finalized": at["confirmed"] < at["finalized"],
    }


def _is_over(told: list[dict[str, Any]]) -> bool:
    """Whether a signature's subscription has told what became of it."""
    return bool(told) and told[-1]["params"]["result"]["value"] != "receivedSignature"


def _steps(ear: Ear, ids: dict[str, int]) -> dict[str, bool]:
    """For every slot of which all was heard: whether its steps came in the order that the chain fixes."""
    seen: dict[int, dict[str, int]] = {}
    for at, one in enumerate(ear.heard):
        result = one["params"]["result"]
        match one["params"]["subscription"]:
            case id_ if id_ == ids["slot"]:
                slot, step = result["slot"], "slot"
            case id_ if id_ == ids["root"]:
                slot, step = result, "root"
            case _:
                slot, step = result["slot"], f"updates {result['type']}"
        seen.setdefault(slot, {}).setdefault(step, at)
    pairs = (
        ("slot", "updates createdBank"),
        ("updates createdBank", "updates frozen"),
        ("updates frozen", "updates optimisticConfirmation"),
        ("updates frozen", "updates root"),
    )
    return {
        f"{first} before {second}": all(
            steps[first] < steps[second] for steps in seen.values() if first in steps and second in steps
        )
        for first, second in pairs
    }


def _distinct(shapes: Any) -> list[Any]:
    found: list[Any] = []
    for one in shapes:
        if one not in found:
            found.append(one)
    return found
