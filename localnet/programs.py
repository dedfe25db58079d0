"""The program files of a world and their IDL: verified against their sums, rebuilt from source, compared.

It compiles nothing itself: a builder does, called as `BUILDER CRATE_DIR OUT_DIR [cargo arguments]`, and for the IDL the
crate programs/idl. Called by `localnet up` (verify) and by `localnet programs` (build, check).
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from localnet.errors import Fatal, ProgramMismatch

ROOT: Final = Path(__file__).resolve().parents[1]
DEPLOY: Final = ROOT / "localnet" / "deploy"
IDL: Final = ROOT / "idl"
NAMES: Final = ("market", "poster")
SUMS: Final = "SHA256SUMS"
_FEATURES: Final = {"market": ("--features", "localnet")}


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


def build(builder: str, out: Path) -> None:
    """Build every program into `out` and write SHA256SUMS beside them. Raises Fatal when the builder fails."""
    program = Path(shutil.which(builder) or builder or "build-sbf")
    if not program.is_file():
        raise Fatal("no builder of programs: set BUILD_SBF, called as BUILD_SBF CRATE_DIR OUT_DIR [cargo arguments]")
    for name in NAMES:
        command = [
            str(program.resolve()),
            str(ROOT / "programs" / name),
            str(out),
            *_FEATURES.get(name, ()),
            "--locked",
        ]
        if subprocess.run(command, check=False).returncode != 0:
            raise Fatal(f"building {name} failed")
    lines = [f"{_digest(out / f'{name}.so')}  {name}.so\n" for name in NAMES]
    (out / SUMS).write_text("".join(lines))


def build_idl(out: Path) -> None:
    """Write the IDL of every program into `out`. Raises Fatal when the sources do not give one."""
    if shutil.which("cargo") is None:
        raise Fatal("the IDL is built by cargo, which is not on PATH")
    command = ["cargo", "run", "--quiet", "--locked", "--manifest-path", str(ROOT / "programs" / "Cargo.toml")]
    if subprocess.run([*command, "--package", "idl", "--", str(out)], check=False).returncode != 0:
        raise Fatal("building the IDL failed")


def compare(builder: str) -> None:
    """Build afresh and raise ProgramMismatch where a byte differs from what is committed."""
    with tempfile.TemporaryDirectory(prefix="sealbook-programs-") as scratch:
        fresh = Path(scratch)
        build(builder, fresh)
        build_idl(fresh)
        for name in NAMES:
            for built, committed in ((f"{name}.so", DEPLOY), (f"{name}.json", IDL)):
                if _digest(fresh / built) != _digest(committed / built):
                    raise ProgramMismatch(f"{committed / built} is not what programs/ gives: `make programs`, commit")
    verify()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
