"""Error codes: each has a name, a sentence and a class, whoever raised it."""

import pytest

from idl.errors import CLASSIFIED, program_error
from idl.foreign_errors import ANCHOR, SYSTEM, TOKEN
from idl.program import CREATOR_ID, MARKET_ID, POSTER_ID, SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from idl.schema import ErrorDef, load


@pytest.mark.parametrize("error", load("market").errors, ids=lambda one: one.name)
def test_ours(error: ErrorDef) -> None:
    """Every error of the market program is known, can be shown, and was given a class by hand."""
    known = program_error(MARKET_ID, error.code)
    assert (known.code, known.name, known.sentence) == (error.code, error.name, error.msg)
    assert known.sentence.endswith(".")
    assert error.name in CLASSIFIED
    assert program_error(None, error.code) == known


@pytest.mark.parametrize("error", load("creator").errors, ids=lambda one: one.name)
def test_those_of_pools(error: ErrorDef) -> None:
    """The same holds of the creator program; what both refuse has one number and one name."""
    known = program_error(CREATOR_ID, error.code)
    assert (known.code, known.name, known.sentence) == (error.code, error.name, error.msg)
    assert known.sentence.endswith(".")
    assert error.name in CLASSIFIED
    assert program_error(None, error.code).name == error.name
    assert {one.name for one in load("market").errors if one.code == error.code} <= {error.name}


def test_no_class_for_nothing() -> None:
    """Every name that has a class is an error of some program."""
    names = {one.name for program in ("market", "creator") for one in load(program).errors}
    names |= {name for _, name, _ in (*ANCHOR, *TOKEN, *SYSTEM)}
    assert names >= CLASSIFIED


@pytest.mark.parametrize(
    ("program", "code", "name"),
    [
        (MARKET_ID, 101, "InstructionFallbackNotFound"),
        (MARKET_ID, 2006, "ConstraintSeeds"),
        (MARKET_ID, 2040, "ConstraintDuplicateMutableAccount"),
        (POSTER_ID, 2506, "RequireGteViolated"),
        (MARKET_ID, 3001, "AccountDiscriminatorNotFound"),
        (MARKET_ID, 3007, "AccountOwnedByWrongProgram"),
        (MARKET_ID, 3012, "AccountNotInitialized"),
        (MARKET_ID, 3017, "AccountDuplicateReallocs"),
        (MARKET_ID, 4100, "DeclaredProgramIdMismatch"),
        (None, 4102, "InvalidNumericConversion"),
        (TOKEN_PROGRAM, 1, "InsufficientFunds"),
        (TOKEN_2022_PROGRAM, 17, "AccountFrozen"),
        (TOKEN_PROGRAM, 19, "NonNativeNotSupported"),
        (None, 4, "OwnerMismatch"),
        (SYSTEM_PROGRAM, 1, "ResultWithNegativeLamports"),
    ],
)
def test_theirs(program: object, code: int, name: str) -> None:
    """Codes of the framework, the token and the system program have the names of their sources."""
    assert program_error(program, code).name == name  # type: ignore[arg-type]


def test_unknown() -> None:
    """A code that nobody knows is still an answer: look."""
    for program in (MARKET_ID, None, SYSTEM_PROGRAM):
        known = program_error(program, 987_654)
        assert (known.name, known.cls) == ("Custom987654", "look")


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("TooEarly", "retry_later"),
        ("RateTooLow", "look"),
        ("NonceUsed", "look"),
        ("Expired", "never"),
        ("Paused", "retry_later"),
    ],
)
def test_classes(name: str, cls: str) -> None:
    """What time mends is tried again, what moved is looked at, what is wrong stays wrong."""
    code = next(one.code for one in load("market").errors if one.name == name)
    assert program_error(MARKET_ID, code).cls == cls
