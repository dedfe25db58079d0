"""A world for each test; after it every account of the program must equal what its events say."""

from collections.abc import Iterator

import pytest

from idl.codec import decode_account
from idl.program import MARKET_ID
from tests.programs.rebuild import rebuild
from tests.programs.world import World


@pytest.fixture
def world() -> Iterator[World]:
    """A world whose accounts are rebuilt from its events when the test is over."""
    made = World()
    yield made
    held = made.svm.get_program_accounts(MARKET_ID)
    there = {key: decode_account(bytes(account.data)) for key, account in held if account.data}
    assert there == rebuild(made.events)
