"""Solvency: what a market owes in each state."""

import msgspec
import pytest

from idl.enums import Engine, State
from idl.maths.solvency import liability, required


class Pool(msgspec.Struct, frozen=True):
    """The part of a market that the invariant reads."""

    state: int
    mask: int = 0
    num: int = 0
    den: int = 0
    engine: int = Engine.PARIMUTUEL
    cost: int = 77
    supply: tuple[int, ...] = (60, 40, 0, 0, 0, 0, 0, 0)
    escrow: int = 5
    fees_owed: tuple[int, ...] = (1, 2, 3)


@pytest.mark.parametrize(
    ("pool", "owed"),
    [
        (Pool(State.Active), 100),
        (Pool(State.Resolving), 100),
        (Pool(State.Active, engine=Engine.LMSR), 77),
        (Pool(State.Disputed, engine=Engine.BOOK), 60),
        (Pool(State.Void, 0b11, 1, 2, engine=Engine.LMSR, supply=(60, 41)), 51),
        (Pool(State.Finalized, 0b01, 98, 60), 98),
        (Pool(State.Finalized, 0b01, 98, 60, supply=(59, 40)), 97),
        (Pool(State.Finalized, 0b01, 98, 60, supply=(0, 40)), 0),
        (Pool(State.Void, 0b11, 1, 1), 100),
        (Pool(State.Rejected, supply=(0,) * 8), 0),
        (Pool(State.Active, engine=Engine.BOOK), 60),
        (Pool(State.Finalized, 0b10, 1, 1, engine=Engine.BOOK), 40),
        (Pool(State.Void, 0b11, 1, 2, engine=Engine.BOOK, supply=(60, 60)), 60),
    ],
)
def test_liability(pool: Pool, owed: int) -> None:
    """What the engine could have to pay until the decision, then what the winners are owed, rounded up."""
    assert liability(pool) == owed
    assert required(pool) == owed + 11
