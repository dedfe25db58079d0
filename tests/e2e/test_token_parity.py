"""A real solana-test-validator shows the scene of tokens as the embedded chain does, and as it was recorded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.localnet.chain.interview.nodes import validator
from tests.localnet.chain.token_recorder import record
from tests.localnet.chain.token_scene import RECORDED, ours, write_accounts

pytestmark = [pytest.mark.e2e, pytest.mark.validator]


@pytest.fixture(scope="module")
def real(validator_on_path: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What a validator of PATH says, started with the accounts of the scene."""
    folder = tmp_path_factory.mktemp("tokens")
    write_accounts(folder / "accounts")
    with validator(folder, "--account-dir", str(folder / "accounts")) as node:
        yield record(node.url)
    shutil.rmtree(folder)


def test_the_embedded_chain_says_the_same(real: dict[str, Any]) -> None:
    """Every account, amount and instruction, at the time at which the validator was asked."""
    found = ours(real["unixTime"])
    assert [name for name in real["answers"] if found["answers"][name] != real["answers"][name]] == []
    assert [at for at, one in enumerate(real["calls"]) if found["calls"][at] != one] == []
    assert (len(found["answers"]), len(found["calls"])) == (len(real["answers"]), len(real["calls"]))


def test_what_is_recorded_is_what_it_says(real: dict[str, Any]) -> None:
    """The instructions as they are written down; amounts with interest are of another time."""
    recorded = json.loads(RECORDED.read_text())
    assert recorded["calls"] == real["calls"]
    assert set(recorded["answers"]) == set(real["answers"])
