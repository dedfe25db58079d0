"""What must be true after every step. Each check stands alone: a fault must be seen by the one whose it is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from solders.account import Account as Raw
from solders.pubkey import Pubkey

from idl import addresses
from idl.accounts import Account, Market, Position, Resolution
from idl.codec import decode_account
from idl.enums import Flag, State
from idl.events import Event
from idl.maths.solvency import required
from idl.program import MARKET_ID, PROGRAM_IDS, WSOL_MINT
from tests.model import offered
from tests.model.chain import Result, mint_of, tokens_in
from tests.model.lifecycle import allowed
from tests.model.likeness import unlike
from tests.model.offered import Book, Holder, Order, OrderPlaced, Pool
from tests.model.offered import Step as Cancelled
from tests.model.stage import Stage
from tests.programs.rebuild import Accounts, follow

NO_VAULT: Final = (State.Proposed, State.Approved, State.Rejected)


class Broken(Exception):
    """A promise does not hold; `check` names it."""

    def __init__(self, check: str, words: str) -> None:
        self.check = check
        self.kind = (check, words.split(" ", 1)[0] if check == ANSWER else "")
        super().__init__(f"{check}: {words}")


@dataclass(slots=True)
class Seen:
    """What the watcher knows: accounts as they are, accounts as the events tell them, nonces that acted."""

    stage: Stage
    accounts: dict[Pubkey, Account] = field(default_factory=dict)
    raw: dict[Pubkey, Raw] = field(default_factory=dict)
    told: Accounts = field(default_factory=dict)
    last: dict[bytes, int] = field(default_factory=dict)
    nonces: set[tuple[bytes, bytes, int]] = field(default_factory=set)

    def tell(self, events: Iterable[Event]) -> None:
        """Takes events in, without which no account could be made again."""
        for event in events:
            follow(self.told, self.last, event)

    def look(self, after: Mapping[Pubkey, Raw]) -> None:
        """Takes in what a transaction left."""
        for where, account in after.items():
            self.raw[where] = account
            if account.owner in PROGRAM_IDS and account.data:
                self.accounts[where] = decode_account(bytes(account.data))
            else:
                self.accounts.pop(where, None)

    def amount(self, where: Pubkey) -> int:
        """Tokens in an account, 0 where there is none."""
        account = self.raw.get(where)
        return (tokens_in(account) or 0) if account is not None else 0

    def markets(self, result: Result) -> list[tuple[Pubkey, Market]]:
        """The markets that a transaction could write and that still exist."""
        found = [(where, self.accounts.get(where)) for where in result.after]
        return [(where, one) for where, one in found if isinstance(one, Market)]


@dataclass(frozen=True, slots=True)
class Step:
    """What was done: the instruction's name, and whether the table allows a transition by it now."""

    name: str
    timely: bool


Check = Callable[[Seen, Step, Result], Iterable[str]]


def solvency(seen: Seen, step: Step, result: Result) -> Iterable[str]:
    """A vault holds what its market owes, a bond vault what its resolution owes."""
    for where, market in seen.markets(result):
        if market.state in NO_VAULT:
            continue
        if market.flags & Flag.UNWRAPPED:
            held = seen.raw[where].lamports - market.market_rent - market.vault_rent
        else:
            held = seen.amount(addresses.vault(where).address)
        if held < required(market):
            yield f"{where} holds {held} and owes {required(market)}"
        resolution = seen.accounts.get(addresses.resolution(where).address)
        if isinstance(resolution, Resolution):
            bonds = seen.amount(addresses.bond_vault(where).address)
            if bonds < resolution.owed:
                yield f"{where} holds bonds of {bonds} and owes {resolution.owed}"


def price(a: int, c: int, shares: int) -> int:
    """What so many shares of a pool cost from the first on: the sum of a * k^2 + c for k below them."""
    return a * (shares - 1) * shares * (2 * shares - 1) // 6 + c * shares


def pools(seen: Seen, step: Step, result: Result) -> Iterable[str]:
    """A pool's reserve holds the price of its shares, its dividends account what was counted in and is due."""
    for where in result.after:
        pool = seen.accounts.get(where)
        if not isinstance(pool, Pool):
            continue
        reserve = seen.amount(addresses.reserve(where).address)
        holders = [one for one in seen.accounts.values() if isinstance(one, Holder) and one.pool == bytes(where)]
        if step.name in ("buy_shares", "sell_shares") and reserve < price(pool.a, pool.c, pool.supply):
            yield f"{where} holds a reserve of {reserve} for {pool.supply} shares"
        if seen.amount(addresses.dividends(where).address) < pool.recorded:
            yield f"{where} holds less dividends than the {pool.recorded} counted in"
        if sum(one.shares for one in holders) != pool.supply:
            yield f"{where}: {pool.supply} shares, held {sum(one.shares for one in holders)}"
        due = sum(one.pending + (one.shares * (pool.acc - one.debt) >> 32) for one in holders)
        if due > pool.recorded:
            yield f"{where} owes dividends of {due} and has {pool.recorded} of them"


def shares(seen: Seen, step: Step, result: Result) -> Iterable[str]:
    """The supply of an outcome is what positions, seats and orders hold; so is the collateral in escrow."""
    for where, market in seen.markets(result):
        mine = bytes(where)
        held = [one for one in seen.accounts.values() if isinstance(one, Position) and one.market == mine]
        book = seen.accounts.get(offered.book_address(where).address)
        in_book, collateral = content(book, market.lot_k) if isinstance(book, Book) else ([0] * market.n, 0)
        for outcome in range(market.n):
            total = sum(one.shares[outcome] for one in held) + in_book[outcome]
            if total != market.supply[outcome]:
                yield f"{where} outcome {outcome}: supply {market.supply[outcome]}, positions {total}"
        if any(market.supply[market.n :]):
            yield f"{where} has shares of outcomes that it has not"
        credit = sum(one.credit for one in held) + collateral
        if credit != market.escrow:
            yield f"{where}: escrow {market.escrow}, credits {credit}"


