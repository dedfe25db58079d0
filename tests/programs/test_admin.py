"""Config, mint rules and the pause: who may set them, and to what."""

import msgspec
import pytest

from idl import addresses
from idl.enums import Pause
from idl.events import ConfigChanged, MintRuleSet, PauseSet
from idl.instructions import init_config, set_mint_rule, set_pause
from idl.program import TOKEN_2022_PROGRAM, WSOL_MINT
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.pools import create, opened, terms
from tests.programs.refusals import refused
from tests.programs.world import MAX_STAKE, TERMS, USDC, Call, World, key

NATIVE_2022 = "9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP"


def pause(bits: int, by: str) -> Call:
    """set_pause by a wallet."""
    return Call(set_pause(pause=bits, authority=key(by)), (wallet(by),))


def test_init() -> None:
    """The init authority makes Config once; all of it is in the event."""
    world = World(config=False)
    event = world.do(world.init_config(TERMS)).event(ConfigChanged)
    assert (event.kind, event.terms, event.admin, event.header.seq) == (0, TERMS, bytes(key("authority")), 1)
    with refused("AccountAlreadyInUse", "AccountDiscriminatorAlreadySet"):
        world.do(world.init_config(TERMS))


def test_init_by_another() -> None:
    """Nobody else makes Config, not even with the authority's address unsigned."""
    world = World(config=False)
    where = {"payer": key("alice"), "admin": key("alice"), "terms": TERMS}
    with refused("NotInitAuthority"):
        world.send(init_config(**where, authority=key("alice")), signers=(wallet("alice"),))


@pytest.mark.parametrize(
    "changes",
    [
        {"protocol_fee_bps": 1_001},
        {"approve_bps": 10_001},
        {"bond_bps": 10_001},
        {"quorum_bps": 10_001},
        {"slash_bps": 10_001},
        {"max_conf_bps": 10_001},
        {"overturn_bps": 5_000},
        {"overturn_bps": 10_001},
        {"min_dur_s": 0},
        {"min_dur_s": 31 * 86_400},
        {"activate_s": 0},
        {"dispute_min_s": 0},
        {"dispute_default_s": 9},
        {"dispute_default_s": 8 * 86_400},
        {"vote_s": 0},
        {"gate_s": 0},
        {"proposal_s": 0},
        {"mode": 3},
        {"treasury": bytes(32)},
    ],
    ids=repr,
)
def test_bad_config(changes: dict[str, object]) -> None:
    """Settings beyond their bounds, or against each other, are refused."""
    world = World(config=False)
    with refused("BadConfig"):
        world.do(world.init_config(msgspec.structs.replace(TERMS, **changes)))
    world.do(world.init_config(TERMS))


def test_admin_must_be_somebody() -> None:
    """Config is not given to nobody."""
    world = World(config=False)
    with refused("BadConfig"):
        world.send(init_config(admin=bytes(32), terms=TERMS, payer=key("authority")), signers=(wallet("authority"),))


def test_mint_rule(world: World) -> None:
    """The admin sets a rule again and again; markets made before keep theirs."""
    pool = opened(world)
    event = world.do(world.set_mint_rule(USDC, min_stake=7)).event(MintRuleSet)
    assert (event.mint, event.min_stake, event.max_stake, event.enabled) == (bytes(USDC), 7, MAX_STAKE, True)
    assert pool.state.min_stake != 7
    world.do(world.set_mint_rule(USDC, enabled=False))
    with refused("MintDisabled"):
        world.do(create(world, terms(world, k=1)))


@pytest.mark.parametrize(
    ("bounds", "error"),
    [((1, 1, 1), None), ((0, 1, 1), "BadMintRule"), ((2, 1, 1), "BadMintRule"), ((1, 1, 0), "BadMintRule")],
)
def test_mint_bounds(world: World, bounds: tuple[int, int, int], error: str | None) -> None:
    """A rule leaves something to stake and something to lose."""
    low, high, bond = bounds
    one = set_mint_rule(
        min_stake=low, max_stake=high, min_subsidy=0, min_bond=bond, enabled=True, mint=USDC,
        mint_rule=addresses.mint_rule(USDC).address, admin=key("authority"), payer=key("authority"),
    )  # fmt: skip
    if error is None:
        world.send(one, signers=(wallet("authority"),))
    else:
        with refused(error):
            world.send(one, signers=(wallet("authority"),))


