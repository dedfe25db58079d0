"""A real solana-test-validator and the embedded chain, two processes, are asked the same over their sockets.

What may differ is in tests/localnet/chain/differences.py, each entry with its reason.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from localnet.chain.rpc.dispatch import METHODS
from tests.localnet.chain.differences import DIFFERENCES, compare
from tests.localnet.chain.interview import Asked, everything
from tests.localnet.chain.interview.nodes import embedded, validator

pytestmark = [pytest.mark.e2e, pytest.mark.validator]
GOOD_MIN = 120
BAD_MIN = 30
KINDS = ["account", "program", "logs", "signature", "slot", "slotsUpdates", "root", "block"]


@pytest.fixture(scope="module")
def both(validator_on_path: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Asked, Asked]]:
    """All that the embedded chain and the validator said, asked at the same time."""
    folder = tmp_path_factory.mktemp("parity")
    with validator(folder) as real, embedded(folder) as ours, ThreadPoolExecutor(2) as asking:
        answers = [asking.submit(everything, node) for node in (ours, real)]
        yield answers[0].result(), answers[1].result()
    shutil.rmtree(folder)


def test_nothing_differs_but_the_list(both: tuple[Asked, Asked]) -> None:
    """Shapes, nulls, words, error codes, sentences and data, notifications, headers: the same, or in the list."""
    found, _ = compare(both[0].all, both[1].all)
    assert found == {}, json.dumps(found, indent=1)


def test_every_entry_of_the_list_is_used(both: tuple[Asked, Asked]) -> None:
    """What no longer differs is no longer listed, and every entry has its reason."""
    _, met = compare(both[0].all, both[1].all)
    assert set(DIFFERENCES) - met == set()
    assert all(one.why for one in DIFFERENCES)


def test_enough_is_asked(both: tuple[Asked, Asked]) -> None:
    """At least 120 combinations of methods and options that the validator answers, and 30 requests that it refuses."""
    real = both[1]
    asked = {json.dumps(real.questions[name]): real.answers[name] for name in real.questions}
    refused = [one for one in asked.values() if one is not None and "error" in one]
    answered = [one for one in asked.values() if one is not None and "result" in one]
    print(f"{len(answered)} answered, {len(refused)} refused, {len(real.heard)} heard, {len(real.manners)} of HTTP")
    assert len(answered) >= GOOD_MIN
    assert len(refused) >= BAD_MIN


def test_every_method_is_asked(both: tuple[Asked, Asked]) -> None:
    """Each method that the chain has is one of the validator's and is asked well and badly; and each subscription."""
    real = both[1]
    good = {str(question[0]) for name, question in real.questions.items() if "result" in (real.answers[name] or {})}
    bad = {str(question[0]) for name, question in real.questions.items() if "error" in (real.answers[name] or {})}
    known = {method for method in METHODS if not method.startswith("localnet_")}
    assert known - good == {"getInflationReward"}  # it is refused while the first epoch lasts
    assert known - bad == set()
    told = json.dumps(real.heard)
    assert [kind for kind in KINDS if f'"{kind}Notification"' not in told] == []


def test_the_comparison_bites(both: tuple[Asked, Asked]) -> None:
    """A field that is gone, another code, another sentence and another header are found where they are."""
    real = both[1].all
    ours = copy.deepcopy(real)
    del ours["getVersion"]["result"]["feature-set"]
    ours["getAccountInfo short"]["error"]["code"] = -32603
    ours["accounts many"]["error"]["message"] = "Too many inputs provided; max 101"
    ours["manners: get"]["status"] = 404
    ours["heard: slot"][0]["params"]["result"]["root"] = None
    found, _ = compare(ours, real)
    assert sorted(found) == [
        "accounts many: error.message",
        "getAccountInfo short: error.code",
        "getVersion: result.feature-set",
        "heard: slot: 0.params.result.root",
        "manners: get: status",
    ]
