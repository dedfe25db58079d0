"""The auditors' page of ARCHITECTURE: what it names is there, and no file that moves money is left out."""

import re
from pathlib import Path

from tests.law import tree

TITLE = "## For auditors"
CRATES = ("market", "creator", "math")


def rows() -> list[list[str]]:
    """The cells of the page's tables, without their heads."""
    page = tree.text("ARCHITECTURE.md").split(TITLE)[1].split("\n## ")[0]
    lines = [line for line in page.splitlines() if line.startswith("|") and "---" not in line]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if "`" in line]


def named() -> list[str]:
    """All that the page names as path::name."""
    return sorted({name for row in rows() for cell in row[1:] for name in re.findall(r"`([^`]+)`", cell)})


def path_of(name: str) -> str:
    """The tracked file that a name of the page stands for."""
    where = name.split("::")[0]
    crate = where.split("/")[0]
    if crate in CRATES:
        return f"programs/{crate}/src/{where.removeprefix(crate + '/')}"
    return where if where.startswith("tests/") else f"tests/programs/{where}"


def is_there(name: str) -> bool:
    """Whether a name leads to a function, test, table or type of a tracked file."""
    path, what = path_of(name), name.split("::")[1]
    kinds = "def" if path.endswith(".py") else "fn|enum|struct"
    return path in tree.tracked() and re.search(rf"\b({kinds}) {what}\b", tree.text(path)) is not None


def test_everything_named_is_there() -> None:
    """Every file, function and test that the page names is in the tree."""
    assert len(named()) > 150
    assert [name for name in named() if not is_there(name)] == []


def test_every_rule_has_its_place_and_its_test() -> None:
    """Each row says a rule, where it is, and a test of it; scenarios have their test alone."""
    for row in rows():
        *places, shown = row[1:]
        assert "`" in shown, row
        tests = re.findall(r"`([^`]+)`", shown)
        assert all("test" in path_of(one) or "#[cfg(test)]" in tree.text(path_of(one)) for one in tests), row
        assert len(places) <= 1, row
        assert all("`" in place for place in places), row
    assert len(rows()) > 60


def test_whatever_moves_money_is_on_the_page() -> None:
    """Every file of the programs that transfers, pays, closes or checks what is owed is named."""
    moves = re.compile(r"solvency::|transfer\.run|token::close|pda::(close|pay)\(|\btill\.|\.pull\(")
    here = {path_of(name) for name in named()}
    ours = [path for path in tree.files(".rs", under=("programs",)) if Path(path).parts[1] in CRATES[:2]]
    assert {path for path in ours if moves.search(tree.text(path))} - here == set()