def test_mint_rule_by_another(world: World) -> None:
    """Only the admin sets rules."""
    one = set_mint_rule(
        min_stake=1, max_stake=1, min_subsidy=1, min_bond=1, enabled=True, mint=USDC,
        mint_rule=addresses.mint_rule(USDC).address, admin=key("alice"), payer=key("alice"),
    )  # fmt: skip
    with refused("NotAdmin"):
        world.send(one, signers=(wallet("alice"),))


def extended(kind: int, length: int = 4) -> bytes:
    """A Token-2022 mint with one extension."""
    plain = tokens.mint_data(decimals=6, authority=key("authority"))
    return plain + bytes(165 - len(plain)) + bytes([1, kind, 0, length, 0]) + bytes(length)


@pytest.mark.parametrize(
    ("data", "program", "error"),
    [
        (extended(18, 64), TOKEN_2022_PROGRAM, None),
        (extended(19, 90), TOKEN_2022_PROGRAM, None),
        (extended(1, 108), TOKEN_2022_PROGRAM, "BadMint"),  # transfer fee
        (extended(3, 32), TOKEN_2022_PROGRAM, "BadMint"),  # mint close authority
        (extended(6, 1), TOKEN_2022_PROGRAM, "BadMint"),  # default account state
        (extended(12, 32), TOKEN_2022_PROGRAM, "BadMint"),  # permanent delegate
        (extended(14, 64), TOKEN_2022_PROGRAM, "BadMint"),  # transfer hook
        (extended(18, 64)[:-64], TOKEN_2022_PROGRAM, None),
        (tokens.mint_data(decimals=6, authority=key("authority"))[:45] + bytes(37), TOKEN_2022_PROGRAM, "BadMint"),
        (tokens.mint_data(decimals=6, authority=key("authority")), USDC, "BadMint"),
        (tokens.account_data(mint=USDC, owner=USDC, amount=5), TOKEN_2022_PROGRAM, "BadMint"),
        (b"", TOKEN_2022_PROGRAM, "BadMint"),
    ],
)
def test_mints(world: World, data: bytes, program, error: str | None) -> None:
    """Only initialized mints of a token program, without an extension that can take, freeze or tax, get a rule."""
    mint = wallet("a mint").pubkey()
    tokens.put(world.svm, mint, data, program, tokens.MINT_RENT * 3)
    if error is None:
        world.do(world.set_mint_rule(mint))
    else:
        with refused(error):
            world.do(world.set_mint_rule(mint))


def test_wrapped_sol_of_token_2022(world: World) -> None:
    """Token-2022's own wrapped SOL is not taken: it could not be unwrapped as ours is."""
    mint = type(USDC).from_string(NATIVE_2022)
    tokens.put_mint(world.svm, mint, decimals=9, authority=key("authority"), program=TOKEN_2022_PROGRAM)
    with refused("BadMint"):
        world.do(world.set_mint_rule(mint))
    assert mint != WSOL_MINT


def test_pause(world: World) -> None:
    """The guardian adds bits, the admin sets and clears them, nobody else does either."""
    assert world.do(pause(Pause.STAKE, "guardian")).event(PauseSet).pause == Pause.STAKE
    world.do(pause(Pause.STAKE | Pause.CREATE, "guardian"))
    for bits, by in ((Pause.STAKE, "guardian"), (0, "guardian"), (31, "alice"), (0, "alice")):
        with refused("NotGuardian"):
            world.do(pause(bits, by))
    with refused("BadConfig"):
        world.do(pause(32, "authority"))
    world.do(pause(0, "authority"))


def test_pause_of_creation(world: World) -> None:
    """CREATE stops new markets and the opening of approved ones, and nothing else."""
    pool = opened(world)
    world.do(pause(Pause.CREATE, "guardian"))
    with refused("Paused"):
        world.do(create(world, terms(world, k=1)))
    world.do(pool.stake("alice", 0, 5_000))
