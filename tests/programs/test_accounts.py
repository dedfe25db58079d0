"""Every account of every instruction, spoilt in every way: each call works as it is, and only what is free may differ.

A spoilt call is sent where the good one would succeed, so that nothing else can be the reason. `FREE` lists what the
programs leave to the caller, with the reason; everything else must be refused.
"""

from collections.abc import Iterator
from typing import Final

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from idl.addresses import config
from idl.program import PROGRAM_IDS
from idl.schema import load
from localnet.wallets import wallet
from tests.programs import creator_lives, tokens
from tests.programs.lives import LIVES, VARIANTS
from tests.programs.slots import SLOTS
from tests.programs.world import SOL, Call, World

STRANGER: Final = wallet("a stranger")
FEE_PAYER: Final = wallet("a fee payer")
FORGER: Final = wallet("a forger's program").pubkey()
ACCOUNTS: Final = {one.name: one.accounts for program in ("market", "creator") for one in load(program).instructions}

# (instruction or variant, slot) -> the ways in which it may differ; what is said of a variant goes first.
PAYS: Final = tuple(n for n, slots in ACCOUNTS.items() if any(s.name == "payer" and s.signer for s in slots))
ANY: Final = {"a stranger", "another kind", "a copy", "a forgery", "another market's"}
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
    ("sell", "destination"): {"a copy"},
    ("merge", "destination"): {"a copy"},
    ("place_order", "owner_token"): {"a copy"},
    ("place_order again", "owner_token"): ANY,  # a sale pays nothing in
    # Whoever has no orders cancels none.
    ("cancel_all", "owner"): {"a stranger"},
    ("sweep_seat by anyone", "caller"): {"a stranger"},
    ("propose_outcome", "proposer_token"): {"a copy"},
    ("dispute", "disputer_token"): {"a copy"},
    ("vote", "voter_token"): {"a copy"},
    ("claim", "destination"): {"a copy"},
    ("withdraw", "destination"): {"a copy"},
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
    ("close_resolution with a rest", "treasury_destination"): set(),
    ("close_market with a rest", "treasury_destination"): set(),
    **creator_lives.FREE,
}
ALL: Final = {**LIVES, **VARIANTS}


def spoilt(world: World, name: str, call: Call, other: Call) -> Iterator[tuple[str, str, Instruction]]:
    """Every way, the slot it concerns, and the spoilt instruction."""
    for at, slot in enumerate(ACCOUNTS[name]):
        good = call.instruction.accounts[at]
        others = other.instruction.accounts[at].pubkey
        ways: dict[str, AccountMeta] = {
            "a stranger": AccountMeta(STRANGER.pubkey(), good.is_signer, good.is_writable),
            "another kind": AccountMeta(config().address, False, good.is_writable),
            "a copy": AccountMeta(copied(world, good.pubkey, None), False, good.is_writable),
            "a forgery": AccountMeta(copied(world, good.pubkey, FORGER), False, good.is_writable),
        }
        if world.owner(good.pubkey) in PROGRAM_IDS:
            del ways["a copy"]  # only a program itself writes its accounts, and never at another address
        if good.is_signer:
            ways["unsigned"] = AccountMeta(good.pubkey, False, good.is_writable)
            ways = {way: meta for way, meta in ways.items() if way in ("a stranger", "unsigned")}
        if good.is_writable:
            ways["read-only"] = AccountMeta(good.pubkey, good.is_signer, False)
        if others != good.pubkey:
            ways["another market's"] = AccountMeta(others, good.is_signer, good.is_writable)
        for way, meta in ways.items():
            if meta.pubkey != good.pubkey or way in ("unsigned", "read-only"):
                yield way, slot.name, replaced(call.instruction, at, meta)


def copied(world: World, source: Pubkey, owner: Pubkey | None) -> Pubkey:
    """The same bytes at another address, with the same owner or a forger's."""
    where = Keypair.from_seed(bytes(source)[:31] + bytes([owner is None])).pubkey()
    found = world.svm.get_account(source)
    if found is not None and not found.executable:
        tokens.put(world.svm, where, bytes(found.data), owner or found.owner, found.lamports)
    return where


def replaced(instruction: Instruction, at: int, meta: AccountMeta) -> Instruction:
    """The instruction with one account changed."""
    metas = list(instruction.accounts)
    metas[at] = meta
    return Instruction(instruction.program_id, bytes(instruction.data), metas)


def signers(instruction: Instruction, call: Call) -> tuple[Keypair, ...]:
    """Whoever has to sign it, behind a fee payer of its own, so that a missing signature is missing."""
    known = {one.pubkey(): one for one in (*call.signers, STRANGER, *map(wallet, ("bob", "alice", "oracle")))}
    return (FEE_PAYER, *(known[m.pubkey] for m in instruction.accounts if m.is_signer))


def accepted(world: World, name: str, call: Call, other: Call) -> set[tuple[str, str]]:
    """The spoilt calls that a simulation would let through, by slot and way."""
    found = set()
    for way, slot, instruction in spoilt(world, name, call, other):
        if world.would_land(instruction, signers=signers(instruction, call)):
            found.add((slot, way))
    return found


@pytest.mark.parametrize("name", ALL)
def test_only_what_is_free(name: str) -> None:
    """Nothing but what is free can be exchanged, and the call itself succeeds."""
    plain = name.split()[0]
    world = World(config=plain != "init_config")
    for one in (STRANGER, FEE_PAYER):
        world.svm.airdrop(one.pubkey(), 100 * SOL)
    other = ALL[name](world, 2)
    call = ALL[name](world, 1)
    free = {(slot, way) for slot in SLOTS[plain] for way in FREE.get((name, slot), FREE.get((plain, slot), ()))}
    assert accepted(world, plain, call, other) == free & possible(world, plain, call, other)
    world.send(call.instruction, signers=signers(call.instruction, call))


def possible(world: World, name: str, call: Call, other: Call) -> set[tuple[str, str]]:
    """The ways that there are."""
    return {(slot, way) for way, slot, _ in spoilt(world, name, call, other)}


def test_every_instruction_has_a_life() -> None:
    """No instruction of the IDL is left out."""
    assert set(LIVES) == set(ACCOUNTS)


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
            if first.pubkey == second.pubkey or not (slot.writable and target.writable):
                continue
            twice = replaced(call.instruction, to, AccountMeta(first.pubkey, second.is_signer, second.is_writable))
            known = {one.pubkey() for one in call.signers}
            signing = {meta.pubkey for meta in twice.accounts if meta.is_signer}
            if signing <= known and world.would_land(twice, signers=signers(twice, call)):
                found.add((slot.name, target.name))
    assert found == SAME.get(name, set())
