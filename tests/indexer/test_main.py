"""The commands with good and bad input: exit codes, and one clear line that names what is wrong."""

import os
import subprocess
import sys
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner

from indexer.__main__ import app
from indexer.errors import IndexerError
from localnet import database as databases
from localnet.database import Database

NOBODY = "http://127.0.0.1:1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def run(*words: str, **settings: str) -> Done:
    """One command in this process with these INDEXER_ settings and no others; main's line for a known failure."""
    environment: dict[str, str | None] = {name: None for name in os.environ if name.startswith("INDEXER_")}
    environment |= {f"INDEXER_{name.upper()}": value for name, value in settings.items()}
    done = CliRunner().invoke(app, list(words), env=environment)
    if isinstance(done.exception, IndexerError):
        return Done(returncode=2, stdout=done.stdout, stderr=f"indexer: {done.exception}")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Done(returncode=done.exit_code, stdout=done.stdout, stderr=done.stderr)


BAD: dict[str, tuple[tuple[str, ...], dict[str, str], str]] = {
    "no database": (("follow",), {}, "INDEXER_DATABASE_URL is not set"),
    "no endpoint": (("status",), {"database_url": "postgresql://x/y"}, "INDEXER_RPC_URLS is not set"),
    "a number of words": (
        ("follow",), {"database_url": "postgresql://x/y", "rpc_urls": NOBODY, "poll_ms": "soon"}, "INDEXER_POLL_MS",
    ),
    "one endpoint twice is one witness": (
        ("follow",), {"database_url": "postgresql://x/y", "rpc_urls": f"{NOBODY},{NOBODY}"}, "INDEXER_WITNESSES_MIN",
    ),
    "a database that is away": (
        ("status",), {"database_url": "postgresql://indexer@127.0.0.1:1/x", "rpc_urls": NOBODY}, "database: ",
    ),
    "no owner": (("migrate",), {}, "INDEXER_DATABASE_OWNER_URL is not set"),
    "an owner's database that is away": (
        ("migrate",), {"database_owner_url": "postgresql://o@127.0.0.1:1/x"}, "the database cannot be reached",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name: str) -> None:
    """A known failure is one line on stderr and exit code 2, never a traceback."""
    words, settings, said = BAD[name]
    done = run(*words, **settings)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("indexer: ")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_process_ends_with_one_line() -> None:
    """As a process, a known failure is exit code 2 and its line on stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "indexer", "follow"],
        cwd=databases.ROOT, env={}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("indexer: INDEXER_DATABASE_URL is not set")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [("status",), ("gaps", "accept", "5"), ("prove",)], ids=" ".join)
def test_a_mirror_that_was_never_begun(words: tuple[str, ...], mirror: Database) -> None:
    """What needs a mirror says that there is none."""
    done = run(*words, database_url=mirror.dsn("indexer"), rpc_urls=NOBODY)
    assert done.returncode == 2
    assert "the mirror was never begun" in done.stderr


def test_an_empty_database(empty_database: Database) -> None:
    """What was not migrated is said to be so."""
    done = run("status", database_url=empty_database.dsn(), rpc_urls=NOBODY)
    assert done.returncode == 2
    assert "run `python -m indexer migrate`" in done.stderr


def test_gaps(mirror: Database) -> None:
    """The open missing blocks are printed; accepting one that nobody waits for is refused; a word is no slot."""
    with mirror.connect() as connection:
        connection.execute(
            "INSERT INTO ledger.head VALUES (1, 'g', 0, 0, 'h', 0, NULL, 0, 'h', 0, 0, 0, 0, now(), 1);"
            "INSERT INTO ledger.incident (kind, slot, detail, opened_at) VALUES ('missing_block', 7, 'no', now())"
        )
    known = {"database_url": mirror.dsn("indexer"), "rpc_urls": NOBODY}
    shown = run("gaps", **known)
    assert shown.returncode == 0
    assert shown.stdout.splitlines()[0].startswith("slot 7 since ")
    assert shown.stdout.splitlines()[-1] == "1 missing"
    assert "no open incident says that slot 5 is missing" in run("gaps", "accept", "5", **known).stderr
    assert run("gaps", "accept", "five", **known).returncode == 2
    listed = run("status", **known)
    assert listed.returncode == 0
    assert "missing_block" in listed.stdout
    away = run("gaps", "accept", "7", **known)
    assert (away.returncode, "no endpoint" in away.stderr) == (2, True)


def test_settings_are_a_table() -> None:
    """Every setting has a line."""
    done = run("settings")
    assert done.returncode == 0
    assert "INDEXER_RPC_URLS" in done.stdout
