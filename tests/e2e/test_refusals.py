"""What a world refuses before or while it comes up: each with exit code 1 and a sentence that says what to change."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from localnet import programs, wallets
from localnet.chain.model import ChainOptions
from localnet.chain.serve import Running
from localnet.database import ROOT, Database

pytestmark = pytest.mark.e2e
_END_S = 60.0
_PORTS = ("--rpc-port", "0", "--api-port", "0", "--private-port", "0")
_FREE = (*_PORTS, "--geyser-port", "0", "--story", "none")
OTHER_GENESIS = "11111111111111111111111111111112"


def refuse(*arguments: str, **env: str) -> str:
    """The last words of `localnet up` that must not come up."""
    done = subprocess.run(
        [sys.executable, "-m", "localnet", "up", *arguments],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=_END_S,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


def test_taken_port() -> None:
    """A port somebody listens on is named with the option that chooses another."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        said = refuse("--rpc-port", "0", "--private-port", "0", "--geyser-port", "0", "--api-port", port)
    assert f"port {port} (API) is taken" in said
    assert "--api-port" in said


def test_keep_directory_in_use(tmp_path: Path) -> None:
    """A directory with something in it is left alone."""
    (tmp_path / "precious").write_text("mine")
    assert "is not empty" in refuse(*_FREE, "--keep", str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_unreachable_database() -> None:
    """A DATABASE_URL that nobody answers at is said to be just that."""
    said = refuse(*_FREE, DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert "DATABASE_URL cannot be reached" in said


def test_program_that_is_not_the_summed_one(tmp_path: Path) -> None:
    """One flipped bit in a program file, and nothing starts."""
    deploy = shutil.copytree(programs.DEPLOY, tmp_path / "deploy")
    content = bytearray((deploy / "market.so").read_bytes())
    content[-1] ^= 1
    (deploy / "market.so").write_bytes(content)
    said = refuse(*_FREE, "--deploy", str(deploy))
    assert "market.so has sha256" in said


def test_fast_validator() -> None:
    """A validator's clock cannot be compressed."""
    assert "leave one of them out" in refuse(*_PORTS, "--fast", "--validator")


def test_geyser_of_a_validator() -> None:
    """A validator serves no Yellowstone gRPC, so that a port for it would be a lie."""
    assert "--geyser-port is of the embedded chain" in refuse(*_FREE, "--validator")


def test_unknown_story() -> None:
    """An unknown story is answered with the known ones."""
    assert "there are life, none" in refuse(*_FREE[:-2], "--story", "sequel")


@pytest.mark.parametrize("service", ["indexer", "relayer"])
def test_wrong_genesis(service: str, database: Database, tmp_path: Path) -> None:
    """A service that was pinned to another chain ends at once and says so."""
    payer = wallets.write_keypair(wallets.wallet(wallets.PAYER), tmp_path / "payer.json")
    command = {"indexer": "follow", "relayer": "work"}[service]

    async def scene() -> tuple[int, str]:
        async with Running(ChainOptions(slot_ms=50, rpc_port=0, pubsub_port=0, deploy=programs.DEPLOY)) as chain:
            prefix = service.upper()
            settings = {
                f"{prefix}_DATABASE_URL": database.dsn(service),
                f"{prefix}_RPC_URLS": chain.rpc_url,
                f"{prefix}_GENESIS": OTHER_GENESIS,
                f"{prefix}_WITNESSES_MIN": "1",
                "INDEXER_PRIVATE_PORT": "0",
                "RELAYER_WORK_PRIVATE_PORT": "0",
                "RELAYER_SIGNERS": str(payer),
            }
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", service, command),
                cwd=ROOT,
                env={**os.environ, **settings},
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            said, _ = await asyncio.wait_for(process.communicate(), _END_S)
            return process.returncode or 0, said.decode()

    code, said = asyncio.run(scene())
    assert code != 0
    assert "genesis" in said.lower()
    assert "Traceback" not in said
