"""The chain's benchmark: its parts put together on a small scale, and its judgements."""

from __future__ import annotations

import pytest

from bench import chain as bench
from bench.traffic import sender
from bench.traffic.chain import Chain


@pytest.mark.parametrize(
    ("samples", "is_flat"),
    [([100, 101, 99, 102], True), ([100, 110, 120, 133], False), ([100, 140, 100, 100], False), ([200, 150], True)],
)
def test_growth_is_noticed(samples: list[float], is_flat: bool) -> None:
    """Memory may fall, or rise by the bound; not by more, in the end or between."""
    assert bench.flat(samples, 32) is is_flat


def test_a_missed_goal_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """A row says MISSED, and that it does, exactly when its goal is missed."""
    assert bench.line("one", "1 /s", "2 /s", met=False) is False
    assert bench.line("two", "2 /s", "2 /s", met=True) is True
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("MISSED")
    assert "MISSED" not in second


def test_small_run(capsys: pytest.CaptureFixture[str]) -> None:
    """Few transfers and subscribers, each part in its own process: all land, nobody misses a slot."""
    with bench.process(sender.run) as pipe:
        bench.loaded(bench.Sender(pipe), 100, sockets=4)
    said = capsys.readouterr().out
    assert [rate.name for rate in bench.RATES if f"{rate.name:<32}" in said] == [rate.name for rate in bench.RATES]
    assert said.count(" us each") == len(bench.RATES)
    assert said.count("0 missing, 0 disordered") == 2
    assert "not land" not in said


def test_lost_transactions_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    """A run of which not everything lands has missed its goal: wallets without money pay nobody."""
    rate = bench.Rate(name="poor", batch=1, skip_preflight=False, goal=0)
    with bench.process(sender.run) as pipe, Chain("--slot-ms", "50") as chain:
        assert bench.rated(chain, bench.Sender(pipe), rate, 10, land_s_max=1.0) is False
    assert "10 of 10 did not land" in capsys.readouterr().out
