"""Token-2022's extensions, each by its number: which mints are taken, and which token accounts can be paid."""

from collections.abc import Callable, Mapping
from typing import Final

import pytest

from idl.enums import FeeKind, Flag
from idl.events import DividendPaid, PaidOut
from idl.program import TOKEN_2022_PROGRAM
from localnet.wallets import wallet
from tests.programs import tokens, votes
from tests.programs.creators import followed, pooled
from tests.programs.makers import settled
from tests.programs.pools import CREATOR, created, decided
from tests.programs.world import USDC_2022, Call, World, key

# Of spl-token-2022's ExtensionType, with the bytes of their values.
OF_MINTS: Final[Mapping[str, tuple[int, int]]] = {
    "TransferFeeConfig": (1, 108), "MintCloseAuthority": (3, 32), "ConfidentialTransferMint": (4, 65),
    "DefaultAccountState": (6, 1), "NonTransferable": (9, 0), "InterestBearingConfig": (10, 52),
    "PermanentDelegate": (12, 32), "TransferHook": (14, 64), "ConfidentialTransferFeeConfig": (16, 129),
    "MetadataPointer": (18, 64), "TokenMetadata": (19, 90), "GroupPointer": (20, 64), "TokenGroup": (21, 80),
    "GroupMemberPointer": (22, 64), "TokenGroupMember": (23, 72), "ConfidentialMintBurn": (24, 196),
    "ScaledUiAmount": (25, 56), "Pausable": (26, 33), "PermissionedBurn": (28, 32), "one to come": (29, 8),
    "one of a high number": (18 + 256, 64), "the last number": (65_535, 4),
}  # fmt: skip
OF_ACCOUNTS: Final[Mapping[str, tuple[int, int]]] = {
    "TransferFeeAmount": (2, 8), "ConfidentialTransferAccount": (5, 295), "ImmutableOwner": (7, 0),
    "MemoTransfer": (8, 1), "CpiGuard": (11, 1), "NonTransferableAccount": (13, 0), "TransferHookAccount": (15, 1),
    "ConfidentialTransferFeeAmount": (17, 64), "PausableAccount": (27, 0), "one to come": (29, 0),
}  # fmt: skip
TAKEN: Final = {"MetadataPointer", "TokenMetadata"}
POINTER: Final = (18, 64)


def entry(kind: int, length: int) -> bytes:
    """An extension: type, length, value."""
    return kind.to_bytes(2, "little") + length.to_bytes(2, "little") + bytes(length)


def extended(*kinds: tuple[int, int]) -> bytes:
    """A mint with extensions, in their order."""
    plain = tokens.mint_data(decimals=6, authority=key("authority"))
    return plain + bytes(165 - len(plain)) + b"\1" + b"".join(entry(*one) for one in kinds)


def _rule(world: World) -> Call:
    return world.set_mint_rule(USDC_2022)


def _activate(world: World) -> Call:
    return created(world, mint=USDC_2022).activate()


def _pool(world: World) -> Call:
    return pooled(world, mint=USDC_2022).create()


@pytest.mark.parametrize("call", [_rule, _activate, _pool], ids=["set_mint_rule", "activate", "create_pool"])
def test_each_extension_of_a_mint(call: Callable[[World], Call]) -> None:
    """A rule, an opening and a pool take a mint with MetadataPointer and TokenMetadata, and with no other extension."""
    world = World()
    sent = call(world)
    for name, kind in OF_MINTS.items():
        for kinds in ((kind,), (POINTER, kind), (kind, POINTER), (POINTER, (19, 31), kind)):
            tokens.put(world.svm, USDC_2022, extended(*kinds), TOKEN_2022_PROGRAM, 10**10)
            assert world.meets(sent) == (None if name in TAKEN else "BadMint"), (name, kinds)
    tokens.put(world.svm, USDC_2022, extended(), TOKEN_2022_PROGRAM, 10**10)
    assert world.meets(sent) is None


def account_with(*names: str) -> bytes:
    """What stands behind a token account with these extensions."""
    return b"\2" + b"".join(entry(*OF_ACCOUNTS[name]) for name in names)


def _bond(world: World) -> tuple[Call, str]:
    return decided(world, mint=USDC_2022).claim_bond(), "oracle"


def _vote(world: World) -> tuple[Call, str]:
    pool = votes.voted(votes.disputed(world, mint=USDC_2022), ("dave", 1, 60_000))
    world.do(votes.tally(pool))
    return votes.claim_vote(pool, "dave"), "dave"


def _fees(world: World) -> tuple[Call, str]:
    return decided(world, mint=USDC_2022).collect_fees(FeeKind.CREATOR, CREATOR), CREATOR


def _subsidy(world: World) -> tuple[Call, str]:
    return settled(world, mint=USDC_2022).withdraw_subsidy(), CREATOR


PAID: Final[Mapping[str, Callable[[World], tuple[Call, str]]]] = {
    "claim_bond": _bond,
    "claim_vote": _vote,
    "collect_fees": _fees,
    "withdraw_subsidy": _subsidy,
}


def places() -> list[tuple[str, bytes, bool]]:
    """Token accounts by name, what stands behind them, and whether they can be paid."""
    shapes = [(name, account_with(name), name == "ImmutableOwner") for name in OF_ACCOUNTS]
    shapes += [(f"ImmutableOwner and {name}", account_with("ImmutableOwner", name), False) for name in OF_ACCOUNTS]
    return [*shapes, ("none", b"", True), ("a type alone", b"\2", False), ("a mint's type", b"\1\7\0\0\0", False)]


@pytest.mark.parametrize("name", PAID)
def test_each_extension_of_an_account(name: str) -> None:
    """Bonds, votes, fees and subsidies go to token accounts of 165 bytes, or 170 with ImmutableOwner alone."""
    world = World()
    call, owner = PAID[name](world)
    for shape, extra, payable in places():
        tokens.put_tokens(world.svm, key(owner), USDC_2022, 0, program=TOKEN_2022_PROGRAM, extra=extra)
        assert world.meets(call) == (None if payable else "Unpayable"), shape


def test_each_extension_of_a_winner() -> None:
    """A batch of winners, or of holders, skips whoever's account has another shape; the next one is paid."""
    for shape, extra, payable in places():
        world = World()
        pool, shares = decided(world, mint=USDC_2022), followed(world, mint=USDC_2022)
        tokens.put_tokens(world.svm, key("alice"), USDC_2022, 0, program=TOKEN_2022_PROGRAM, extra=extra)
        paid = world.do(pool.pay_out("alice", "bob")).event(PaidOut).items
        assert [item.status for item in paid] == [not payable, 0], shape
        shared = world.do(shares.pay("alice", "bob")).event(DividendPaid).items
        assert [item.status for item in shared] == [not payable, 0], shape


def test_each_extension_of_a_fee_account() -> None:
    """A market opens with a fee account of those two shapes alone."""
    world = World()
    where = wallet("a fee account").pubkey()
    pool = created(world, mint=USDC_2022, flags=Flag.FEE_TO_ACCOUNT, fee_to=bytes(where))
    call = pool.activate(fee_to=where)
    for shape, extra, payable in places():
        tokens.put_tokens(world.svm, key("bob"), USDC_2022, 0, at=where, program=TOKEN_2022_PROGRAM, extra=extra)
        assert world.meets(call) == (None if payable else "BadFeeTo"), shape
