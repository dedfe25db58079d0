"""Whether an account is what the model says of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any, Final

from solders.account import Account as Raw

from idl.accounts import Account
from idl.enums import Flag, Op, State
from tests.model.chain import tokens_in
from tests.model.nouns import POOL, SOL_MINT, Fan, Holding, Market, Resolution, Settings, rent
from tests.model.offered import HAS_BOOK, Book
from tests.model.rules.admin import NAMED, hash_of
from tests.model.rules.desk import SIDE_ORDERS
from tests.model.rules.desk import Book as Desk
from tests.model.rules.opening import BOOK_BYTES, MARKET_BYTES, TOKEN_BYTES
from tests.model.stage import Place, Stage
from tests.programs.world import key

Facts = Mapping[str, object]
NOBODY: Final = bytes(32)
NO_SEAT: Final = 255


def unlike(stage: Stage, place: Place, raw: Raw, account: Account | None) -> Iterable[str]:
    """What is otherwise than the model has it."""
    for name, expected in EXPECTED[str(place[0])](stage, place).items():
        found = FOUND[name](raw, account) if name in FOUND else getattr(account, name, None)
        if found != expected:
            yield f"{name} is {found}, by the model {expected}"


FOUND: Final[Mapping[str, Callable[[Raw, Account | None], object]]] = {
    "lamports": lambda raw, account: raw.lamports,
    "tokens": lambda raw, account: tokens_in(raw) or 0,
    "exists": lambda raw, account: account is not None,
    "orders": lambda raw, account: orders_of(account),
    "seats": lambda raw, account: seats_of(account),
}


def _wallet(stage: Stage, place: Place) -> Facts:
    return {"lamports": stage.model.lamports[str(place[1])]}


def _token(stage: Stage, place: Place) -> Facts:
    _, name, mint = place
    held = stage.model.tokens[str(name), str(mint)]
    return {"tokens": held, "lamports": rent(TOKEN_BYTES) + (held if mint == SOL_MINT else 0)}


def _config(stage: Stage, place: Place) -> Facts:
    model = stage.model
    settings = {one.name: getattr(model.settings, one.name) for one in fields(Settings)}
    named = {name: bytes(key(settings[name])) for name in NAMED}
    ruling = {"admin": bytes(key(model.admin)), "pending_admin": bytes(key(model.heir)) if model.heir else NOBODY}
    told = {"pending_hash": hash_of(model.announced), "eta": model.announced.eta if model.announced else 0}
    return settings | named | ruling | told | {"pause": model.pause}


def _mint_rule(stage: Stage, place: Place) -> Facts:
    return asdict(stage.model.bounds[str(place[1])])


def _market_of(stage: Stage, place: Place) -> Market | None:
    found = stage.model.markets.get(int(place[1]))
    return found if found is not None and found.state != "Closed" else None


def _vault(stage: Stage, place: Place) -> Facts:
    market = _market_of(stage, place)
    return {"tokens": market.vault if market is not None and not market.unwrapped else 0}


def _bonds(stage: Stage, place: Place) -> Facts:
    market = _market_of(stage, place)
    return {"tokens": market.bonds if market is not None else 0}


def _market(stage: Stage, place: Place) -> Facts:
    market = _market_of(stage, place)
    if market is None:
        return {"exists": False, "lamports": 0}
    mask, num, den = market.payout or (0, 0, 0)
    supply = market.supply()
    return _strike(market) | {
        "state": State[market.state],
        "deadline": market.deadline,
        "supply": (*supply, *[0] * (8 - len(supply))),
        "escrow": market.escrow(),
        "fees_owed": tuple(market.fees),
        "mask": mask,
        "num": num,
        "den": den,
        "cost": market.cost,
        "dislikes": market.voices[0],
        "likes": market.voices[1],
        "resolver_to": bytes(key(market.resolver_to)) if market.resolver_to else NOBODY,
        "flags": _flags(market),
        "lamports": rent(MARKET_BYTES) + (rent(TOKEN_BYTES) + market.vault if market.unwrapped else 0),
    }


def _strike(market: Market) -> dict[str, Any]:
    strike = market.strike
    if strike is None:
        return {"strike": market.terms.strike, "strike_until": 0, "strike_off": 0}
    off = strike.publish - market.terms.open
    return {"strike": strike.price, "expo": strike.expo, "strike_until": strike.until, "strike_off": off}


def _flags(market: Market) -> int:
    strike = market.strike
    fixed = market.terms.price and market.terms.op != Op.UPDOWN
    bits = {
        Flag.UNWRAPPED: market.unwrapped,
        Flag.HALTED: market.halted,
        Flag.STRIKE_SET: fixed or strike is not None,
        Flag.STRIKE_FINAL: market.strike_final,
        Flag.STRIKE_WIDE: strike is not None and strike.wide,
        Flag.FEE_TO_ACCOUNT: market.terms.fee_to == POOL,
        HAS_BOOK: market.book is not None,
    }
    return sum(bit for bit, there in bits.items() if there)


def _position(stage: Stage, place: Place) -> Facts:
    _, k, name = place
    market = stage.model.markets.get(int(k))
    holding = market.holders.get(str(name)) if market is not None else None
    if market is None or holding is None:
        return {"exists": False, "lamports": 0}
    return {
        "owner": bytes(key(str(name))),
        "shares": tuple(holding.shares),
        "credit": holding.credit,
        "last_nonce": holding.top,
        "nonce_bits": nonce_bits(holding),
        "seat": NO_SEAT if holding.seat is None else holding.seat,
        "lamports": rent(144 + 8 * market.terms.n),
    }


def nonce_bits(holding: Holding | Fan) -> int:
    """The window of used nonces, as the specification writes it: bit k is the nonce k behind the greatest."""
    return sum(1 << (holding.top - one) for one in holding.used if holding.top - one < 64)


def _resolution(stage: Stage, place: Place) -> Facts:
    market = _market_of(stage, place)
    held = market.resolution if market is not None else None
    if market is None or held is None:
        return {"exists": False, "lamports": 0}
    return _bonded(held) | {
        "proposer": bytes(key(held.proposer)),
        "payer": bytes(key(held.payer)),
        "proposed": held.outcome,
        "window_end": held.window_end,
        "final_outcome": 255 if held.final is None else held.final,
        "publish_time": held.publish,
    }


def _bonded(held: Resolution) -> dict[str, Any]:
    return {
        "bond": held.bond,
        "quorum": held.quorum,
        "owed": held.owed,
        "tally": tuple(held.tally.get(side, 0) for side in range(9)),
        "total": sum(held.tally.values()),
        "disputer": bytes(key(held.disputer)) if held.disputer else NOBODY,
    }


def _vote(stage: Stage, place: Place) -> Facts:
    _, k, round, name = place
    market = stage.model.markets.get(int(k))
    vote = market.voters.get((int(round), str(name))) if market is not None else None
    if vote is None:
        return {"exists": False, "lamports": 0}
    return {"side": vote.side, "weight": vote.weight, "voter": bytes(key(str(name))), "lamports": rent(88)}


def _book(stage: Stage, place: Place) -> Facts:
    market = _market_of(stage, place)
    book = market.book if market is not None else None
    if not isinstance(book, Desk):
        return {"exists": False, "lamports": 0}
    orders = {
        one.place: (bytes(key(one.owner)), one.tick, one.lots, one.sells, one.expiry, one.client, one.seq)
        for one in book.orders
    }
    seats = {}
    for number, who in book.seats.items():
        locked = sum(book.locked(one) for one in book.of(who))
        seats[number] = (bytes(key(who)), locked, book.purses[who].credit, tuple(book.purses[who].shares))
    return {"orders": orders, "seats": seats, "order_seq": book.seq, "lamports": rent(BOOK_BYTES)}


def _pool(stage: Stage, place: Place) -> Facts:
    pool = stage.model.pool
    if pool is None:
        return {"exists": False, "lamports": 0}
    counted = {"recorded": pool.recorded, "acc": pool.acc, "carry": pool.carry}
    return counted | {"supply": pool.supply(), "a": pool.a, "c": pool.c, "lamports": rent(160)}


def _purse(stage: Stage, place: Place) -> Facts:
    pool = stage.model.pool
    if pool is None:
        return {"tokens": 0}
    held = getattr(pool, str(place[0]))
    if pool.mint != SOL_MINT:
        return {"tokens": held}
    return {"tokens": held, "lamports": rent(TOKEN_BYTES) + held + (pool.unsynced if place[0] == "dividends" else 0)}


def _holder(stage: Stage, place: Place) -> Facts:
    fan = stage.model.pool.fans.get(str(place[1])) if stage.model.pool is not None else None
    if fan is None:
        return {"exists": False, "lamports": 0}
    held = {"shares": fan.shares, "debt": fan.debt, "pending": fan.pending, "locked_until": fan.locked_until}
    return held | {"last_nonce": fan.top, "nonce_bits": nonce_bits(fan), "lamports": rent(160)}


def orders_of(account: Account | None) -> dict[int, object]:
    """The orders of a book's account by place, as (owner, tick, lots, sells, expiry, client, seq)."""
    assert isinstance(account, Book)
    return {
        place: (account.seats[one.seat].owner, one.tick, one.lots, bool(one.sells), one.expiry, one.client_id, one.seq)
        for place, one in enumerate(account.orders)
        if account.used[place // SIDE_ORDERS] >> place % SIDE_ORDERS & 1
    }


def seats_of(account: Account | None) -> dict[int, object]:
    """The seats of a book's account by number, as (owner, locked, credit, shares)."""
    assert isinstance(account, Book)
    taken = [(n, one) for n, one in enumerate(account.seats) if account.seated >> n & 1]
    return {n: (one.owner, one.locked, one.credit, tuple(one.shares)) for n, one in taken}


EXPECTED: Final[Mapping[str, Callable[[Stage, Place], Facts]]] = {
    "wallet": _wallet,
    "token": _token,
    "config": _config,
    "mint_rule": _mint_rule,
    "market": _market,
    "vault": _vault,
    "bonds": _bonds,
    "position": _position,
    "resolution": _resolution,
    "vote": _vote,
    "book": _book,
    "pool": _pool,
    "reserve": _purse,
    "dividends": _purse,
    "holder": _holder,
}
