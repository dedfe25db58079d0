"""Envelopes, batches and the table of methods."""

from __future__ import annotations

import msgspec
import pytest
from solders.account import Account

from localnet.chain.node import Chain
from localnet.chain.rpc.dispatch import BATCH_BYTES_MAX, METHODS
from localnet.chain.wire import SYSTEM
from tests.localnet.chain.people import Client, person

PARSE = {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": None}


@pytest.mark.parametrize(
    "body", [b"", b"xx", b"5", b'{"a":', b"[1]", b'[{"jsonrpc":"2.0","id":1,"method":"getSlot"},5]']
)
def test_what_is_no_request_is_a_parse_error(client: Client, body: bytes) -> None:
    """Malformed JSON, and JSON that is no request, has one answer."""
    assert client.raw(body) == PARSE


@pytest.mark.parametrize("id_", [b"1.5", b"-1", b"18446744073709551616", b"true", b"[1]", b'{"a":1}'])
def test_what_is_no_id_makes_no_request(client: Client, id_: bytes) -> None:
    """As by a validator an id is text, an unsigned integer or null; one that is not spoils its whole batch."""
    bad = b'{"jsonrpc":"2.0","id":%b,"method":"getSlot"}' % id_
    assert client.raw(bad) == PARSE
    assert client.raw(b'[{"jsonrpc":"2.0","id":1,"method":"getSlot"},%b]' % bad) == PARSE


@pytest.mark.parametrize("id_", ["text", "", 0, 2**64 - 1, None])
def test_an_id_comes_back(client: Client, id_: str | int | None) -> None:
    """Any id that is one is that of the answer."""
    reply = client.raw(msgspec.json.encode({"jsonrpc": "2.0", "id": id_, "method": "getSlot"}))
    assert reply == {"jsonrpc": "2.0", "result": 0, "id": id_}


def test_batch_answers_in_order(client: Client) -> None:
    """Each call of a batch has its answer, errors among them; an empty batch and a notification have none."""
    batch = [
        {"jsonrpc": "2.0", "id": "a", "method": "getSlot"},
        {"jsonrpc": "2.0", "id": 2, "method": "nothing"},
        {"jsonrpc": "2.0", "method": "getSlot"},
    ]
    replies = client.raw(msgspec.json.encode(batch))
    assert [(one["id"], "error" in one) for one in replies] == [("a", False), (2, True)]
    assert client.raw(b"[]") is None
    assert client.raw(b'{"jsonrpc":"2.0","method":"getSlot"}') is None


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b'{"id":1,"method":"getSlot"}', -32600, "Unsupported JSON-RPC protocol version"),
        (b'{"jsonrpc":"2.0","id":1,"method":"getSlot","params":5}', -32600, "Invalid request"),
        (b'{"jsonrpc":"2.0","id":1}', -32600, "Invalid request"),
        (b'{"jsonrpc":"2.0","id":1,"method":"getSlot","params":{}}', -32602, "`params` should be an array"),
        (b'{"jsonrpc":"2.0","id":1,"method":"getConfirmedBlock"}', -32601, "Method not found"),
        (b'{"jsonrpc":"2.0","id":1,"method":"getBlock"}', -32602, "`params` should have at least 1 argument(s)"),
        (
            b'{"jsonrpc":"2.0","id":1,"method":"getAccountInfo","params":["a",{},3]}',
            -32602,
            "Invalid parameters: Expected from 1 to 2 parameters.",
        ),
    ],
)
def test_bad_envelopes(client: Client, body: bytes, code: int, message: str) -> None:
    """Each mistake has Agave's code and sentence."""
    error = client.raw(body)["error"]
    assert (error["code"], error["message"]) == (code, message)


def test_answers_of_a_batch_are_bounded(chain: Chain, client: Client) -> None:
    """Beyond so many bytes of answers the calls of a batch are refused, one by one; each has its answer."""
    key = person("large").pubkey()
    chain.bank.runtime.write(key, Account(1, bytes(5_000_000), SYSTEM))
    one = {"jsonrpc": "2.0", "method": "getAccountInfo", "params": [str(key), {"encoding": "base64"}]}
    replies = client.raw(msgspec.json.encode([one | {"id": number} for number in range(15)]))
    assert [reply["id"] for reply in replies] == list(range(15))
    given = BATCH_BYTES_MAX // 6_666_667 + 1
    assert ["error" in reply for reply in replies] == [False] * given + [True] * (15 - given)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_no_method_breaks_on_strange_parameters(client: Client, method: str) -> None:
    """Whatever the parameters are, the answer is a result or an error object, never an accident."""
    for values in (
        [],
        [None],
        [5, {}],
        ["x", 5],
        [[], {"commitment": 7}],
        [{"a": []}, "x"],
        ["1" * 44, {"encoding": 1}],
    ):
        reply = client.reply(method, *values)
        assert ("result" in reply) is not ("error" in reply)
