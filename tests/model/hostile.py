"""Good calls spoiled: a signature left out, somebody else signing, an account exchanged. All of it must be refused."""

import random
from typing import Any, Final

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from idl.program import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from tests.model.offered import SLOTS
from tests.model.stage import MINT_OF, Place, Stage
from tests.programs.world import MINTS, key

Twist = tuple[str, str, object]

# Accounts that only one address may stand for, whatever the instruction. `program` is not among them: a self-call names
# its own program, whatever stands there.
PINNED: Final = frozenset({
    "config", "vault", "position", "resolution", "bond_vault", "mint", "token_program", "owner_token",
    "proposer_token", "event_authority", "book", "vote", "disputer_token", "voter_token",
    "creator_token", "reserve", "dividends", "holder", "pool", "fee_to",
})  # fmt: skip
ALSO: Final = frozenset({
    ("claim", "payer"), ("claim", "market"), ("stake", "market"), ("withdraw", "market"), ("pay_out", "market"),
    ("finalize", "market"), ("claim_bond", "market"), ("collect_fees", "market"), ("close_resolution", "market"),
    ("close_resolution", "payer"), ("close_market", "payer"), ("close_market", "market"), ("activate", "market"),
    ("claim_bond", "destination"), ("propose_outcome", "market"), ("create_market", "market"), ("dispute", "market"),
    ("tally_dispute", "market"), ("vote", "market"), ("claim_vote", "market"), ("claim_vote", "destination"),
    ("claim_vote", "voter"), ("rule", "market"), ("buy", "market"), ("sell", "market"), ("split", "market"),
    ("merge", "market"), ("transfer_shares", "market"), ("transfer_shares", "from"), ("withdraw_subsidy", "market"),
    ("place_order", "market"), ("cancel_order", "market"), ("prune", "market"), ("sweep_seat", "market"),
    ("close_book", "market"), ("close_book", "payer"), ("set_mint_rule", "mint_rule"),
})  # fmt: skip
# Not looked at where there is nothing to look for: no candidate held, no bond vault to close, no seat in the book.
FREE: Final = frozenset({
    ("resolve_by_price", "resolution"), ("close_resolution", "mint"), ("close_resolution", "token_program"),
    ("close_resolution", "bond_vault"), ("claim", "book"), ("pay_out", "book"), ("withdraw", "book"),
    ("activate", "book"), ("place_order", "owner_token"), ("activate", "fee_to"), ("sweep_seat", "position"),
    ("activate", "creator_token"),
})  # fmt: skip
# Whose signature is the right itself, not only a purse.
RIGHTS: Final = frozenset(
    {"owner", "creator", "admin", "pending_admin", "authority", "proposer", "disputer", "voter", "council"}
)
ANYBODY: Final = frozenset({("set_pause", "authority"), ("cancel_all", "owner")})


# What names accounts in groups: one left out is no group.
BATCHES: Final = frozenset({"pay_out", "pay_dividends", "close_orphan"})


def draw(rng: random.Random, name: str, args: tuple[Any, ...], stage: Stage) -> Twist | None:
    """A way to spoil an instruction."""
    kind = rng.choice(("unsigned", "signer", "swap", "swap"))
    if name in BATCHES and rng.random() < 0.5:
        return ("short", "", None)
    slots = SLOTS.get(name, ())
    fitting = {
        "unsigned": [slot for slot in slots if slot in RIGHTS or slot in ("payer", "caller")],
        "signer": [slot for slot in slots if slot in RIGHTS and (name, slot) not in ANYBODY],
        "swap": [slot for slot in slots if (slot in PINNED and (name, slot) not in FREE) or (name, slot) in ALSO],
    }[kind]
    if not fitting:
        return None
    slot = rng.choice(fitting)
    return (kind, slot, _stranger(rng, slot, args, stage) if kind == "swap" else None)


def _stranger(rng: random.Random, slot: str, args: tuple[Any, ...], stage: Stage) -> Place:
    if slot in ("mint", "token_program"):
        return (slot, rng.choice(sorted(MINT_OF)))
    if slot in ("vault", "bond_vault") and rng.random() < 0.5:
        market = stage.model.markets.get(args[0]) if args else None
        mints = [market.terms.mint] if market is not None else sorted(MINT_OF)
        return ("token", Stage.HOSTILE, rng.choice(mints))
    alike = [place for place in stage.places if place[0] == slot] if rng.random() < 0.5 else []
    return rng.choice(alike or list(stage.places))


def spoiled(instruction: Instruction, name: str, twist: Twist, stage: Stage) -> Instruction | None:
    """The instruction with its fault; None where it would make no difference."""
    kind, slot, place = twist
    if kind == "short":
        whole = list(instruction.accounts)
        return Instruction(instruction.program_id, bytes(instruction.data), whole[:-1])
    at = SLOTS[name].index(slot)
    metas = list(instruction.accounts)
    old = metas[at]
    if kind == "unsigned":
        twice = any(one.pubkey == old.pubkey and one.is_signer for i, one in enumerate(metas) if i != at)
        if twice or not old.is_signer:
            return None
        metas[at] = AccountMeta(old.pubkey, False, old.is_writable)
    else:
        new = key(Stage.HOSTILE) if kind == "signer" else _address(place, stage)  # type: ignore[arg-type]
        if new is None or new == old.pubkey:
            return None
        metas[at] = AccountMeta(new, old.is_signer, old.is_writable)
    return Instruction(instruction.program_id, bytes(instruction.data), metas)


def _address(place: Place, stage: Stage) -> Pubkey | None:
    match place[0]:
        case "mint":
            return MINT_OF[str(place[1])]
        case "token_program":
            program = MINTS[MINT_OF[str(place[1])]]
            return TOKEN_2022_PROGRAM if program == TOKEN_PROGRAM else TOKEN_PROGRAM
        case _:
            return stage.places.get(tuple(place))
