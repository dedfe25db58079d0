"""Names: the top-level folders are fixed, and no drawer for everything exists."""

import re

import pytest

from tests.law import tree

TOP = {"programs", "idl", "indexer", "relayer", "api", "localnet", "tests", "deploy", "bench", ".ci"}
TOP_FILES = {
    "README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE", "Makefile", "pyproject.toml", "constraints.txt",
    ".gitignore",
}  # fmt: skip
BANNED = {"utils", "util", "common", "helpers", "helper", "misc", "shared", "lib2", "tools"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError|unimplemented!|todo!)")
MACHINE = re.compile(r"(?<![\w.])/(work|root|home)/|localhost:\d{5}\b")


def banned_names(path: str) -> set[str]:
    """The parts of a path that say nothing about their content."""
    return {part.split(".")[0] for part in path.split("/")} & BANNED


def test_top_level() -> None:
    """Every tracked file lies in a folder of the house or is one of its named files."""
    heads = {path.split("/")[0] for path in tree.tracked()}
    assert heads - TOP - TOP_FILES == set()


def test_no_drawers() -> None:
    """No path has a part named utils, common, helpers or misc."""
    assert {path: banned_names(path) for path in tree.tracked() if banned_names(path)} == {}
    assert banned_names("indexer/utils.py") == {"utils"}


@pytest.mark.parametrize("path", tree.files(".py", ".rs", ".js", ".css", ".html", ".md", ".sql", ".toml", ".sh"))
def test_finished(path: str) -> None:
    """No file puts work off or names a place of one machine."""
    if path.startswith("tests/law/"):
        return
    found = [line for line in tree.text(path).splitlines() if UNFINISHED.search(line) or MACHINE.search(line)]
    assert found == []


def test_finished_bites() -> None:
    """A planted mark of unfinished work and a planted machine path are found."""
    assert UNFINISHED.search("x = 1  # TODO later")
    assert MACHINE.search("open('/root/x')")
    assert not MACHINE.search("https://example.org/work/")
