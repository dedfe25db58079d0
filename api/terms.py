"""A new market's terms as the program will judge them: pure; refuses early what the program would refuse."""

from __future__ import annotations

from dataclasses import dataclass

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from idl import addresses, instructions
from idl.enums import Engine, Flag, Mode, Op, Pause, SourceKind
from idl.limits import (
    EVENT_AFTER_LOCK_PRICE_S,
    FEE_BPS_TOTAL_MAX,
    QUESTION_BYTES_MAX,
    QUESTION_BYTES_MIN,
    RESOLVE_SPAN_S_MAX,
    URI_BYTES_MAX,
    VOID_AFTER_MAX_S,
    VOID_AFTER_MIN_S,
    market_id,
)

from .build import PAUSED, program_fault
from .errors import InvalidAddress, MintNotAllowed, NotTheCreator, TermsRefused
from .schemas.transactions import CreateMarketBody, ProgramFault, Times


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The part of Config and of the mint's rule that a new market is held against."""

    admin: str
    mode: int
    pause: int
    protocol_fee_bps: int
    max_creator_fee_bps: int
    max_resolver_fee_bps: int
    min_dur_s: int
    max_dur_s: int
    dispute_min_s: int
    dispute_max_s: int
    mint_enabled: bool


def create_market(
    body: CreateMarketBody, wallet: Pubkey, payer: Pubkey, platform: Platform, *, slot: int, k: int, now: int
) -> tuple[Pubkey, Instruction, ProgramFault | None]:
    """(address, instruction, what only the admin can mend); `k` tells apart markets made from one slot."""
    _check(body, platform, now)
    if platform.mode == Mode.ADMIN and str(wallet) != platform.admin:
        raise NotTheCreator("Only the admin makes markets at present.", field="wallet")
    mint, number = Pubkey.from_string(body.mint), market_id(slot, k)
    address = addresses.market(wallet, number).address
    price = body.source_kind == "price"
    call = instructions.create_market(
        id=number,
        engine=Engine[body.engine.upper()],
        n=body.n,
        source_kind=SourceKind.PRICE if price else SourceKind.OPTIMISTIC,
        op=int(Op[body.op.upper()]) if price else 0,
        flags=Flag.FEE_TO_ACCOUNT if body.fee_to_account else 0,
        fee_to=Pubkey.from_string(body.fee_to) if body.fee_to else wallet,
        source=source(body.source),
        open=body.times.open,
        lock=body.times.lock,
        event=body.times.event,
        resolve_by=body.times.resolve_by,
        void_after=body.times.void_after,
        creator_fee_bps=body.creator_fee_bps,
        resolver_fee_bps=body.resolver_fee_bps,
        dispute_s=body.dispute_s,
        strike=int(body.strike),
        expo=body.expo,
        lot_k=int(body.lot_k),
        metadata_hash=bytes.fromhex(body.metadata_sha256) if body.metadata_sha256 else bytes(32),
        uri=body.uri,
        question=body.question,
        mint_rule=addresses.mint_rule(mint).address,
        market=address,
        creator=wallet,
        payer=payer,
    )
    return address, call, program_fault(PAUSED) if platform.pause & Pause.CREATE else None


def source(text: str) -> bytes:
    """A feed id in hexadecimal, or a key in base58; raises InvalidAddress."""
    try:
        return bytes.fromhex(text) if len(text) == 64 else bytes(Pubkey.from_string(text))
    except ValueError as error:
        raise InvalidAddress(field="source") from error


def _check(body: CreateMarketBody, platform: Platform, now: int) -> None:
    if not platform.mint_enabled:
        raise MintNotAllowed(field="mint")
    if not QUESTION_BYTES_MIN <= len(body.question.encode()) <= QUESTION_BYTES_MAX:
        raise TermsRefused(f"A question has {QUESTION_BYTES_MIN} to {QUESTION_BYTES_MAX} bytes.", field="question")
    if len(body.uri.encode()) > URI_BYTES_MAX:
        raise TermsRefused(f"A metadata uri has at most {URI_BYTES_MAX} bytes.", field="uri")
    total = platform.protocol_fee_bps + body.creator_fee_bps + body.resolver_fee_bps
    if body.creator_fee_bps > platform.max_creator_fee_bps or body.resolver_fee_bps > platform.max_resolver_fee_bps:
        raise TermsRefused("A fee is above what the platform allows; see /v1/fees.", field="creator_fee_bps")
    if total > FEE_BPS_TOTAL_MAX:
        raise TermsRefused(f"All fees together may be {FEE_BPS_TOTAL_MAX} basis points.", field="creator_fee_bps")
    if body.dispute_s and not platform.dispute_min_s <= body.dispute_s <= platform.dispute_max_s:
        low, high = platform.dispute_min_s, platform.dispute_max_s
        raise TermsRefused(f"A dispute window has {low} to {high} seconds.", field="dispute_s")
    price = body.source_kind == "price"
    if price and (body.n != 2 or (body.op == "updown") != (body.strike == "0")):
        raise TermsRefused("A price market has two outcomes, and a strike unless op is updown.", field="strike")
    if (body.engine == "book") != (body.lot_k != "0") or (body.engine == "book" and body.n != 2):
        raise TermsRefused("A book has two outcomes and a lot_k, and no other market has one.", field="lot_k")
    if not price and (body.strike != "0" or body.expo):
        raise TermsRefused("Only a price market has a strike.", field="strike")
    _check_times(body.times, platform, now, lead=EVENT_AFTER_LOCK_PRICE_S if price else 0)


def _check_times(times: Times, platform: Platform, now: int, *, lead: int) -> None:
    duration = times.lock - max(times.open, now)
    rules = (
        (times.open < times.lock, "open comes before lock"),
        (platform.min_dur_s <= duration, f"trading lasts at least {platform.min_dur_s} s"),
        (duration <= platform.max_dur_s, f"trading lasts at most {platform.max_dur_s} s"),
        (times.lock + lead <= times.event, f"event is {lead} s after lock or later"),
        (times.event < times.resolve_by <= times.event + RESOLVE_SPAN_S_MAX, "resolve_by is within 30 days of event"),
        (
            times.resolve_by + VOID_AFTER_MIN_S <= times.void_after <= times.resolve_by + VOID_AFTER_MAX_S,
            "void_after is 3 to 30 days after resolve_by",
        ),
    )
    for holds, rule in rules:
        if not holds:
            raise TermsRefused(f"The times do not fit: {rule}.", field="times")
