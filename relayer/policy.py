"""What we agree to relay and to pay for: default deny, pure; called by submit (first half) and work (both halves).

`read` judges a transaction by constants and the set of our payers alone; `judge` adds what the chain says now. A
transaction passes if it has exactly one instruction of the market program on the allow-list, signed by one wallet, and
beside it only the steps that builders write: the wallet's own wrapped-SOL account made, filled, synced and closed,
compute budget within caps, and at most two Lighthouse asserts. Our payer is account 0 and appears in no instruction,
except the one rent slot of an instruction that records who paid.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from solders.pubkey import Pubkey

from idl.addresses import ata
from idl.codec import decode_instruction
from idl.errors import DecodeError
from idl.program import (
    ATA_PROGRAM,
    CREATOR_ID,
    MARKET_ID,
    PROGRAM_IDS,
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    WSOL_MINT,
)
from idl.schema import InstructionDef, load
from relayer.message import COMPUTE_BUDGET, UNITS_MAX, Call, Normal

LIGHTHOUSE = Pubkey.from_string("L2TExMFKdjpN9kozasaurPirfHy9P8sbXoAN1qA3S95")
LIGHTHOUSE_CALLS_MAX = 2
UNITS_WALLET_MAX = 400_000
PRIORITY_LAMPORTS_MAX = 100_000
HEAP_BYTES_MAX = 262_144
BLOCKHASH_AGE_BLOCKS_MAX = 100
VALID_UNTIL_SLOTS_MAX = 400
LAMPORTS_PER_BYTE = 6_960
ACCOUNT_OVERHEAD_BYTES = 128

PROGRAMS = {MARKET_ID: "market", CREATOR_ID: "creator"}

_CREATE_IDEMPOTENT = b"\x01"
_TRANSFER = (2).to_bytes(4, "little")
_SYNC_NATIVE = b"\x11"
_CLOSE_ACCOUNT = b"\x09"


def rent(size: int) -> int:
    """Rent-exempt lamports of an account with `size` bytes (solana-rent: 3,480 lamports a byte and year, two years)."""
    return (size + ACCOUNT_OVERHEAD_BYTES) * LAMPORTS_PER_BYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """One instruction of the allow-list: who signs it, what it is about, who may pay its rent or gets it back."""

    name: str
    signer: str
    rent_slot: str | None = None
    rent_max: int = 0
    refund_slot: str | None = None
    amount: str | None = None
    amount_min: int = 1
    wraps: bool = False
    subject: str = "market"
    position: str = "position"
    """The account that holds the nonce."""


POSITION_RENT = rent(208)
HOLDER_RENT = rent(160)
ALLOWED: dict[str, Allowed] = {
    rule.name: rule
    for rule in (
        Allowed(name="stake", signer="owner", rent_slot="payer", rent_max=POSITION_RENT, amount="amount", wraps=True),
        Allowed(name="buy", signer="owner", rent_slot="payer", rent_max=POSITION_RENT, amount="max_cost", wraps=True),
        Allowed(name="split", signer="owner", rent_slot="payer", rent_max=POSITION_RENT, amount="amount", wraps=True),
        Allowed(name="place_order", signer="owner", rent_slot="payer", rent_max=POSITION_RENT, wraps=True),
        Allowed(name="sell", signer="owner", wraps=True),
        Allowed(name="merge", signer="owner", wraps=True),
        Allowed(name="transfer_shares", signer="owner", position="from"),
        Allowed(name="cancel_order", signer="owner"),
        Allowed(name="cancel_all", signer="owner"),
        Allowed(name="sweep_seat", signer="caller"),
        Allowed(name="claim", signer="owner", refund_slot="payer"),
        Allowed(name="withdraw", signer="owner", wraps=True),
        Allowed(name="create_market", signer="creator", rent_slot="payer", rent_max=rent(568)),
        Allowed(
            name="activate", signer="creator", rent_slot="payer", rent_max=rent(165) + rent(9_120), amount="subsidy",
            amount_min=0, wraps=True,
        ),
        Allowed(name="propose_outcome", signer="proposer", wraps=True),
        Allowed(name="dispute", signer="disputer", wraps=True),
        Allowed(name="vote", signer="voter", amount="weight", position="vote", wraps=True),
        Allowed(name="claim_vote", signer="voter", position="vote", wraps=True),
        Allowed(name="claim_bond", signer="owner", position="resolution", wraps=True),
        Allowed(
            name="create_pool", signer="creator", rent_slot="payer", rent_max=2 * HOLDER_RENT + 2 * rent(165),
            amount="max_cost", subject="pool", position="holder", wraps=True,
        ),
        Allowed(
            name="buy_shares", signer="owner", rent_slot="payer", rent_max=HOLDER_RENT, amount="max_cost",
            subject="pool", position="holder", wraps=True,
        ),
        Allowed(name="sell_shares", signer="owner", subject="pool", position="holder", wraps=True),
        Allowed(name="claim_dividend", signer="owner", subject="pool", position="holder", wraps=True),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The policy's no: a stable code and a sentence for the wallet."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a permitted transaction is: every column of its intent follows from here."""

    instruction: str
    wallet: Pubkey
    market: Pubkey
    """The subject: a market, or a creator's pool."""
    position: Pubkey | None
    """The account that tells whether it happened: a position, a holder, a vote or a resolution."""
    nonce: int | None
    valid_until: int | None
    sponsored: bool
    loss_max: int
    """Lamports that our payer can lose at most: the fee and the named rent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the mirror says now; height and slot of the message's blockhash are None unless it is sealed."""

    head_slot: int
    head_height: int
    blockhash_height: int | None
    blockhash_slot: int | None