def content(book: Book, k: int) -> tuple[list[int], int]:
    """Shares of both outcomes and collateral in a book's seats and orders."""
    taken = [one for n, one in enumerate(book.seats) if book.seated >> n & 1]
    held, collateral = [sum(one.shares[i] for one in taken) for i in (0, 1)], sum(one.credit for one in taken)
    for side in (0, 1):
        for order in resting(book, side):
            bids_yes = (side == 0) != bool(order.sells)
            price = order.tick if bids_yes else 100 - order.tick
            if order.sells:
                held[0 if bids_yes else 1] += 100 * k * order.lots
            else:
                collateral += price * k * order.lots
    return held, collateral


def resting(book: Book, side: int) -> list[Order]:
    """A side's orders as they are to be served: the best price first, then the oldest."""
    orders = [one for i, one in enumerate(book.orders[64 * side : 64 * side + 64]) if book.used[side] >> i & 1]
    return sorted(orders, key=lambda one: (one.tick if side else -one.tick, one.seq))


def crossed(seen: Seen, step: Step, result: Result) -> Iterable[str]:
    """No bid at rest meets an ask at rest."""
    for where in result.after:
        book = seen.accounts.get(where)
        bids, asks = (resting(book, 0), resting(book, 1)) if isinstance(book, Book) else ([], [])
        if bids and asks and bids[0].tick >= asks[0].tick:
            yield f"{where}: bid {bids[0].tick} meets ask {asks[0].tick}"


def priority(seen: Seen, step: Step, result: Result) -> Iterable[str]:
    """An order meets the other side's orders in their turn: the best price first, then the oldest, none left out."""
    for event in result.events:
        if not isinstance(event, OrderPlaced):
            continue
        where = offered.book_address(Pubkey(event.header.subject)).address
        book = decode_account(bytes(result.before[where].data))
        assert isinstance(book, Book)
        met = [fill.seq for fill in event.fills if fill.how not in (Cancelled.EVICTED, Cancelled.SEAT)]
        asks = (event.order.side == 0) == (event.order.outcome == 0)
        turn = [one.seq for one in resting(book, int(asks))][: len(met)]
        if met != turn:
            yield f"{where}: met {met}, their turn was {turn}"


def conservation(seen: Seen, step: Step, result: Result) -> Iterable[str]:
    """No token and no lamport is made or lost."""
    lost = sum(one.lamports for one in result.before.values()) - sum(one.lamports for one in result.after.values())
    if lost != result.fee:
        yield f"{lost - result.fee} lamports are gone"
    sums: dict[Pubkey, int] = {}
    for accounts, sign in ((result.before, 1), (result.after, -1)):
        for account in accounts.values():
            amount = tokens_in(account)
            # Wrapped SOL becomes plain SOL when it is unwrapped: the lamports above speak for it.
            if amount and mint_of(account) != WSOL_MINT:
                sums[mint_of(account)] = sums.get(mint_of(account), 0) + sign * amount
    for mint, gone in sums.items():
        if gone:
            yield f"{gone} tokens of {mint} are gone"


def nonce(seen: Seen, step: Step, result: Result) -> Iterable[str]:
    """A nonce of a wallet in a market acts once."""
    for event in result.events:
        number = getattr(event, "nonce", None)
        if number is None:
            continue
        acted = (event.header.subject, event.header.actor, number)
        if acted in seen.nonces:
            yield f"nonce {number} acted twice: {event}"
        seen.nonces.add(acted)


def transitions(seen: Seen, step: Step, result: Result) -> Iterable[str]:
    """A market changes its state only as the table says, by the instruction and at the time that it says."""
    for where, account in result.before.items():
        known = seen.stage.names.get(where, ("",))
        if known[0] != "market":
            continue
        before, after = state_of(account), state_of(result.after[where])
        if before != after and not (allowed(before, after, step.name) and step.timely):
            yield f"market {known[1]} went from {before or 'nothing'} to {after or 'nothing'} by {step.name}"


def state_of(account: Raw) -> str:
    """The state in an account's bytes; "" where there is no market."""
    if account.owner != MARKET_ID or not account.data:
        return ""
    market = decode_account(bytes(account.data))
    return State(market.state).name if isinstance(market, Market) else ""


def rebuild(seen: Seen, step: Step, result: Result) -> Iterable[str]:
    """Every account is what the events say, and nothing but them."""
    try:
        seen.tell(result.events)
    except (AssertionError, KeyError) as error:
        yield f"events: {error!r}"
        return
    for where in result.after:
        there, told = seen.accounts.get(where), seen.told.get(where)
        if there != told:
            yield f"{seen.stage.names.get(where, where)} is {there}, by its events {told}"


def model(seen: Seen, step: Step, result: Result) -> Iterable[str]:
    """Every account that could be written is what the model says."""
    for where, account in result.after.items():
        place = seen.stage.names.get(where)
        if place is not None:
            yield from (f"{place}: {words}" for words in unlike(seen.stage, place, account, seen.accounts.get(where)))


CHECKS: Final[Mapping[str, Check]] = {
    "solvency": solvency,
    "pools": pools,
    "shares": shares,
    "conservation": conservation,
    "crossed": crossed,
    "priority": priority,
    "nonce": nonce,
    "transitions": transitions,
    "rebuild": rebuild,
    "model": model,
}
# Beside them: a step that the model refuses is refused, for a reason that it names, and one that it takes lands.
ANSWER: Final = "answer"
ALL: Final = frozenset({*CHECKS, ANSWER})
