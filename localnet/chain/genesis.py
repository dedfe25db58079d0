"""Where a chain starts: seeded identities, the genesis hash, our programs, the native mint, and a funded faucet.

A program `<name>.so` of the deploy folder lives at the public key of ed25519 seed sha256("sealbook program <name>"); a
file whose name is a base58 address lives there. Programs are of the upgradeable loader without an authority: the
program account (36 bytes) names its data account, whose ELF bytes start at offset 45.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from solders.account import Account
from solders.hash import Hash
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.solders import EpochSchedule

from localnet.chain.errors import BadOptions
from localnet.chain.model import ChainOptions
from localnet.chain.tokens import NATIVE_MINT, TOKEN
from localnet.chain.wire import SYSTEM

LOADER_V3 = Pubkey.from_string("BPFLoaderUpgradeab1e11111111111111111111111")
LOADERS = (
    LOADER_V3,
    Pubkey.from_string("BPFLoader2111111111111111111111111111111111"),
    Pubkey.from_string("BPFLoader1111111111111111111111111111111111"),
    Pubkey.from_string("NativeLoader1111111111111111111111111111111"),
)
PROGRAM_DATA_HEADER_BYTES = 45
FAUCET_LAMPORTS = 500_000_000 * 10**9
IDENTITY_LAMPORTS = 500 * 10**9
SLOTS_PER_EPOCH = 432_000
LOG_BYTES_MAX = 10_000
_NATIVE_MINT_LAMPORTS = 10**9
_ELF_MAGIC = b"\x7fELF"


def identity_of(seed: int) -> Keypair:
    """The validator's own key: block rewards go there."""
    return _seeded(f"sealbook chain {seed} identity")


def faucet_of(seed: int) -> Keypair:
    """The key airdrops come from."""
    return _seeded(f"sealbook chain {seed} faucet")


def program_id(name: str) -> Pubkey:
    """The address of the program in file `<name>.so`; BadOptions when a name as long as an address is none."""
    if len(name) > 31:
        try:
            return Pubkey.from_string(name)
        except ValueError as error:
            raise BadOptions(f"program file {name}.so: a name of more than 31 letters is an address") from error
    return _seeded(f"sealbook program {name}").pubkey()


def genesis_hash(options: ChainOptions) -> str:
    """The chain's name: a function of its seed, its birth and its programs."""
    digest = sha256(f"sealbook genesis {options.seed} {options.genesis_time}".encode())
    for path in program_files(options.deploy):
        digest.update(path.name.encode() + sha256(path.read_bytes()).digest())
    return str(Hash(digest.digest()))


def program_files(deploy: Path | None) -> list[Path]:
    """The programs to load, in name order; BadOptions when the folder is not there."""
    if deploy is None:
        return []
    if not deploy.is_dir():
        raise BadOptions(f"--deploy {deploy}: no such folder")
    return sorted(path for path in deploy.glob("*.so") if path.is_file())


def make_svm(options: ChainOptions) -> LiteSVM:
    """A runtime with builtins, token programs, our programs and the first accounts; checks are the bank's work."""
    svm = (
        LiteSVM()
        .with_blockhash_check(False)
        .with_transaction_history(0)
        .with_sigverify(False)
        .with_log_bytes_limit(LOG_BYTES_MAX)
    )
    svm.set_epoch_schedule(EpochSchedule.custom(SLOTS_PER_EPOCH, SLOTS_PER_EPOCH, False))
    svm.warp_to_slot(0)
    # LiteSVM's own source of airdrops has a random key: with it the same seed would not be the same chain.
    svm.set_account(svm.airdrop_pubkey(), Account(0, b"", SYSTEM))
    for path in program_files(options.deploy):
        _add_program(svm, program_id(path.stem), path.read_bytes())
    svm.set_account(NATIVE_MINT, Account(_NATIVE_MINT_LAMPORTS, _native_mint_data(), TOKEN))
    svm.set_account(faucet_of(options.seed).pubkey(), Account(FAUCET_LAMPORTS, b"", SYSTEM))
    svm.set_account(identity_of(options.seed).pubkey(), Account(IDENTITY_LAMPORTS, b"", SYSTEM))
    return svm


def _add_program(svm: LiteSVM, address: Pubkey, elf: bytes) -> None:
    if not elf.startswith(_ELF_MAGIC):
        raise BadOptions(f"program {address}: its file is no ELF program")
    try:
        svm.add_program_with_loader(address, elf, LOADER_V3)
    except Exception as error:  # solders has no name for its LiteSVMError
        raise BadOptions(f"program {address}: its file cannot be loaded: {error}") from error


def _seeded(text: str) -> Keypair:
    return Keypair.from_seed(sha256(text.encode()).digest())


def _native_mint_data() -> bytes:
    """spl-token's Mint: no authority, supply 0, 9 decimals, initialized, no freeze authority."""
    return bytes(36) + bytes(8) + bytes([9, 1]) + bytes(36)