def read(normal: Normal, payers: frozenset[Pubkey]) -> Reading | Refusal:
    """The first half: structure, allow-list, caps, signatures. No chain facts."""
    for refusal in _form(normal):
        return refusal
    ours = [c for c in normal.calls if c.program in PROGRAM_IDS]
    if len(ours) != 1:
        return Refusal(code="one_instruction", detail=f"Exactly one instruction of ours is relayed, not {len(ours)}.")
    opened = _open(ours[0])
    if isinstance(opened, Refusal):
        return opened
    rule, definition, args = opened
    named = dict(zip((slot.name for slot in definition.accounts), ours[0].accounts, strict=False))
    sponsored = normal.fee_payer in payers
    reading = _reading(normal, rule, named, args, sponsored=sponsored)
    if isinstance(reading, Refusal):
        return reading
    checks = (_payer(normal, rule, named, payers), _signers(normal, reading), _beside(normal, reading, rule, args))
    return next((c for c in checks if c is not None), None) or reading


def judge(reading: Reading, facts: Facts) -> Refusal | None:
    """The second half: a blockhash of a sealed block that is young enough, and a bound in slots that is near."""
    if facts.blockhash_height is None:
        return Refusal(code="unknown_blockhash", detail="The blockhash is not one of a sealed block.")
    if facts.head_height - facts.blockhash_height > BLOCKHASH_AGE_BLOCKS_MAX:
        return Refusal(code="old_blockhash", detail=f"The blockhash is older than {BLOCKHASH_AGE_BLOCKS_MAX} blocks.")
    if reading.valid_until is not None and reading.valid_until < facts.head_slot:
        return Refusal(code="expired", detail=f"valid_until {reading.valid_until} is past, slot {facts.head_slot}.")
    if reading.valid_until is not None and reading.valid_until > facts.head_slot + VALID_UNTIL_SLOTS_MAX:
        return Refusal(
            code="valid_until_far", detail=f"valid_until may be {VALID_UNTIL_SLOTS_MAX} slots ahead at most."
        )
    return None


