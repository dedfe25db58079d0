"""Completeness: what the programs can say, every package can read."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import msgspec

from idl import addresses, errors, events, program
from tests.law import tree

OURS = ("market", "creator")


def idl_json(name: str) -> dict:
    """One committed IDL as plain data."""
    return msgspec.json.decode((tree.ROOT / "idl" / f"{name}.json").read_bytes())


def test_generated_is_fresh() -> None:
    """The committed Python twins equal what the generator makes of the committed IDL."""
    answer = subprocess.run(
        [sys.executable, "-m", "idl.generate", "--check"], cwd=tree.ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_every_event_has_a_value_and_a_fold_arm() -> None:
    """Each event of both IDLs is a value of the union and is named by an arm of a fold."""
    names = {event["name"] for name in OURS for event in idl_json(name)["events"]}
    assert {kind.__name__ for kind in get_args(events.Event)} == names
    folds = "\n".join(tree.text(path) for path in tree.files(".py", under=("indexer",)) if "/fold" in path)
    assert {name for name in names if not re.search(rf"\b{name}\b", folds)} == set()


def called(folder: str) -> set[str]:
    """The instructions that a folder's code builds, by `instructions.name(...)` or by a name imported from there."""
    found: set[str] = set()
    for path in tree.files(".py", under=(folder.partition("/")[0],)):
        nodes = list(ast.walk(tree.module(path))) if path.startswith(folder) else []
        imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "idl.instructions"]
        names = {alias.name for node in imports for alias in node.names}
        calls = [node.func for node in nodes if isinstance(node, ast.Call)]
        found |= {node.id for node in calls if isinstance(node, ast.Name) and node.id in names}
        parts = [node for node in calls if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
        found |= {node.attr for node in parts if isinstance(node.value, ast.Name) and node.value.id in MODULE_NAMES}
    return found


MODULE_NAMES = {"instructions", "ix"}
INSTRUCTIONS = [one["name"] for name in OURS for one in idl_json(name)["instructions"]]
OPERATORS = {
    "init_config", "propose_config_change", "apply_config_change", "accept_admin", "set_pause", "set_mint_rule",
    "reject", "announce_void", "cancel_void", "rule",
}  # fmt: skip
CRANKS = {
    "tally_proposal", "record_strike", "resolve_by_price", "tally_dispute", "finalize", "void_inactive", "pay_out",
    "claim_bond", "claim_vote", "collect_fees", "withdraw_subsidy", "prune", "sweep_seat", "close_book",
    "close_resolution", "close_market", "close_orphan", "sync_dividends", "pay_dividends",
}  # fmt: skip


def test_every_instruction_has_a_builder() -> None:
    """What a wallet signs the api builds, what anyone may do a keeper, what takes an operator's key admin."""
    wallets = set(INSTRUCTIONS) - OPERATORS - CRANKS
    assert OPERATORS - called("relayer/admin") == set()
    assert CRANKS - called("relayer/keepers") == set()
    assert wallets - called("api/") == set()


def test_every_instruction_emits() -> None:
    """Each instruction's file calls events::emit, so no change of state is silent."""
    silent = []
    for instruction in [*idl_json("market")["instructions"], *idl_json("creator")["instructions"]]:
        paths = [path for path in tree.files(".rs") if Path(path).stem == instruction["name"]]
        if not any("emit" in tree.text(path) for path in paths):
            silent.append(instruction["name"])
    assert silent == []


def test_every_error_has_a_sentence_and_a_class() -> None:
    """Each program error is known by name, with a sentence and one of the three classes."""
    both = {"market": program.MARKET_ID, "creator": program.CREATOR_ID}
    for ours, error in [(ours, error) for name, ours in both.items() for error in idl_json(name)["errors"]]:
        known = errors.program_error(ours, error["code"])
        assert known.name == error["name"]
        assert known.sentence.strip()
        assert known.cls in {"retry_later", "look", "never"}


def test_seeds_are_twins() -> None:
    """Every PDA seed constant of the programs is a seed of addresses.py."""
    rust = tree.text("programs/market/src/constants.rs") + tree.text("programs/creator/src/constants.rs")
    seeds = set(re.findall(r'_SEED: &\[u8\] = b"(\w+)"', rust))
    assert seeds
    source = (Path(addresses.__file__)).read_text()
    assert {seed for seed in seeds if f'b"{seed}"' not in source} == set()


def test_deployed_programs_are_those_of_the_sums() -> None:
    """localnet/deploy/SHA256SUMS names every program there, and its hashes are theirs."""
    folder = tree.ROOT / "localnet" / "deploy"
    answer = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    named = {line.split()[1].lstrip("*") for line in (folder / "SHA256SUMS").read_text().splitlines()}
    assert named == {path.name for path in folder.glob("*.so")}
