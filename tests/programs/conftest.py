"""A world for each test; after it every account of the programs must equal what its events say."""

from collections.abc import Iterator

import msgspec
import pytest

from idl.codec import decode_account
from idl.program import PROGRAM_IDS
from tests.programs.rebuild import rebuild
from tests.programs.world import TERMS, World


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A world whose accounts are rebuilt from its events when the test is over; a parameter changes its settings."""
    made = World(msgspec.structs.replace(TERMS, **getattr(request, "param", {})))
    yield made
    held = [pair for program in PROGRAM_IDS for pair in made.svm.get_program_accounts(program)]
    there = {key: decode_account(bytes(account.data)) for key, account in held if account.data}
    assert there == rebuild(made.events)