def _form(normal: Normal) -> Iterator[Refusal]:
    if normal.lookups:
        yield Refusal(code="lookup_table", detail="Address lookup tables are not relayed.")
    if normal.durable_nonce:
        yield Refusal(code="durable_nonce", detail="Durable nonces are not relayed.")
    if normal.version == "1" and normal.budget_calls:
        yield Refusal(code="compute_budget", detail="A v1 message sets its compute budget in its config.")
    # Without a compute budget the runtime's own default stands, and no priority fee can hang on it.
    stated = normal.version == "1" or normal.budget_calls > 0
    if not 0 < normal.compute_limit <= (UNITS_WALLET_MAX if stated else UNITS_MAX):
        yield Refusal(code="compute_limit", detail=f"The compute limit must be 1 to {UNITS_WALLET_MAX} units.")
    if normal.version == "1" and not normal.loaded_limit:
        yield Refusal(code="loaded_limit", detail="A v1 message must set its loaded accounts data limit.")
    if normal.heap is not None and normal.heap > HEAP_BYTES_MAX:
        yield Refusal(code="heap", detail=f"The heap may have {HEAP_BYTES_MAX} bytes.")


def _open(call: Call) -> tuple[Allowed, InstructionDef, msgspec.Struct] | Refusal:
    """The rule, definition and arguments of our instruction."""
    definitions = load(PROGRAMS[call.program]).instructions
    definition = next((i for i in definitions if i.discriminator == call.data[:8]), None)
    if definition is None:
        return Refusal(code="unknown_instruction", detail=f"The {PROGRAMS[call.program]} program has no such thing.")
    rule = ALLOWED.get(definition.name)
    if rule is None:
        return Refusal(code="not_allowed", detail=f"{definition.name} is not relayed for wallets.")
    if len(call.accounts) < len(definition.accounts):
        return Refusal(code="missing_accounts", detail=f"{definition.name} takes {len(definition.accounts)} accounts.")
    try:
        return rule, definition, decode_instruction(call.program, call.data)
    except DecodeError as error:
        return Refusal(code="bad_arguments", detail=f"{definition.name}: {error}")


def _reading(
    normal: Normal, rule: Allowed, named: dict[str, Pubkey], args: msgspec.Struct, *, sponsored: bool
) -> Reading | Refusal:
    nonce, amount = getattr(args, "nonce", None), getattr(args, rule.amount, None) if rule.amount else None
    if nonce == 0:
        return Refusal(code="bad_nonce", detail="A nonce begins at 1.")
    if amount is not None and amount < rule.amount_min:
        return Refusal(code="bad_amount", detail="The amount must be above 0.")
    if nonce is not None and getattr(args, "outcome", 0) >= 8:
        return Refusal(code="bad_outcome", detail="A market has at most 8 outcomes.")
    rents = rule.rent_slot is not None and sponsored and named.get(rule.rent_slot) == normal.fee_payer
    return Reading(
        instruction=rule.name,
        wallet=named[rule.signer],
        market=named[rule.subject],
        position=named.get(rule.position),
        nonce=nonce,
        valid_until=getattr(args, "valid_until", None),
        sponsored=sponsored,
        loss_max=(normal.fee_lamports + (rule.rent_max if rents else 0)) if sponsored else 0,
    )


def _signers(normal: Normal, reading: Reading) -> Refusal | None:
    """One wallet signs, beside our payer or alone; its signature is checked here."""
    expected = {normal.fee_payer, reading.wallet}
    if set(normal.signers) != expected or (not reading.sponsored and reading.wallet != normal.fee_payer):
        return Refusal(code="signers", detail="Only the wallet signs, and it pays unless one of our payers does.")
    if not normal.signed_by(reading.wallet):
        return Refusal(code="bad_signature", detail="The wallet's signature does not fit these bytes.")
    if reading.sponsored and normal.priority_lamports > PRIORITY_LAMPORTS_MAX:
        return Refusal(code="priority_fee", detail=f"We pay at most {PRIORITY_LAMPORTS_MAX} lamports of priority fee.")
    return None


