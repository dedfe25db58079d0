"""The story on the embedded chain: played once it proves itself, and it leaves nothing behind."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.e2e.running import CHILDREN, CLOSING, World, alive, world

pytestmark = pytest.mark.e2e


def test_story_proves_itself(told: World) -> None:
    """`--once --fast` ends with 0 and the closing line, having shown each kind of step with links."""
    closing = CLOSING.match(told.lines[-1])
    assert closing is not None, told.text
    markets, transactions, events = map(int, closing.groups())
    assert markets == 3
    assert transactions > 30
    assert events > transactions
    for shown in (
        "by itself",
        "through the relay",
        "sponsored",
        "/m/",
        "finalized it",
        "voided it",
        "claims by her own",
    ):
        assert shown in told.text


def test_story_has_every_part(told: World) -> None:
    """The mirror saw a strike, a price, a proposal, a void, payouts, fees and closed accounts."""
    report = told.report()
    price, opinion, void = (report[name]["events"] for name in ("price", "opinion", "void"))  # type: ignore[index]
    assert {"StrikeRecorded", "PriceResolved", "PaidOut", "FeesCollected", "Closed"} <= price.keys()
    assert {"OutcomeProposed", "BondClaimed", "PaidOut", "FeesCollected", "Closed"} <= opinion.keys()
    assert {"VoidAnnounced", "PaidOut", "Closed"} <= void.keys()
    assert price["Staked"] == 6
    # One event is carol's own claim, the others are pushed.
    assert opinion["PaidOut"] >= 2


def test_story_leaves_nothing_running(told: World) -> None:
    """After the end no child is alive, and the kept directory has database, logs and blocks."""
    assert told.survivors() == []
    for child in CHILDREN[1:]:
        assert (told.directory / f"{child}.log").exists()
    assert (told.directory / "postgres" / "data" / "PG_VERSION").exists()
    assert (told.directory / "blocks").exists()


def test_ctrl_c_leaves_nothing_running(tmp_path: Path) -> None:
    """A world without a story stays up; Ctrl-C stops every process of it."""
    with world(tmp_path / "world", "--fast", "--story", "none") as one:
        assert one.until_line("stays up"), one.text
        assert sorted(one.survivors()) == sorted(CHILDREN)
        pids = [one.pid(child) for child in CHILDREN]
        one.process.send_signal(signal.SIGINT)
        assert one.end() == 0, one.text
        assert not any(alive(pid) for pid in pids)
