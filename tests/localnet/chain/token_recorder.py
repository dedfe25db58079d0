"""Asks a real validator about the scene of tokens. Only `token_scene record` calls it.

An instruction need not succeed to be shown: each is sent without a preflight, and read back from its transaction.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from solders.hash import Hash
from solders.instruction import CompiledInstruction
from solders.message import Message
from solders.transaction import VersionedTransaction

from tests.localnet.chain.interview import CLOCK, CONFIRMED, HttpNode, b64
from tests.localnet.chain.people import SOL, person
from tests.localnet.chain.token_calls import Call, calls
from tests.localnet.chain.token_scene import CALL_ACCOUNTS, masked, questions

BYTES_MAX = 600
CALLS_MAX = 30


def record(url: str) -> dict[str, Any]:
    """All answers, the time at which they were given, and how each call was shown (null: not parsed)."""
    node = HttpNode(url)
    payer = person("recorder")
    node.settle(_ask(node, "requestAirdrop", str(payer.pubkey()), SOL))
    shown: list[Any] = []
    for group in _groups():
        shown += _shown(node, group)
    while True:
        now = _unix_time(node)
        answers = {name: _ask(node, method, *params) for name, method, params in questions()}
        if _unix_time(node) == now:
            break
    values = {name: answer.get("value", answer) for name, answer in answers.items()}
    return {"unixTime": now, "answers": values, "calls": shown}


def _ask(node: HttpNode, method: str, *params: Any) -> Any:
    reply = node.post(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode())
    return reply["result"] if "result" in reply else {"value": {"error": reply["error"]}}


def _unix_time(node: HttpNode) -> int:
    config = {"encoding": "jsonParsed", "commitment": "processed"}
    return _ask(node, "getAccountInfo", CLOCK, config)["value"]["data"]["parsed"]["info"]["unixTimestamp"]


def _groups() -> Iterator[list[Call]]:
    """Calls that fit into a transaction together."""
    group: list[Call] = []
    for call in calls():
        programs = {one[0] for one in (*group, call)}
        size = sum(3 + len(data) + count for _, data, count in (*group, call))
        if len(programs) > 1 or size > BYTES_MAX or len(group) == CALLS_MAX:
            yield group
            group = []
        group.append(call)
    yield group


def _shown(node: HttpNode, group: list[Call]) -> list[Any]:
    payer, program = person("recorder"), group[0][0]
    keys = [payer.pubkey(), *CALL_ACCOUNTS, program]
    fail = CompiledInstruction(len(keys) - 1, b"\xfe\xfe\xfe\xfe", b"")
    compiled = [CompiledInstruction(len(keys) - 1, data, bytes(range(1, 1 + count))) for _, data, count in group]
    blockhash = Hash.from_string(_ask(node, "getLatestBlockhash", CONFIRMED)["value"]["blockhash"])
    message = Message.new_with_compiled_instructions(1, 0, len(keys) - 1, keys, blockhash, [fail, *compiled])
    text = b64(VersionedTransaction(message, [payer]))
    signature = _ask(node, "sendTransaction", text, {"encoding": "base64", "skipPreflight": True})
    node.settle(signature)
    config = {**CONFIRMED, "encoding": "jsonParsed", "maxSupportedTransactionVersion": 0}
    while (found := _ask(node, "getTransaction", signature, config)) is None:
        time.sleep(0.1)
    shown = found["transaction"]["message"]["instructions"][1:]
    assert len(shown) == len(group)
    return [masked(one.get("parsed")) for one in shown]
