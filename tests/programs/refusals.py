"""How a test says that a call is refused, and by which name."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.programs.world import Refused


@contextmanager
def refused(*names: str) -> Iterator[None]:
    """The block must be refused with one of the error names; no name stands for any refusal by a program."""
    with pytest.raises(Refused) as caught:
        yield
    assert not names or caught.value.name in names, f"refused as {caught.value}, expected {names}"
