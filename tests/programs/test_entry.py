"""Where the runtime comes in: what is no call of ours is refused as Anchor refuses it, forged events above all."""

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from idl import addresses
from idl.program import CREATOR_ID, EVENT_IX_TAG, MARKET_ID
from idl.schema import load
from localnet.wallets import wallet
from tests.programs.refusals import refused
from tests.programs.world import DEPLOY, World, key

PROGRAMS = {"market": MARKET_ID, "creator": CREATOR_ID}
BOTH = pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
EVENT = EVENT_IX_TAG + bytes(40)


def sent(world: World, program: Pubkey, data: bytes, *metas: AccountMeta) -> None:
    """One instruction, signed by alice alone."""
    world.send(Instruction(program, data, list(metas)), signers=(wallet("alice"),))


@BOTH
def test_only_the_program_sends_events(world: World, program: Pubkey) -> None:
    """The event authority is no event without its signature, and nobody else's signature stands for it."""
    authority = addresses.event_authority(program).address
    with refused("ConstraintSigner"):
        sent(world, program, EVENT, AccountMeta(authority, False, False))
    other = addresses.event_authority(CREATOR_ID if program == MARKET_ID else MARKET_ID).address
    for wrong in (AccountMeta(key("alice"), True, False), AccountMeta(key("alice"), True, True)):
        with refused("ConstraintSeeds"):
            sent(world, program, EVENT, wrong)
        with refused("ConstraintSeeds"):
            sent(world, program, EVENT, wrong, AccountMeta(authority, False, False))
    for metas in ([other, key("alice")], [authority, key("alice")]):
        with refused("ConstraintSigner"):
            sent(world, program, EVENT, *(AccountMeta(one, one == key("alice"), False) for one in metas))


@BOTH
def test_what_is_no_instruction(world: World, program: Pubkey) -> None:
    """Too few bytes, and 8 that no instruction begins with, are refused by name."""
    for data in (b"", bytes(1), EVENT[:7], bytes(8), EVENT[1:9]):
        with refused("InstructionFallbackNotFound"):
            sent(world, program, data, AccountMeta(key("alice"), True, False))


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_instruction_is_found(world: World, name: str) -> None:
    """Each instruction by its discriminator alone is found, and wants arguments or accounts."""
    for one in load(name).instructions:
        with refused("InstructionDidNotDeserialize", "AccountNotEnoughKeys"):
            sent(world, PROGRAMS[name], bytes(one.discriminator))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_copy_at_another_address_does_nothing(world: World, name: str) -> None:
    """The bytes of a program under another address refuse every instruction, a forged event and no data at all."""
    copy = key("a copy")
    world.svm.add_program(copy, (DEPLOY / f"{name}.so").read_bytes())
    calls = [bytes(one.discriminator) + bytes(400) for one in load(name).instructions]
    for data in (*calls, EVENT, b""):
        with refused("Custom4100"):  # DeclaredProgramIdMismatch, which has a name for programs that we know
            sent(world, copy, data, AccountMeta(key("alice"), True, False))
