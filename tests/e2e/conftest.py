"""Fixtures of whole stories."""

from __future__ import annotations

import pytest

from tests.e2e.running import World, world


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One undisturbed run, kept for comparison."""
    with world(tmp_path_factory.mktemp("told") / "world", "--once", "--fast") as one:
        code = one.end()
    assert code == 0, one.text
    return one
