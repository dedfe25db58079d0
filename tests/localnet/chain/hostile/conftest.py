"""One victim for the attacks of a file; after all of them it must stop when told, and have said nothing bad."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.localnet.chain.hostile.victim import Victim


@pytest.fixture(scope="module")
def victim() -> Iterator[Victim]:
    """A running chain."""
    chain = Victim()
    said = None
    try:
        yield chain
        assert chain.process.poll() is None, "it died"
        said = chain.stop()
        assert "Traceback" not in said, said
        assert chain.process.returncode == 0
    finally:
        if said is None:
            chain.process.kill()
            chain.process.communicate()
