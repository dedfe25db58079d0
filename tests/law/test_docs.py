"""Documents: every module says what it is, and README and ARCHITECTURE are true of the tree."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.law import tree

SERVICES = ("indexer", "relayer", "api")


@pytest.mark.parametrize("path", tree.files(".py"))
def test_module_docstring(path: str) -> None:
    """Every Python file opens with a docstring."""
    assert ast.get_docstring(tree.module(path))


@pytest.mark.parametrize("path", tree.files(".py", under=("tests",)))
def test_tests_say_their_promise(path: str) -> None:
    """Every test function carries a sentence."""
    silent = [
        node.name
        for node in ast.walk(tree.module(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


@pytest.mark.parametrize("service", SERVICES)
def test_settings_in_readme(service: str) -> None:
    """Every line that `python -m <service> settings` prints is a row of the README's table: name, default, meaning."""
    command = [sys.executable, "-m", service, "settings"]
    shown = subprocess.run(command, cwd=tree.ROOT, capture_output=True, text=True, check=True, env={}).stdout
    cells = [line.replace("`", "").split("|")[1:-1] for line in tree.text("README.md").splitlines()]
    rows = {" ".join(" ".join(row).split()) for row in cells if row}
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert lines, "no setting shown"
    assert [line for line in lines if not line.startswith(f"{service.upper()}_") or line not in rows] == []


def test_map_is_complete() -> None:
    """ARCHITECTURE names every module of the five packages, and no file that is not there."""
    text = tree.text("ARCHITECTURE.md")
    for package in tree.PACKAGES:
        top = {Path(path).relative_to(package).parts[0] for path in tree.files(".py", under=(package,))}
        missing = {name for name in top - {"__init__.py"} if f"`{package}/{name}" not in text}
        assert missing == set(), package
    named = set(re.findall(r"`((?:idl|indexer|relayer|api|localnet|programs|tests|deploy|bench)/[\w./-]+)`", text))
    assert {name for name in named if not (tree.ROOT / name).exists()} == set()


def test_make_targets() -> None:
    """The Makefile has the targets that the README speaks of."""
    targets = set(re.findall(r"^([a-z-]+):", tree.text("Makefile"), re.M))
    assert {"setup", "up", "test", "check", "programs", "programs-check", "test-validator", "bench"} <= targets
    spoken = set(re.findall(r"`make ([a-z-]+)", tree.text("README.md")))
    assert spoken <= targets
