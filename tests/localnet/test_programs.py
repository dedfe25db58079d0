"""Program files are what SHA256SUMS says, or nothing starts."""

import hashlib
from pathlib import Path

import pytest

from localnet import programs
from localnet.errors import ProgramMismatch


def deploy(folder: Path, **contents: bytes) -> Path:
    """A deploy folder with these programs and right sums."""
    lines = []
    for name, content in contents.items():
        (folder / f"{name}.so").write_bytes(content)
        lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}.so\n")
    (folder / programs.SUMS).write_text("".join(lines))
    return folder


def test_committed_programs_verify() -> None:
    """What is committed verifies."""
    assert set(programs.verify()) == set(programs.NAMES)


def test_changed_byte_is_found(tmp_path: Path) -> None:
    """One changed byte is a mismatch that names the file and both hashes."""
    folder = deploy(tmp_path, market=b"market", creator=b"creator", poster=b"poster")
    assert programs.verify(folder)["market"] == folder / "market.so"
    (folder / "market.so").write_bytes(b"markeT")
    with pytest.raises(ProgramMismatch, match=r"market\.so has sha256 [0-9a-f]{64}, SHA256SUMS says [0-9a-f]{64}"):
        programs.verify(folder)


def test_missing_program_is_found(tmp_path: Path) -> None:
    """A program without a sum, and a folder without sums, are mismatches."""
    with pytest.raises(ProgramMismatch, match="SHA256SUMS is missing"):
        programs.verify(tmp_path)
    with pytest.raises(ProgramMismatch, match=r"poster\.so is missing"):
        programs.verify(deploy(tmp_path, market=b"market", creator=b"creator"))
