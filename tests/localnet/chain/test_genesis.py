"""The first state: names, programs, funds."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from localnet.chain.errors import BadOptions
from localnet.chain.genesis import LOADER_V3, PROGRAM_DATA_HEADER_BYTES, program_id
from localnet.chain.node import Chain
from tests.localnet.chain.people import fund, make_chain, person, signed

MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")


@pytest.fixture
def deploy(chain: Chain, tmp_path: Path) -> Path:
    """A deploy folder with a small real program: the memo program's bytes."""
    program = chain.account(MEMO)
    assert program is not None
    (tmp_path / "market.so").write_bytes(program.data)
    return tmp_path


def test_program_ids_are_seeded() -> None:
    """A program's address is the public key of sha256 of its name."""
    seed = sha256(b"sealbook program market").digest()
    assert program_id("market") == Keypair.from_seed(seed).pubkey()
    assert str(program_id("So11111111111111111111111111111111111111112")).startswith("So111")


def test_deployed_program_runs_and_shows_its_bytes(deploy: Path) -> None:
    """The program account is executable and names its data account, whose bytes are the file's."""
    chain = make_chain(deploy=deploy)
    account = chain.account(program_id("market"))
    assert account is not None
    assert (account.executable, account.owner, len(account.data)) == (True, LOADER_V3, 36)
    data = chain.account(Pubkey(account.data[4:36]))
    assert data is not None
    assert data.data[PROGRAM_DATA_HEADER_BYTES:] == (deploy / "market.so").read_bytes()
    fund(chain, person("alice"))
    chain.submit(signed(chain, person("alice"), [Instruction(program_id("market"), b"hello", [])]))
    (landed,) = chain.produce().transactions
    assert landed.outcome.error is None
    assert any("len 5" in line for line in landed.outcome.logs or ())


def test_genesis_hash_names_the_world(deploy: Path) -> None:
    """The genesis hash depends on seed, birth and programs, and on nothing else."""
    assert make_chain().bank.genesis.blockhash == make_chain().bank.genesis.blockhash
    names = {
        chain.bank.genesis.blockhash
        for chain in (make_chain(), make_chain(seed=1), make_chain(genesis_time=5), make_chain(deploy=deploy))
    }
    assert len(names) == 4


def test_bad_deploy_folder_is_named(tmp_path: Path) -> None:
    """A folder that is not there, or a file that is no program, stops the start with its name."""
    with pytest.raises(BadOptions, match="no such folder"):
        make_chain(deploy=tmp_path / "nowhere")
    (tmp_path / "market.so").write_bytes(b"not an ELF")
    with pytest.raises(BadOptions, match=str(program_id("market"))):
        make_chain(deploy=tmp_path)
    (tmp_path / "market.so").write_bytes(b"\x7fELF and nothing else")
    with pytest.raises(BadOptions, match=f"{program_id('market')}: its file cannot be loaded"):
        make_chain(deploy=tmp_path)
    (tmp_path / "market.so").rename(tmp_path / "a_name_of_more_than_31_characters.so")
    with pytest.raises(BadOptions, match=r"more_than_31_characters\.so"):
        make_chain(deploy=tmp_path)
