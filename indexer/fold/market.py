"""Folds a market's own life: created, activated, strike, void, state, closed. Pure; called by fold."""

import re
from typing import Any

import msgspec

from idl.enums import Engine
from idl.events import Activated, Closed, MarketCreated, StateChanged, StrikeRecorded, Value, VoidAnnounced
from idl.maths.lmsr import Curve
from indexer.fold import series
from indexer.fold.ledger import Account, Kind, leg
from indexer.fold.rows import Market, Outcome, Resolution
from indexer.fold.work import PRICE_ONE, At, Work, base58, prices, texts
from indexer.model import moment

NOBODY = base58(bytes(32))
SLUG_MAX = 60
HEX = frozenset({"metadata_hash"})
FINALIZED, VOID = 6, 7


def touched(work: Work, at: At, **fields: Any) -> Market | None:
    """The market after an event, which at least moved its seq; None where its creation could not be read."""
    row = work.get(Market, at.subject)
    if row is None:
        return None
    done = msgspec.structs.replace(row, seq=at.seq, last_seq=at.seq, **fields)
    work.put(done)
    return done


def valued(work: Work, at: At, value: Value, *, price: tuple[int, ...] | None = None, **fields: Any) -> Market | None:
    """The market after an event that moved value, its outcomes with it; price: what its engine makes of it."""
    row = work.get(Market, at.subject)
    if price is None:
        price = implied(row, value.supply) if row is not None else prices(value.supply)
    for i, supply in enumerate(value.supply):
        one = work.get(Outcome, at.subject, i)
        if one is not None and (one.supply, one.price) != (supply, price[i]):
            work.put(msgspec.structs.replace(one, supply=supply, price=price[i]))
    money = {"supply": value.supply, "escrow": value.escrow, "fees_owed": value.fees_owed, "cost": value.cost}
    return touched(work, at, price=price, **money, **fields)


def implied(market: Market, supply: tuple[int, ...]) -> tuple[int, ...]:
    """The chance of each outcome in millionths as the market's engine has it; a decided market's stay as they were."""
    if market.state in (FINALIZED, VOID) and market.engine != Engine.PARIMUTUEL:
        return market.price
    match market.engine:
        case Engine.LMSR if market.b:
            return Curve(market.b, market.inv, market.inv_shift).prices(supply, PRICE_ONE)
        case Engine.BOOK:
            return market.price
        case _:
            return prices(supply)


def created(work: Work, at: At, event: MarketCreated) -> None:
    """A market with all its terms, and its outcomes, worth nothing yet."""
    zeros = (0,) * event.n
    price = prices(zeros)
    unset = dict.fromkeys(
        ("strike_until", "escrow", "subsidy", "b", "inv", "cost", "num", "den", "likes", "dislikes", "vault_rent",
         "vault_bump", "mask", "inv_shift", "strike_off", "volume", "vault"), 0,
    )  # fmt: skip
    derived = {
        "market": at.subject,
        "slug": slug(event.question, at.subject),
        "vault_payer": NOBODY,
        "resolver_to": NOBODY,
        "created_slot": event.header.slot,
        "created_time": moment(event.header.ts),
        "closed_slot": None,
        "payout": None,
        "supply": zeros,
        "fees_owed": (0, 0, 0),
        "price": price,
        "seq": at.seq,
        "last_seq": at.seq,
    }
    row = {**unset, **texts(event, Market.__struct_fields__, hexadecimal=HEX), **derived}
    work.put(msgspec.convert(row, Market))
    for i in range(event.n):
        work.put(Outcome(market=at.subject, i=i, supply=0, price=price[i], volume=0))


def activated(work: Work, at: At, event: Activated) -> None:
    """Trading may begin; a market maker's subsidy lies in the vault."""
    names = ("subsidy", "b", "inv", "inv_shift", "cost", "vault_payer", "vault_rent", "vault_bump")
    market = touched(work, at, **texts(event, names), vault=event.subsidy)
    if market is not None:
        wallet = market.creator
        leg(work, at, market, wallet=wallet, kind=Kind.SUBSIDY, account=Account.VAULT, delta=event.subsidy)


def strike(work: Work, at: At, event: StrikeRecorded) -> None:
    """The price to compare with."""
    touched(
        work, at, strike=event.price, expo=event.expo, strike_until=event.until,
        strike_off=event.strike_off, flags=event.flags,
    )  # fmt: skip


def void_announced(work: Work, at: At, event: VoidAnnounced) -> None:
    """Halted until a deadline, or going on."""
    touched(work, at, deadline=event.deadline, flags=event.flags)


def state_changed(work: Work, at: At, event: StateChanged) -> None:
    """What is fixed from now on; a resolution learns how it ended."""
    decided = event.to in (FINALIZED, VOID)
    before = work.get(Market, at.subject)
    if before is not None:
        series.counted(work, at, before.mint, fees=max(0, sum(event.fees_owed) - sum(before.fees_owed)))
    touched(
        work, at, state=event.to, flags=event.flags, deadline=event.deadline, mask=event.mask, num=event.num,
        den=event.den, fees_owed=event.fees_owed, resolver_to=base58(event.resolver_to),
        payout=(event.mask, event.num, event.den) if decided else None,
    )  # fmt: skip
    row = work.get(Resolution, at.subject)
    if decided and row is not None and row.closed_slot is None:
        work.put(msgspec.structs.replace(row, final_outcome=event.outcome))


def slug(question: str, market: str) -> str:
    """Words of the question for a URL, told apart by the beginning of the address."""
    words = re.sub(r"[^a-z0-9]+", "-", question.lower()).strip("-")[:SLUG_MAX].rstrip("-")
    return f"{words}-{market[:8]}" if words else market


def closed_market(work: Work, at: At, event: Closed) -> Market | None:
    """The account is gone; what was left over left with it."""
    row = work.get(Market, at.subject)
    return touched(work, at, closed_slot=at.slot, vault=(row.vault if row else 0) - event.residual)
