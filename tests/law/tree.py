"""The files the law speaks of: what git tracks, parsed once. Never reads anything outside the repository."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("idl", "indexer", "relayer", "api", "localnet")


@cache
def tracked() -> tuple[str, ...]:
    """Paths of all tracked files that exist, relative to the root, sorted."""
    answer = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(sorted(path for path in answer.splitlines() if (ROOT / path).exists()))


def files(*suffixes: str, under: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Tracked paths with one of the suffixes, under one of the folders if any is named."""
    return tuple(
        path
        for path in tracked()
        if path.endswith(suffixes) and (not under or path.split("/")[0] in under) and "/vendor/" not in path
    )


@cache
def text(path: str) -> str:
    """The text of one tracked file."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def module(path: str) -> ast.Module:
    """The syntax tree of one tracked Python file."""
    return ast.parse(text(path), filename=path)
