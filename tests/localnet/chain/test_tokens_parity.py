"""Token-2022 accounts and instructions, byte for byte, against what a real validator made of the same ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from solders.pubkey import Pubkey

from localnet.chain.node import Chain
from localnet.chain.rpc.parsed.instruction import instruction_json
from tests.localnet.chain.people import Client, make_chain
from tests.localnet.chain.token_calls import calls
from tests.localnet.chain.token_scene import CALL_ACCOUNTS, RECORDED, accounts, key, masked, questions

REAL: dict[str, Any] = json.loads(RECORDED.read_text())
QUESTIONS = list(questions())


@pytest.fixture(scope="module")
def scene() -> Chain:
    """A chain with the accounts of the scene, at the time the real one was asked."""
    chain = make_chain(genesis_time=REAL["unixTime"])
    for name, account in accounts().items():
        chain.bank.runtime.svm.set_account(key(name), account)
    return chain


@pytest.mark.parametrize(("name", "method", "params"), QUESTIONS, ids=[one[0] for one in QUESTIONS])
def test_an_answer(scene: Chain, name: str, method: str, params: list[Any]) -> None:
    """Extensions, amounts with interest, amounts multiplied; malformed entries as malformed as there."""
    reply = Client(scene).reply(method, *params)
    answer = {"error": reply["error"]} if "error" in reply else reply["result"]
    assert answer.get("value", answer) == REAL["answers"][name]


PROGRAMS = sorted({program for program, _, _ in calls()}, key=str)


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_instructions(program: Pubkey) -> None:
    """Every kind, with too few, enough and more accounts, its data whole, cut and longer."""
    keys = [*CALL_ACCOUNTS, program]
    for (called, data, count), real in zip(calls(), REAL["calls"], strict=True):
        if called == program:
            found = instruction_json(keys, len(CALL_ACCOUNTS), range(count), data, 1)
            assert (data.hex(), count, masked(found.get("parsed"))) == (data.hex(), count, real)


def test_all_is_recorded() -> None:
    """There is a real answer for each question and each call, and most calls are shown parsed."""
    assert set(REAL["answers"]) == {name for name, _, _ in QUESTIONS}
    assert len(REAL["calls"]) == len(list(calls()))
    assert sum(one is not None for one in REAL["calls"]) > len(REAL["calls"]) / 2
