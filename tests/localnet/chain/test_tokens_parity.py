"""Token-2022 accounts and instructions, byte for byte, against what a real validator made of the same ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from solders.pubkey import Pubkey

from tests.localnet.chain.token_calls import calls
from tests.localnet.chain.token_scene import RECORDED, ours, questions

REAL: dict[str, Any] = json.loads(RECORDED.read_text())
PROGRAMS = sorted({program for program, _, _ in calls()}, key=str)


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """All answers of the embedded chain, at the time the real one was asked."""
    return ours(REAL["unixTime"])


@pytest.mark.parametrize("name", [name for name, _, _ in questions()])
def test_an_answer(found: dict[str, Any], name: str) -> None:
    """Extensions, amounts with interest, amounts multiplied; malformed entries as malformed as there."""
    assert found["answers"][name] == REAL["answers"][name]


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_instructions(found: dict[str, Any], program: Pubkey) -> None:
    """Every kind, with too few, enough and more accounts, its data whole, cut and longer."""
    for (called, data, count), one, real in zip(calls(), found["calls"], REAL["calls"], strict=True):
        if called == program:
            assert (data.hex(), count, one) == (data.hex(), count, real)


def test_all_is_recorded() -> None:
    """There is a real answer for each question and each call, and most calls are shown parsed."""
    assert set(REAL["answers"]) == {name for name, _, _ in questions()}
    assert len(REAL["calls"]) == len(list(calls()))
    assert sum(one is not None for one in REAL["calls"]) > len(REAL["calls"]) / 2
