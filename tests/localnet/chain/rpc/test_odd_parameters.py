"""Odd parameters of every method and every subscription: each is answered or refused, none is a failure of ours."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from localnet.chain.faults.force import OWN_METHODS
from localnet.chain.node import Chain
from localnet.chain.pubsub.client import Client
from localnet.chain.pubsub.requests import READERS
from localnet.chain.pubsub.subscriptions import Subscriptions
from localnet.chain.rpc.dispatch import METHODS, answer
from localnet.chain.rpc.endpoint import Endpoint
from tests.localnet.chain.people import make_chain, person

SEED = 20_261_122
ROUNDS = 150
KEY = str(person("odd").pubkey())
SIGNATURE = str(person("odd").sign_message(b"odd"))
NUMBERS = [
    0,
    1,
    2,
    3,
    100,
    255,
    256,
    2**32,
    2**63,
    2**64 - 1,
    2**64,
    -1,
    -(2**63) - 1,
    10**30,
    10**400,
    0.5,
    1e-7,
    1e300,
]
TEXTS = ["", " ", "x", KEY, SIGNATURE, "1" * 44, "0OIl", "é☃", "\0", "AAAA", "A=", "1 ", "2" * 3000, "gQ" + "A" * 6000]
WORDS = """processed confirmed finalized recent binary base58 base64 jsonParsed base64+zstd json full signatures none
 accounts circulating tokenAccountState dataSize memcmp mint programId all mentions mentionsAccountOrProgram"""
NAMES = """commitment encoding dataSlice offset length minContextSlot filters memcmp bytes withContext rewards
 transactionDetails maxSupportedTransactionVersion skipPreflight preflightCommitment maxRetries accounts addresses
 sigVerify before until limit searchTransactionHistory identity range firstSlot lastSlot votePubkey epoch filter mint
 recentBlockhash programId mentions slots seconds to skip count kind depth"""


class Odd:
    """A source of values, most of them wrong where they stand."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self._words, self._names = WORDS.split(), NAMES.split()

    def params(self) -> list[Any]:
        """Parameters of a call."""
        return [self._value(0) for _ in range(self._random.choice((0, 1, 1, 2, 2, 2, 3)))]

    def _value(self, depth: int) -> Any:
        draw = self._random
        match draw.choice("ntwvtwvlmoo" if depth < 3 else "ntwv"):
            case "n":
                return draw.choice(NUMBERS)
            case "t":
                return draw.choice(TEXTS)
            case "w":
                return draw.choice(self._words)
            case "v":
                return draw.choice((None, True, False))
            case "l":
                return [self._value(depth + 1) for _ in range(draw.choice((0, 1, 2, 3)))]
            case "m":
                return {draw.choice(self._words): self._value(depth + 1)}
            case _:
                return {name: self._value(depth + 1) for name in draw.sample(self._names, draw.choice((1, 2, 3)))}


class Kept(Client):
    """A connection that keeps what it is sent."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        super().__init__(subscriptions, 10 * ROUNDS)
        self.told: list[Any] = []

    def send(self, message: bytes) -> None:
        """Keep a message."""
        self.told.append(json.loads(message))


def body(method: str, params: list[Any]) -> bytes:
    """A request."""
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


@pytest.fixture(scope="module")
def chain() -> Chain:
    """A chain of a few blocks."""
    made = make_chain()
    made.produce(40)
    return made


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_replies(method: str, chain: Chain) -> None:
    """A reply to each, with a result or an error; the chain's own methods are asked on a chain of their own."""
    at = make_chain() if method.startswith(OWN_METHODS) else chain
    odd = Odd(f"{SEED} {method}")
    for _ in range(ROUNDS):
        params = odd.params()
        reply = json.loads(answer(Endpoint(at), body(method, params)))
        assert reply.keys() & {"result", "error"}, params


@pytest.mark.parametrize("method", sorted(READERS))
def test_every_subscription_replies(method: str, chain: Chain) -> None:
    """A reply to each subscription and to each end of one, and a block can still be told."""
    client = Kept(Subscriptions(chain))
    odd = Odd(f"{SEED} {method}")
    for _ in range(ROUNDS):
        for name in (method, method.replace("Subscribe", "Unsubscribe")):
            params, before = odd.params(), len(client.told)
            client.read(body(name, params))
            assert len(client.told) > before, params
    chain.produce(1)
    client.leave()
