"""Asks a real validator about the scene of tokens: for `token_scene record`, and where one is on PATH.

An instruction need not succeed to be shown: each is sent without a preflight, and read back from its transaction.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from typing import Any

import httpx
from solders.hash import Hash
from solders.instruction import CompiledInstruction
from solders.message import Message
from solders.transaction import VersionedTransaction

from localnet.chain.bank import CLOCK
from tests.localnet.chain.people import SOL, person
from tests.localnet.chain.token_calls import Call, calls
from tests.localnet.chain.token_scene import CALL_ACCOUNTS, answer, masked, questions

BYTES_MAX = 600
CALLS_MAX = 30
LOOKS_MAX = 600
LOOK_S = 0.1
CONFIRMED = {"commitment": "confirmed"}


def record(url: str) -> dict[str, Any]:
    """All that a validator says that was started with the accounts of the scene."""
    with httpx.Client(timeout=60, trust_env=False) as client:
        return _Recorder(client, url).record()


class _Recorder:
    def __init__(self, client: httpx.Client, url: str) -> None:
        self._url = url
        self._client = client
        self._payer = person("recorder")

    def record(self) -> dict[str, Any]:
        """All answers, the time at which they were given, and how each call was shown (null: not parsed)."""
        self._settled(self._ask("requestAirdrop", str(self._payer.pubkey()), SOL)["result"])
        sent = [(self._send(group), len(group)) for group in _groups()]
        shown = [one for signature, count in sent for one in self._shown(signature, count)]
        while True:
            now = self._unix_time()
            replies = {name: self._ask(method, *params) for name, method, params in questions()}
            if self._unix_time() == now:
                break
        return {"unixTime": now, "answers": {name: answer(one) for name, one in replies.items()}, "calls": shown}

    def _ask(self, method: str, *params: Any) -> dict[str, Any]:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return self._client.post(self._url, json=body).json()

    def _unix_time(self) -> int:
        config = {"encoding": "jsonParsed", "commitment": "processed"}
        found = self._ask("getAccountInfo", str(CLOCK), config)["result"]["value"]
        return found["data"]["parsed"]["info"]["unixTimestamp"]

    def _send(self, group: list[Call]) -> str:
        """The calls in one transaction, behind one that fails: none of them does anything."""
        keys = [self._payer.pubkey(), *CALL_ACCOUNTS, group[0][0]]
        program = len(keys) - 1
        fail = CompiledInstruction(program, b"\xfe\xfe\xfe\xfe", b"")
        compiled = [CompiledInstruction(program, data, bytes(range(1, 1 + count))) for _, data, count in group]
        recent = Hash.from_string(self._ask("getLatestBlockhash", CONFIRMED)["result"]["value"]["blockhash"])
        message = Message.new_with_compiled_instructions(1, 0, program, keys, recent, [fail, *compiled])
        text = base64.b64encode(bytes(VersionedTransaction(message, [self._payer]))).decode()
        return self._ask("sendTransaction", text, {"encoding": "base64", "skipPreflight": True})["result"]

    def _shown(self, signature: str, count: int) -> list[Any]:
        shown = self._settled(signature)["transaction"]["message"]["instructions"][1:]
        assert len(shown) == count
        return [masked(one.get("parsed")) for one in shown]

    def _settled(self, signature: str) -> dict[str, Any]:
        """The transaction once it is confirmed."""
        config = {**CONFIRMED, "encoding": "jsonParsed", "maxSupportedTransactionVersion": 0}
        for _ in range(LOOKS_MAX):
            found = self._ask("getTransaction", signature, config)["result"]
            if found is not None:
                return found
            time.sleep(LOOK_S)
        raise TimeoutError(signature)


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
