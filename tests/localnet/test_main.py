"""The commands: the chain alone starts without what only other commands need."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from localnet.__main__ import app

ASK = b'{"jsonrpc":"2.0","id":1,"method":"getHealth"}'
# What takes long to load and what a chain alone does not need. (Typer itself loads pydantic where it is installed.)
HEAVY = frozenset({"sqlmodel", "sqlalchemy", "psycopg", "alembic", "httpx", "solana", "spl", "litestar", "rich", "idl"})
OF_A_WORLD = frozenset({"localnet.run", "localnet.world", "localnet.postgres", "localnet.database", "localnet.story"})
GRPC = frozenset({"grpc", "google.protobuf"})
WAIT_S = 120


def loaded(*options: str) -> set[str]:
    """The modules, with their packages, that a chain has loaded once it has answered getHealth."""
    argv = [
        sys.executable,
        "-u",
        "-X",
        "importtime",
        "-m",
        "localnet",
        "chain",
        "--rpc-port",
        "0",
        "--pubsub-port",
        "0",
    ]
    child = subprocess.Popen([*argv, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        port = re.search(r"127\.0\.0\.1:(\d+)", child.stdout.readline())
        assert port is not None
        connection = http.client.HTTPConnection("127.0.0.1", int(port[1]), timeout=WAIT_S)
        connection.request("POST", "/", body=ASK, headers={"content-type": "application/json"})
        assert b'"ok"' in connection.getresponse().read()
        connection.close()
    finally:
        child.terminate()
        said = child.communicate(timeout=WAIT_S)[1]
    names = re.findall(r"^import time:[\s\d]*\|[\s\d]*\|\s*([\w.]+)$", said, re.MULTILINE)
    return {name.rsplit(".", up)[0] for name in names for up in range(name.count(".") + 1)}


@pytest.mark.parametrize(
    ("options", "code", "word"),
    [
        (("--rpc-port", "70000"), 2, "Invalid value"),
        (("--geyser-port", "65536"), 2, "Invalid value"),
        (("--pubsub-port", "-1"), 2, "Invalid value"),
        (("--genesis-time", str(2**63)), 2, "Invalid value"),
        (("--faults", "BINARY"), 1, "localnet: BINARY: 'utf-8'"),
    ],
)
def test_chain_says_why_it_cannot_start(tmp_path: Path, options: tuple[str, str], code: int, word: str) -> None:
    """Ports that are none and a script that is no text end the command with a sentence, not with a traceback."""
    binary = tmp_path / "storm"
    binary.write_bytes(b"fork \xff")
    argv = [one.replace("BINARY", str(binary)) for one in options]
    result = CliRunner().invoke(app, ["chain", *argv])
    assert (result.exit_code, word.replace("BINARY", str(binary)) in result.output) == (code, True), result.output


@pytest.mark.parametrize(("options", "more"), [((), GRPC), (("--geyser-port", "0"), frozenset())])
def test_chain_alone_loads_little(options: tuple[str, ...], more: frozenset[str]) -> None:
    """Until it answers, a chain loads nothing heavy, and gRPC only where it is to be served."""
    modules = loaded(*options)
    assert {"localnet.chain.serve", "solders", "websockets"} <= modules
    assert modules & (HEAVY | OF_A_WORLD | more) == set()
    assert modules >= GRPC or more
