"""The accounts of an instruction by their names, another wallet in one of them, and addresses of another bump."""

import hashlib
from collections.abc import Mapping
from typing import Final

from solders.pubkey import Pubkey

from idl.schema import load
from localnet.wallets import wallet
from tests.programs.pools import CREATOR
from tests.programs.world import Call, key

PDA_MARK: Final = b"ProgramDerivedAddress"
SLOTS: Final[Mapping[str, tuple[str, ...]]] = {
    one.name: tuple(slot.name for slot in one.accounts)
    for program in ("market", "creator")
    for one in load(program).instructions
}


def with_account(call: Call, name: str, slot: str, who: str) -> Call:
    """The call with a seeded wallet in one slot, where it signs."""
    metas = list(call.instruction.accounts)
    at = SLOTS[name].index(slot)
    metas[at] = type(metas[at])(key(who), metas[at].is_signer, metas[at].is_writable)
    one = type(call.instruction)(call.instruction.program_id, bytes(call.instruction.data), metas)
    signers = {wallet(n).pubkey(): wallet(n) for n in (who, *SIGNERS)}
    needed = dict.fromkeys(meta.pubkey for meta in metas if meta.is_signer)
    return Call(one, tuple(signers[one] for one in needed))


SIGNERS: Final = ("alice", "bob", CREATOR, "dave", "erin", "oracle", "authority", "guardian", "council", "payer")


def lower(program: Pubkey, seeds: list[bytes]) -> Pubkey:
    """The next address of the seeds below the canonical one."""
    canonical = Pubkey.find_program_address(seeds, program)[1]
    for bump in range(canonical - 1, -1, -1):
        derived = Pubkey(hashlib.sha256(b"".join([*seeds, bytes([bump]), bytes(program), PDA_MARK])).digest())
        if not derived.is_on_curve():
            return derived
    raise AssertionError(f"{program} has one address of {seeds}")
