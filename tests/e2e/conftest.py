"""What the tests of this folder ask of the machine."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.localnet.chain.interview.nodes import PROGRAM


@pytest.fixture(scope="session")
def validator_on_path() -> None:
    """Skips where there is no solana-test-validator on PATH; fails there with REQUIRE_VALIDATOR=1."""
    if shutil.which(PROGRAM) is not None:
        return
    if os.environ.get("REQUIRE_VALIDATOR") == "1":
        pytest.fail(f"REQUIRE_VALIDATOR=1, and no {PROGRAM} on PATH")
    pytest.skip(f"no {PROGRAM} on PATH")
