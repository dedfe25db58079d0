"""The commands with good and bad input: exit codes, one clear line that names what is wrong, an audit row an act."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import structlog
from alembic.script import ScriptDirectory
from typer.testing import CliRunner, Result

from localnet.database import Database as Server
from relayer import JOURNAL_VERSION
from relayer.__main__ import app
from relayer.tables.migrate import history
from tests.relayer.rows import add_intent


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command sets up the logs of its process, which here is the tests' own."""
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def run(*words: str, **settings: str) -> Result:
    """One command with these RELAYER_ settings and no others."""
    environment: dict[str, str | None] = {name: None for name in os.environ if name.startswith("RELAYER_")}
    environment |= {f"RELAYER_{name.upper()}": value for name, value in settings.items()}
    return CliRunner().invoke(app, list(words), env=environment)


AWAY = "postgresql://relayer@127.0.0.1:1/x"
BAD: dict[str, tuple[tuple[str, ...], dict[str, str], str]] = {
    "no database": (("status",), {}, "RELAYER_DATABASE_URL is not set"),
    "no url": (("status",), {"database_url": "x y z"}, "RELAYER_DATABASE_URL"),
    "a database that is away": (("status",), {"database_url": AWAY}, "PostgreSQL cannot be reached (127.0.0.1:1/x)"),
    "a number of words": (("status",), {"poll_ms": "soon"}, "RELAYER_POLL_MS"),
    "no owner": (("migrate",), {}, "RELAYER_DATABASE_OWNER_URL is not set"),
    "one witness in public": (("work",), {"witnesses_min": "1", "cluster": "mainnet"}, "RELAYER_WITNESSES_MIN"),
    "no witness": (("work",), {"witnesses_min": "0"}, "RELAYER_WITNESSES_MIN"),
    "a cluster that is none": (("admin", "init", "--cluster", "moon", "--keypair", "x"), {}, "no cluster moon"),
    "a change of none": (("admin", "propose-config", "--cluster", "moon", "--keypair", "x"), {}, "no cluster moon"),
    "a pause of what goes on": (("admin", "set-pause", "claim", "--keypair", "x"), {}, "nothing called 'claim'"),
    "an operator without a key": (("admin", "reject", "x", "--keypair", "absent"), {}, "absent is not a readable"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name: str) -> None:
    """A known failure is one line and exit code 2, never a traceback."""
    words, settings, said = BAD[name]
    done = run(*words, **settings)
    assert done.exit_code == 2, done.output
    assert said in done.output
    assert "Traceback" not in done.output


def test_a_keypair_that_is_none(tmp_path: Path) -> None:
    """A file without a key is named, its content never shown."""
    (tmp_path / "key.json").write_text("[1, 2, 3]")
    done = run("admin", "init", "--cluster", "localnet", "--keypair", str(tmp_path / "key.json"))
    assert done.exit_code == 2, done.output
    assert "[1, 2, 3]" not in done.output


def test_status(database: Server) -> None:
    """Counts by state, and that there is no mirror yet."""
    with database.connect() as connection:
        add_intent(connection, "a")
        add_intent(connection, "b", state="SETTLED", live=False)
    done = run("status", database_url=database.dsn("relayer"))
    assert done.exit_code == 0, done.output
    assert [line.split() for line in done.output.splitlines()[:2]] == [["READY", "1"], ["SETTLED", "1"]]
    assert "no mirror yet" in done.output


def test_explain(database: Server) -> None:
    """One intent with its state; one that is not there, and what is no id, are said so."""
    with database.connect() as connection:
        intent: UUID = add_intent(connection, "a", reason="waits")
    url = database.dsn("relayer")
    done = run("explain", str(intent), database_url=url)
    assert (done.exit_code, done.output) == (0, f"{intent} pay_out market a: READY waits\n")
    other = uuid4()
    assert f"no intent {other}" in run("explain", str(other), database_url=url).output
    assert run("explain", "x", database_url=url).exit_code == 2


def test_pause_and_resume(database: Server) -> None:
    """Each act is recorded; an unknown kind is refused with the known ones."""
    url = database.dsn("relayer")
    assert run("pause", "pay_out", "market", database_url=url).output == "paused pay_out market\n"
    assert run("pause", "pay_out", "market", database_url=url).exit_code == 0
    assert run("resume", "pay_out", "market", database_url=url).output == "resumed pay_out market\n"
    assert run("resume", "pay_out", database_url=url).output == "was not paused: pay_out\n"
    unknown = run("pause", "dance", database_url=url)
    assert (unknown.exit_code, "no kind dance; there are" in unknown.output) == (2, True)
    with database.connect() as connection:
        acts = connection.execute("SELECT act, subject FROM relay.audit ORDER BY id").fetchall()
        left = connection.execute("SELECT count(*) FROM relay.pause").fetchone()
    assert acts == [("pause", "pay_out market")] * 2 + [("resume", "pay_out market"), ("resume", "pay_out")]
    assert left == (0,)


RIGHTS = """SELECT r.rolname, c.relname, p.privilege FROM pg_roles r, pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace,
    unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p(privilege)
    WHERE r.rolname IN ('indexer', 'relayer', 'api') AND n.nspname = 'relay' AND c.relkind IN ('r', 'v')
    AND has_schema_privilege(r.rolname, n.nspname, 'USAGE') AND has_table_privilege(r.rolname, c.oid, p.privilege)"""


def test_rights(database: Server) -> None:
    """The relayer alone writes, and deletes nothing of the journal; the api reads views; the indexer nothing."""
    allowed: dict[str, dict[str, set[str]]] = {"relayer": {}, "api": {}, "indexer": {}}
    with database.connect() as connection:
        for role, name, privilege in connection.execute(RIGHTS).fetchall():
            allowed[role].setdefault(name, set()).add(privilege)
    assert allowed["indexer"] == {}
    assert {name for name in allowed["api"] if not name.startswith("v1_")} == set()
    assert set().union(*allowed["api"].values()) == {"SELECT"}
    deletes = {name for name, rights in allowed["relayer"].items() if "DELETE" in rights}
    assert deletes == {"pause", "unpayable", "fee_sample"}
    assert allowed["relayer"]["version"] == {"SELECT"}
    assert allowed["relayer"]["intent"] == allowed["relayer"]["attempt"] == {"SELECT", "INSERT", "UPDATE"}


def test_journal_version() -> None:
    """The version that work and keep ask for is the newest of the history."""
    assert ScriptDirectory.from_config(history()).get_current_head() == JOURNAL_VERSION


def test_commands_start_without_tables() -> None:
    """What defines the tables is imported by migrate alone: it takes longer than all the rest of a command."""
    look = "import sys, relayer.__main__; print(sorted({'sqlmodel', 'sqlalchemy', 'alembic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