def _payer(normal: Normal, rule: Allowed, named: dict[str, Pubkey], payers: frozenset[Pubkey]) -> Refusal | None:
    """Our payers appear nowhere, except as account 0, once in its rent slot, or once where rent comes back to them."""
    uses = [key for call in normal.calls for key in (call.program, *call.accounts) if key in payers]
    granted = {normal.fee_payer}
    if rule.refund_slot:
        granted.add(named[rule.refund_slot])
    slot = named.get(rule.refund_slot or rule.rent_slot or "")
    if slot in uses and slot in granted:
        uses.remove(slot)
    if uses:
        return Refusal(code="payer_used", detail="Our payer may not appear in an instruction.")
    if payers & set(normal.keys) - granted:
        return Refusal(code="payer_used", detail="A payer of ours may only be account 0.")
    return None


def _beside(normal: Normal, reading: Reading, rule: Allowed, args: msgspec.Struct) -> Refusal | None:
    """Every instruction beside ours is one that builders write, on the right side of it."""
    at = next(i for i, c in enumerate(normal.calls) if c.program in PROGRAM_IDS)
    seen: list[str] = []
    for index, call in enumerate(normal.calls):
        if index == at:
            continue
        word = _step(call, reading, rule, args, before=index < at)
        if isinstance(word, Refusal):
            return word
        seen.append(word)
    for word in set(seen):
        if seen.count(word) > (LIGHTHOUSE_CALLS_MAX if word == "lighthouse" else 1):
            return Refusal(code="repeated_step", detail=f"Too many {word} steps.")
    return None


def _step(call: Call, reading: Reading, rule: Allowed, args: msgspec.Struct, *, before: bool) -> str | Refusal:
    wallet, wrapped = reading.wallet, ata(reading.wallet, WSOL_MINT).address
    if call.program == LIGHTHOUSE:
        return "lighthouse"
    if call.program == ATA_PROGRAM and before:
        return _creates(call, wallet)
    if rule.wraps and call.program == SYSTEM_PROGRAM and before and call.data[:4] == _TRANSFER:
        return _transfers(call, wallet, wrapped, rule, args)
    if rule.wraps and call.program == TOKEN_PROGRAM:
        if before and call.data == _SYNC_NATIVE and call.accounts == (wrapped,):
            return "sync_native"
        if not before and call.data == _CLOSE_ACCOUNT and call.accounts == (wrapped, wallet, wallet):
            return "close_account"
    if call.program in (SYSTEM_PROGRAM, TOKEN_PROGRAM, ATA_PROGRAM, COMPUTE_BUDGET):
        return Refusal(code="step_not_allowed", detail=f"This instruction of {call.program} is not relayed.")
    return Refusal(code="foreign_program", detail=f"Instructions of {call.program} are not relayed.")


def _creates(call: Call, wallet: Pubkey) -> str | Refusal:
    """The wallet makes its own canonical token account and pays for it."""
    if call.data == _CREATE_IDEMPOTENT and len(call.accounts) == 6:
        funder, account, owner, mint, system, token = call.accounts
        known = token in (TOKEN_PROGRAM, TOKEN_2022_PROGRAM) and system == SYSTEM_PROGRAM
        if known and funder == owner == wallet and account == ata(wallet, mint, token).address:
            return "create_account"
    return Refusal(code="step_not_allowed", detail="Only the wallet's own token account may be made, by the wallet.")


def _transfers(call: Call, wallet: Pubkey, wrapped: Pubkey, rule: Allowed, args: msgspec.Struct) -> str | Refusal:
    """SOL goes from the wallet into its own wrapped account, as much as the instruction takes."""
    lamports = int.from_bytes(call.data[4:], "little")
    if len(call.data) != 12 or call.accounts != (wallet, wrapped):
        return Refusal(code="transfer", detail="SOL may only move from the wallet into its own wrapped account.")
    if rule.amount is not None and lamports != getattr(args, rule.amount):
        return Refusal(code="transfer", detail="The wrapped amount is not the amount of the instruction.")
    return "transfer"
