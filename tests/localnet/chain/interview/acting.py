"""What must have happened on a node before it is asked: money, transactions of each version, a token, a failure.

The answers to what brings it about are kept as well.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.message import Message, MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.solders import MessageV1, TransactionConfig
from solders.transaction import VersionedTransaction

from tests.localnet.chain.interview.talk import CONFIRMED, ME, PROCESSED, AnyMessage, Interview, b64
from tests.localnet.chain.people import SOL, making_token, moving, person, token_account
from tests.localnet.chain.shapes import named

MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
BUDGET = Pubkey.from_string("ComputeBudget111111111111111111111111111111")
CONFIG = TransactionConfig(priority_fee=777, compute_unit_limit=1000, loaded_accounts_data_size_limit=100_000)
LOOK = {**CONFIRMED, "encoding": "base64"}
SEND = {"encoding": "base64", "preflightCommitment": "confirmed"}


def act(one: Interview) -> None:
    """Everything, in order; returns when all of it is finalized."""
    signature = one.ask("airdrop", "requestAirdrop", ME, 100 * SOL)
    one.node.settle(signature, "confirmed")
    one.facts["identity"] = one.call("getIdentity")["result"]["identity"]
    one.facts["vote"] = one.call("getVoteAccounts")["result"]["current"][0]["votePubkey"]
    one.facts["skipped"] = one.node.skipped()
    _versions(one)
    _token(one)
    _failures(one)
    one.node.settle(one.facts["failed"], "finalized")
    one.facts["slot"] = one.call("getTransaction", one.facts["0"], {"maxSupportedTransactionVersion": 1})["result"][
        "slot"
    ]
    one.facts["recent"] = one.call("getSlot", CONFIRMED)["result"]
    one.facts["blockhash"] = str(one.blockhash())


def _versions(one: Interview) -> None:
    payer = one.payer.pubkey()
    asked = [set_compute_unit_limit(1000), set_compute_unit_price(1000)]
    move = moving(payer, one.other.pubkey(), SOL)
    made: dict[str, Callable[[Hash], AnyMessage]] = {
        "legacy": lambda at: Message.new_with_blockhash([move, *asked], payer, at),
        "0": lambda at: MessageV0.try_compile(payer, [move], [], at),
        "1": lambda at: MessageV1.try_compile(payer, [move], at, CONFIG),
    }
    for name, compose in made.items():
        message = compose(one.blockhash())
        text = b64(VersionedTransaction(message, [one.payer]))
        shown = {"encoding": "base64", "addresses": [ME]}
        one.ask(f"simulate {name}", "simulateTransaction", text, LOOK | {"innerInstructions": True, "accounts": shown})
        one.facts[name] = one.ask(f"send {name}", "sendTransaction", text, SEND)
        one.node.settle(one.facts[name], "confirmed")
        one.ask(f"send {name} again", "sendTransaction", text, SEND)
        one.ask(f"send {name} again unseen", "sendTransaction", text, SEND | {"skipPreflight": True})
        one.ask(f"simulate {name} again", "simulateTransaction", text, LOOK)
        packed = base64.b64encode(bytes(to_bytes_versioned(message))).decode()
        one.ask(f"fee {name}", "getFeeForMessage", packed, CONFIRMED)
        one.ask(f"fee {name} processed", "getFeeForMessage", packed, PROCESSED | {"minContextSlot": 1})
        one.require_fresh(message.recent_blockhash)


def _token(one: Interview) -> None:
    """A token is made and a memo left: the instructions by name."""
    payer = one.payer.pubkey()
    one.facts["holder"] = str(token_account(payer, one.mint.pubkey()))
    memo = Instruction(MEMO, b"hello", [AccountMeta(payer, True, False)])
    made = one.signed([*making_token(one.payer, one.mint), memo], None, one.mint)
    shown = one.ask("simulate token", "simulateTransaction", b64(made), {**LOOK, "innerInstructions": True})
    one.answers["simulated by name"] = named(shown["value"]["innerInstructions"][0]["instructions"])
    one.facts["minted"] = one.ask("send token", "sendTransaction", b64(made), SEND)
    one.node.settle(one.facts["minted"], "confirmed")
    config = {**CONFIRMED, "encoding": "jsonParsed", "maxSupportedTransactionVersion": 0}
    found = one.ask("transaction token", "getTransaction", one.facts["minted"], config)
    one.answers["outer by name"] = named(found["transaction"]["message"]["instructions"])
    one.answers["inner by name"] = named(found["meta"]["innerInstructions"][0]["instructions"])


def _failures(one: Interview) -> None:
    """What fails on the way and what fails in a block."""
    payer, other = one.payer.pubkey(), one.other.pubkey()
    stale = one.signed([moving(payer, other, SOL)], Hash.new_unique())
    poor = one.signed([moving(payer, other, 10**15)])
    lost = one.signed([Instruction(person("nobody").pubkey(), b"", [])])
    forged = VersionedTransaction.populate(poor.message, [one.other.sign_message(b"z")])
    unsigned = VersionedTransaction.populate(poor.message, [])
    sent = {"stale": stale, "poor": poor, "lost": lost, "forged": forged, "unsigned": unsigned}
    for name, transaction in sent.items():
        one.ask(f"send {name}", "sendTransaction", b64(transaction), SEND)
        one.ask(f"simulate {name}", "simulateTransaction", b64(transaction), LOOK)
        one.ask(f"simulate {name} verified", "simulateTransaction", b64(transaction), {**LOOK, "sigVerify": True})
    for name, config in {
        "fresh": {"replaceRecentBlockhash": True},
        "fresh with accounts": {
            "replaceRecentBlockhash": True,
            "accounts": {"encoding": "jsonParsed", "addresses": [ME, str(other)]},
        },
        "both": {"replaceRecentBlockhash": True, "sigVerify": True},
        "far": {"minContextSlot": 10**9},
    }.items():
        one.ask(f"simulate stale {name}", "simulateTransaction", b64(stale), {**LOOK, **config})
    _broken(one)
    for name, transaction in {"poor": poor, "lost": lost}.items():
        signature = one.ask(f"send {name} anyway", "sendTransaction", b64(transaction), SEND | {"skipPreflight": True})
        one.node.settle(signature, "confirmed")
        config = {**CONFIRMED, "maxSupportedTransactionVersion": 0}
        one.ask(f"transaction {name}", "getTransaction", signature, config)
        one.facts["failed"] = signature
    one.require_fresh(poor.message.recent_blockhash)


def _broken(one: Interview) -> None:
    """What a program, the runtime or the budget refuses."""
    payer = one.payer.pubkey()
    system = Pubkey.from_string("11111111111111111111111111111111")
    move = moving(payer, one.other.pubkey(), 1)
    hers = Instruction(system, b"\x02\0\0\0" + bytes(8), [AccountMeta(one.other.pubkey(), False, True)] * 2)
    for name, instructions in {
        "by data": [Instruction(system, b"\xff", [])],
        "by accounts": [Instruction(system, b"\x02\0\0\0" + bytes(8), [])],
        "by signature": [hers],
        "by budget": [set_compute_unit_limit(100), move],
        "by price twice": [set_compute_unit_price(1), set_compute_unit_price(2), move],
        "by rent": [moving(payer, Pubkey.new_unique(), 1)],
        "by budget data": [Instruction(BUDGET, b"\x02\x01", []), move],
        "by budget kind": [move, Instruction(BUDGET, b"\x09" + bytes(8), [])],
    }.items():
        text = b64(one.signed(instructions))
        one.ask(f"refused {name}", "sendTransaction", text, SEND)
        one.ask(f"simulate refused {name}", "simulateTransaction", text, LOOK)
