"""The program files of a world, verified against their sums before a chain gets them. Called by `localnet up`.

It builds nothing: programs/build does, from the sources.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from localnet.errors import ProgramMismatch

ROOT: Final = Path(__file__).resolve().parents[1]
DEPLOY: Final = ROOT / "localnet" / "deploy"
NAMES: Final = ("market", "creator", "poster")
SUMS: Final = "SHA256SUMS"


def verify(deploy: Path = DEPLOY) -> dict[str, Path]:
    """The program files by name, hashed as SHA256SUMS says. Raises ProgramMismatch naming the odd one."""
    sums = deploy / SUMS
    if not sums.exists():
        raise ProgramMismatch(f"{sums} is missing: `make programs` makes it")
    expected = {name: digest for digest, name in (line.split() for line in sums.read_text().splitlines())}
    found: dict[str, Path] = {}
    for name in NAMES:
        path = deploy / f"{name}.so"
        wanted = expected.get(path.name)
        if wanted is None or not path.exists():
            raise ProgramMismatch(f"{path} is missing, or {SUMS} does not name it")
        if (actual := _digest(path)) != wanted:
            raise ProgramMismatch(f"{path} has sha256 {actual}, {SUMS} says {wanted}: `make programs` rebuilds both")
        found[name] = path
    return found


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
