"""The generator: what is committed is what it makes, and it stops at what nobody placed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from idl import generate
from idl.errors import SchemaError
from idl.placing import EVENT_FILES, INSTRUCTION_FILES, place
from idl.render import annotation, python_name
from idl.schema import Array, Defined, Option, Prim, Vec, load


@pytest.fixture
def edited() -> Iterator[Path]:
    """A generated file with a planted change, put right afterwards."""
    path = generate.HERE / "events" / "trade.py"
    before = path.read_text()
    path.write_text(before + "\n")
    yield path
    path.write_text(before)


def test_fresh() -> None:
    """Nothing is stale."""
    assert generate.stale() == []
    assert generate.main(["--check"]) == 0


def test_stale_is_found(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file changed by hand fails the check, which names it and leaves it alone."""
    assert generate.main(["--check"]) == 1
    assert "idl/events/trade.py is stale" in capsys.readouterr().err
    assert edited.read_text().endswith("\n\n")


def test_all_is_placed_once() -> None:
    """The map places what the IDL has, nothing twice, and nothing that is not there."""
    market = load("market")
    for named, files in ((market.instructions, INSTRUCTION_FILES), (market.events, EVENT_FILES)):
        placed = [name for names in files.values() for name in names]
        assert sorted(placed) == sorted(one.name for one in named)


def test_unplaced_stops() -> None:
    """A name that is not on the map stops the generator."""
    with pytest.raises(SchemaError, match="Surprise"):
        place(["Staked", "Surprise"], EVENT_FILES)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Prim("u64"), "int"),
        (Prim("pubkey"), "bytes"),
        (Array(Prim("u8"), 4), "bytes"),
        (Array(Prim("pubkey"), 2), "tuple[bytes, ...]"),
        (Option(Vec(Defined("Header"))), "tuple[Header, ...] | None"),
    ],
    ids=repr,
)
def test_annotations(kind: object, text: str) -> None:
    """Each type has its Python annotation."""
    assert annotation(kind) == text  # type: ignore[arg-type]


def test_names() -> None:
    """Keywords get an underscore behind, leading ones go."""
    assert [python_name(name) for name in ("from", "_reserved", "lock")] == ["from_", "reserved", "lock"]
