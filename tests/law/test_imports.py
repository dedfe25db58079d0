"""Imports point down: the contracts of pyproject.toml hold, and each bites on a planted violation."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.law import tree

PLANTED = {
    "idl reads no network": ("idl/enums.py", "import httpx"),
    "services do not see each other": ("indexer/model.py", "import relayer.model"),
    "localnet imports no service": ("localnet/wallets.py", "import indexer.model"),
    "the api uses the door alone": ("api/app.py", "import relayer.store"),
    "plan reads no clock": ("relayer/plan.py", "import time"),
    "a new file is placed on the map": ("indexer/drawer.py", ""),
}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the tree at `root` with the project's own contracts."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, env={"PYTHONPATH": str(root)}, check=False)


def test_contracts_hold() -> None:
    """The committed tree keeps every contract."""
    answer = lint(tree.ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("name", PLANTED)
def test_contracts_bite(name: str, tmp_path: Path) -> None:
    """A planted violation breaks a contract."""
    path, line = PLANTED[name]
    for package in tree.PACKAGES:
        shutil.copytree(
            tree.ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.so", "web", "__pycache__")
        )
    shutil.copy(tree.ROOT / "pyproject.toml", tmp_path)
    target = tmp_path / path
    target.write_text((target.read_text() if target.exists() else '"""Planted."""\n') + f"\n{line}\n")

    assert lint(tmp_path).returncode != 0
