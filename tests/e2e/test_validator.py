"""The story on a real solana-test-validator with the same programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.running import CLOSING, world

pytestmark = [pytest.mark.e2e, pytest.mark.validator]
STORY_S = 720.0


def test_story_on_a_validator(validator_on_path: None, tmp_path: Path) -> None:
    """`--once --validator` plays the same story, in block time, and proves it."""
    with world(tmp_path / "world", "--once", "--validator") as one:
        assert one.end(STORY_S) == 0, one.text
        assert CLOSING.match(one.lines[-1]), one.text
        assert one.survivors() == []
