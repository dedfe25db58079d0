"""Every account of every instruction, exchanged in every way: each call lands as it is, and only what is free differs.

A wrong call is sent where the good one would succeed, so that nothing else can be the reason. `FREE` lists what the
programs leave to the caller, with the reason; everything else must be refused. That no instruction, slot or way is left
out follows from the IDL, in `test_every_wrong_account_was_tried`.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair

from idl.schema import AccountSlot
from localnet.wallets import wallet
from tests.programs import creator_lives
from tests.programs.exchanges import ACCOUNTS, NOTHING, SEEDS, STRANGER, WAYS, replaced, spoilt
from tests.programs.lives import LIVES, VARIANTS
from tests.programs.slots import SLOTS
from tests.programs.world import SOL, Call, World

FEE_PAYER: Final = wallet("a fee payer")

# (instruction or variant, slot) -> the ways in which it may differ; what is said of a variant goes first.
PAYS: Final = tuple(n for n, slots in ACCOUNTS.items() if any(s.name == "payer" and s.signer for s in slots))
ANY: Final = {
    "a stranger", "another kind", "a copy", "a forgery", "another market's", "a stranger's", "closed", "disowned",
    "a fake program", "left out",
}  # fmt: skip
# Any account that takes tokens of the mint.
ANYBODY: Final = {"a copy", "a stranger's"}
# Acts on the market that is named, whichever it is.
MARKET: Final = {"another market's"}
UNUSED: Final = {
    "vote": ("bond_vault", "voter_token"),
    "claim_vote": ("bond_vault", "destination"),
}
FREE: Final[dict[tuple[str, str], set[str]]] = {
    ("tally_proposal", "market"): MARKET,
    ("reject", "market"): MARKET,
    ("announce_void", "market"): MARKET,
    ("cancel_void", "market"): MARKET,
    ("void_inactive", "market"): MARKET,
    ("record_strike", "market"): MARKET,
    # The rule is the choice of the mint.
    ("create_market", "mint_rule"): MARKET,
    # Anyone may pay a rent, or turn a crank.
    **{(name, "payer"): {"a stranger"} for name in PAYS},
    ("record_strike", "caller"): {"a stranger"},
    ("resolve_by_price", "caller"): {"a stranger"},
    # Any account of an oracle that Config believes.
    ("record_strike", "price_update"): {"a copy"},
    ("resolve_by_price", "price_update"): {"a copy"},
    # Any token account of the wallet; a claim's and a withdrawal's may be anybody's.
    ("stake", "owner_token"): {"a copy"},
    ("buy", "owner_token"): {"a copy"},
    ("split", "owner_token"): {"a copy"},
    ("activate with a subsidy", "creator_token"): {"a copy"},
    ("sell", "destination"): ANYBODY,
    ("merge", "destination"): ANYBODY,
    ("place_order", "owner_token"): {"a copy"},
    # A sale pays nothing in; its vault is read, and no vault is ever another program's.
    ("place_order again", "owner_token"): ANY,
    ("place_order again", "vault"): {"disowned"},
    # Made by the same call where there is none; a position closes only after the decision, a rule and a holder never.
    ("set_mint_rule", "mint_rule"): {"closed"},
    **{(f"{name} again", "position"): {"closed"} for name in ("stake", "buy", "buy of 8")},
    **{(f"buy_shares {how}", "holder"): {"closed"} for how in ("again", "for SOL")},
    # Whoever has no orders cancels none.
    ("cancel_all", "owner"): {"a stranger"},
    ("sweep_seat by anyone", "caller"): {"a stranger"},
    ("propose_outcome", "proposer_token"): {"a copy"},
    ("dispute", "disputer_token"): {"a copy"},
    ("vote", "voter_token"): {"a copy"},
    ("claim", "destination"): ANYBODY,
    ("withdraw", "destination"): ANYBODY,
    # Not looked at where there is nothing for it: no fee account named, nothing left over.
    ("activate", "fee_to"): ANY,
    ("close_resolution", "treasury_destination"): ANY,
    ("close_market", "treasury_destination"): ANY,
    # A vote on a proposal moves no tokens.
    ("vote on a proposal", "voter_token"): set(),
    **{(f"{name} on a proposal", slot): ANY for name in UNUSED for slot in ("mint", "token_program", "program")},
    ("withdraw_subsidy late", "program"): set(),
    ("close_market with a subsidy", "treasury_destination"): set(),
    # An account that is left out is named by the program's id, which then stands in the transaction twice.
    ("activate", "program"): ANY,
    ("place_order", "program"): ANY,
    ("claim", "program"): ANY,
    ("claim of a seat", "program"): set(),
    ("pay_out", "program"): ANY,
    ("pay_out of a seat", "program"): set(),
    ("withdraw", "program"): ANY,
    ("withdraw of a seat", "program"): set(),
    ("collect_fees", "program"): ANY,
    ("withdraw_subsidy", "program"): ANY,
    ("close_market", "program"): ANY,
    # SOL goes to any address that its owner names.
    ("claim of SOL", "destination"): ANY,
    ("withdraw of SOL", "destination"): ANY,
    # The treasury's account is looked at where it is needed.
    ("collect_fees late", "program"): set(),
    ("collect_fees late of tokens", "program"): set(),
    ("close_resolution with a rest", "treasury_destination"): set(),
    ("close_market with a rest", "treasury_destination"): set(),
    **creator_lives.FREE,
}
ALL: Final = {**LIVES, **VARIANTS}


def free_ways(name: str, slot: str) -> set[str]:
    """How a slot of an instruction or variant may differ."""
    return FREE.get((name, slot), FREE.get((name.split()[0], slot), set()))


def signers(instruction: Instruction, call: Call) -> tuple[Keypair, ...]:
    """Whoever has to sign it, behind a fee payer of its own, so that a missing signature is missing."""
    known = {one.pubkey(): one for one in (*call.signers, STRANGER, *map(wallet, ("bob", "alice", "oracle")))}
    return (FEE_PAYER, *(known[m.pubkey] for m in instruction.accounts if m.is_signer))


def tried(world: World, name: str, call: Call, other: Call) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The wrong calls by slot and way: all of them, and those that a simulation would let through."""
    ways, landing = set(), set()
    for one in spoilt(world, name, call, other):
        ways.add((one.slot, one.way))
        old = {key: world.svm.get_account(key) or NOTHING for key in one.planted}
        for key, account in one.planted.items():
            world.svm.set_account(key, account)
        if world.would_land(one.instruction, signers=signers(one.instruction, call)):
            landing.add((one.slot, one.way))
        for key, account in old.items():
            world.svm.set_account(key, account)
    return ways, landing


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was tried with a call, by slot and way, and what of it would have landed."""

    ways: frozenset[tuple[str, str]]
    landing: frozenset[tuple[str, str]]


@cache
def suffered(name: str) -> Outcome:
    """Spoil a call in every way; then the good one must land."""
    plain = name.split()[0]
    world = World(config=plain != "init_config")
    for one in (STRANGER, FEE_PAYER):
        world.svm.airdrop(one.pubkey(), 100 * SOL)
    other = ALL[name](world, 2)
    call = ALL[name](world, 1)
    ways, landing = tried(world, plain, call, other)
    world.send(call.instruction, signers=signers(call.instruction, call))
    return Outcome(frozenset(ways), frozenset(landing))


@pytest.mark.parametrize("name", ALL)
def test_only_what_is_free(name: str) -> None:
    """Nothing but what is free can be exchanged, and the call itself succeeds."""
    free = {(slot, way) for slot in SLOTS[name.split()[0]] for way in free_ways(name, slot)}
    done = suffered(name)
    assert done.landing == free & done.ways


def test_every_instruction_has_a_life() -> None:
    """No instruction of the IDL is left out."""
    assert set(LIVES) == set(ACCOUNTS)
    assert {name.split()[0] for name in VARIANTS} <= set(LIVES)


# Accounts that an instruction makes: before it there is nothing that could be closed, disowned or masked.
MADE: Final = {
    ("init_config", "config"), ("create_market", "market"), ("activate", "vault"), ("activate", "book"),
    ("vote", "vote"), ("propose_outcome", "resolution"), ("propose_outcome", "bond_vault"), ("split", "position"),
    ("create_pool", "pool"), ("create_pool", "reserve"), ("create_pool", "dividends"), ("create_pool", "holder"),
    ("close_market", "resolution"), ("activate", "fee_to"),
}  # fmt: skip
# Optional, and no life of it has any use for it.
NEVER_SHOWN: Final = {("activate", "fee_to"), ("place_order", "other")}


def needed(name: str, slot: AccountSlot) -> set[str]:
    """The ways that some life of an instruction must have tried with one of its slots."""
    ways = {"unsigned", "a stranger"} if slot.signer else {"a stranger", "another kind", "a forgery"}
    ways |= {"read-only"} if slot.writable else set()
    if (name, slot.name) in NEVER_SHOWN:
        return {"a stranger", "another kind", "a forgery"}
    ways |= {"left out"} if slot.optional else set()
    if slot.name in PROGRAMS:
        ways |= {"a fake program"}
    if slot.name == "token_program":
        ways |= {"the other token program"}
    if SEEDS[slot.name] is not None:
        ways |= {"a lower bump"}
        ways -= {"another kind"} if slot.name == "config" else set()
    held = slot.name in HELD and (name, slot.name) not in MADE
    if held:
        ways |= {"closed", "disowned"} | ({"masked"} if slot.name in OURS else {"a copy"})
    if held and slot.name not in ("config", "mint", "price_update"):
        ways |= {"another market's"} - ({"another market's"} if slot.name in WALLETS_OWN else set())
    return ways


PROGRAMS: Final = ("token_program", "system_program", "program")
TOKEN_PDAS: Final = {"vault", "bond_vault", "reserve", "dividends"}
OURS: Final = {slot for slot, seeds in SEEDS.items() if seeds} - TOKEN_PDAS - {"event_authority"}
WALLETS_OWN: Final = {slot for slot in SEEDS if slot.endswith(("_token", "destination"))}
HELD: Final = OURS | TOKEN_PDAS | WALLETS_OWN | {"mint", "price_update"}


def test_every_wrong_account_was_tried() -> None:
    """Each slot of each instruction met every way in which it can be wrong, in one of its lives at least."""
    tried_so: dict[tuple[str, str], set[str]] = {}
    for name in ALL:
        for slot, way in suffered(name).ways:
            tried_so.setdefault((name.split()[0], slot), set()).add(way)
    wanted = {(name, slot.name): needed(name, slot) for name, slots in ACCOUNTS.items() for slot in slots}
    missing = {where: ways - tried_so[where] for where, ways in wanted.items() if ways - tried_so[where]}
    assert missing == {}
    assert set().union(*tried_so.values()) == set(WAYS)


CLOSING: Final = ("market", "vault", "payer", "vault_payer")
# Two slots of an instruction or variant that one account may fill at once.
LEFT_OUT: Final = {
    "collect_fees": {(slot, "treasury_destination") for slot in ("market", "vault", "destination")},
    "close_resolution": {(s, "treasury_destination") for s in ("market", "resolution", "payer", "bond_vault")},
    "withdraw_subsidy": {(slot, "treasury_destination") for slot in ("market", "vault", "destination")},
    "activate": {(slot, free) for slot in ("market", "vault", "payer") for free in ("creator_token", "book")},
    "activate of a book": {(slot, "creator_token") for slot in ("market", "vault", "payer", "book")},
    "activate with a subsidy": {(slot, "book") for slot in ("market", "vault", "payer", "creator_token")},
    "close_market": {(slot, "treasury_destination") for slot in (*CLOSING, "creator_destination")}
    | {(slot, "creator_destination") for slot in (*CLOSING, "treasury_destination")},
}
SAME: Final[dict[str, set[tuple[str, str]]]] = {
    # Whoever names the vault as their destination gives it away, as by any gift to it.
    "claim": {("vault", "destination")},
    "withdraw": {("vault", "destination")},
    "sell": {("vault", "destination")},
    "sell of 8": {("vault", "destination")},
    "merge": {("vault", "destination")},
    "withdraw of a seat": {("vault", "destination")},
    "claim of a seat": {("vault", "destination")},
    # A sale pays nothing in.
    "place_order again": {(slot, "owner_token") for slot in ("market", "vault", "book", "position", "payer")},
    # Or the position, as a gift to who paid its rent.
    "claim of SOL": {("position", "destination"), ("payer", "destination")},
    "withdraw of SOL": {("position", "destination")},
    # Not looked at where there is nothing for it.
    **LEFT_OUT,
    **{
        f"{name} on a proposal": {(used, slot) for used in ("market", "vote", "voter") for slot in slots}
        for name, slots in UNUSED.items()
    },
    "collect_fees of SOL": LEFT_OUT["collect_fees"],
    "withdraw_subsidy of SOL": LEFT_OUT["withdraw_subsidy"],
    "close_market with a rest": {(slot, "creator_destination") for slot in (*CLOSING, "treasury_destination")},
    "close_market with a subsidy": {(slot, "treasury_destination") for slot in (*CLOSING, "creator_destination")},
    **creator_lives.SAME,
}


@pytest.mark.parametrize("name", ALL)
def test_one_account_twice(name: str) -> None:
    """One account cannot stand for two, but where both may be the same wallet."""
    plain = name.split()[0]
    world = World(config=plain != "init_config")
    world.svm.airdrop(FEE_PAYER.pubkey(), 100 * SOL)
    call = ALL[name](world, 1)
    found = set()
    slots = ACCOUNTS[plain]
    for at, slot in enumerate(slots):
        for to, target in enumerate(slots):
            first, second = call.instruction.accounts[at], call.instruction.accounts[to]
            # Read-only, two signatures may be one wallet's, and what is not looked at may be anything.
            apart = (slot.signer and target.signer) or "another kind" in free_ways(name, target.name)
            if first.pubkey == second.pubkey or (apart and not (slot.writable and target.writable)):
                continue
            twice = replaced(call.instruction, to, AccountMeta(first.pubkey, second.is_signer, second.is_writable))
            known = {one.pubkey() for one in call.signers}
            signing = {meta.pubkey for meta in twice.accounts if meta.is_signer}
            if signing <= known and world.would_land(twice, signers=signers(twice, call)):
                found.add((slot.name, target.name))
    assert found == SAME.get(name, set())
