"""Checks what runs on a cluster against what was built: program bytes, genesis, Config. Changes nothing."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from solders.pubkey import Pubkey

from idl import addresses
from idl.accounts import Config
from idl.codec import decode_account
from idl.program import CREATOR_ID, MARKET_ID, POSTER_ID
from relayer.admin.terms import Terms, require_equal
from relayer.chain import Endpoint
from relayer.errors import BadSetting, ConfigMismatch, HashMismatch, WrongGenesis
from relayer.model import Level
from relayer.settings import PUBLIC_GENESIS

UPGRADEABLE = Pubkey.from_string("BPFLoaderUpgradeab1e11111111111111111111111")
PROGRAM_STATE = (2).to_bytes(4, "little")
PROGRAM_DATA_HEADER = 45
PADDING_MAX = 16
PROGRAMS = {"market": MARKET_ID, "creator": CREATOR_ID, "poster": POSTER_ID}
LOCAL_ONLY = ("poster",)


def sums(path: Path) -> Mapping[str, str]:
    """SHA256SUMS as program name to hex digest; BadSetting if it cannot be read."""
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise BadSetting(f"{path} cannot be read") from error
    pairs = [line.split(maxsplit=1) for line in lines if line.strip()]
    return {Path(name.lstrip("*")).stem: digest for digest, name in pairs}


async def verify(node: Endpoint, *, cluster: str, expected: Mapping[str, str], terms: Terms) -> tuple[str, ...]:
    """One line for all that holds; raises WrongGenesis, HashMismatch or ConfigMismatch at the first that does not."""
    lines = [await _genesis(node, cluster)]
    for name, digest in sorted(expected.items()):
        if name in PROGRAMS and (cluster == "localnet" or name not in LOCAL_ONLY):
            require_program(name, await program_bytes(node, PROGRAMS[name]), digest)
            lines.append(f"program {name} {PROGRAMS[name]}: sha256 {digest}")
    snapshot = await node.accounts([addresses.config().address], level=Level.CONFIRMED, min_slot=0)
    if not snapshot.values[0]:
        raise ConfigMismatch("there is no Config on the chain: run `relayer admin init`")
    config = decode_account(snapshot.values[0])
    assert isinstance(config, Config)
    require_equal(terms, config)
    lines.append(f"Config equals its file, seq {config.seq}")
    return tuple(lines)


async def _genesis(node: Endpoint, cluster: str) -> str:
    genesis = await node.genesis()
    if (cluster == "localnet") == (genesis in PUBLIC_GENESIS):
        raise WrongGenesis(f"genesis {genesis} is not one of {cluster}")
    return f"genesis {genesis}"


async def program_bytes(node: Endpoint, program: Pubkey) -> bytes:
    """The ELF of a program, of either loader, with the padding behind it; empty where there is none."""
    (data,) = (await node.accounts([program], level=Level.CONFIRMED, min_slot=0)).values
    if data is None or data[:4] != PROGRAM_STATE or len(data) != 36:
        return data or b""
    (held,) = (await node.accounts([Pubkey(data[4:36])], level=Level.CONFIRMED, min_slot=0)).values
    return held[PROGRAM_DATA_HEADER:] if held else b""


def require_program(name: str, held: bytes, digest: str) -> None:
    """Raise HashMismatch unless these bytes, some zero padding apart, are the built program."""
    if not held:
        raise HashMismatch(f"program {name} is not on the chain")
    bare = held.rstrip(b"\0")
    sizes = range(len(bare), min(len(bare) + PADDING_MAX, len(held)) + 1)
    if not any(sha256(held[:size]).hexdigest() == digest for size in sizes):
        raise HashMismatch(
            f"program {name} on the chain has sha256 {sha256(bare).hexdigest()}, SHA256SUMS says {digest}"
        )
