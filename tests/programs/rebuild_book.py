"""The book made again from events alone, by its Python twin."""

from solders.pubkey import Pubkey

from idl import addresses
from idl.accounts import Account, Book, Market, Position
from idl.enums import DECIDED, Step
from idl.events import OrderPlaced, OrdersCancelled, PaidOut, SeatSwept, Withdrawn
from idl.maths import book as twin

Accounts = dict[Pubkey, Account]


def empty(market: Pubkey, payer: bytes) -> Book:
    """A market's book when it is made."""
    return twin.Book(1).account(bytes(market), payer)


def apply(found: Accounts, event: OrderPlaced | OrdersCancelled | SeatSwept | Withdrawn | PaidOut) -> None:
    """Change the market's book as the event says; the Positions are still those before it."""
    where = Pubkey(event.header.subject)
    address = addresses.book(where).address
    market, account = found[where], found.get(address)
    assert isinstance(market, Market)
    if not isinstance(account, Book):
        return
    book = twin.Book.of(account, market.lot_k)
    match event:
        case OrderPlaced():
            _placed(found, where, book, event)
        case OrdersCancelled():
            for item in event.items:
                assert book.cancel(item.index, Step(item.how)) == _fill(item)
        case SeatSwept():
            _leave(market, book, event.seat)
        case Withdrawn():
            _leave(market, book, _seat(found, where, event.positions[0].owner))
        case PaidOut():
            for item in event.items:
                if item.status == 0:
                    _leave(market, book, _seat(found, where, item.owner))
    found[address] = book.account(account.market, account.payer)


def _fill(item: object) -> twin.Fill:
    return twin.Fill(*(getattr(item, name) for name in twin.Fill._fields))


def _seat(found: Accounts, market: Pubkey, owner: bytes) -> int:
    position = found.get(addresses.position(market, Pubkey(owner)).address)
    return position.seat if isinstance(position, Position) else twin.NONE


def _leave(market: Market, book: twin.Book, seat: int) -> None:
    """A seat is swept; once the market is decided its orders are cancelled before."""
    if seat == twin.NONE:
        return
    if market.state in DECIDED:
        for index in book.orders_of(seat):
            book.cancel(index, Step.OWN)
    book.sweep(seat)


def _placed(found: Accounts, where: Pubkey, book: twin.Book, event: OrderPlaced) -> None:
    for fill in event.fills:
        assert book.orders[fill.index].seq == fill.seq
        if fill.how <= Step.MERGE:
            book.filled(fill.index, fill.lots)
        else:
            assert book.cancel(fill.index, Step(fill.how)) == _fill(fill)
    for state in event.positions[1:]:
        seat = _seat(found, where, state.owner)
        if seat != state.seat:
            book.sweep(seat)
    owner, order = event.positions[0].owner, event.order
    if order.rest:
        if book.seat_of(owner) == twin.NONE:
            book.sit(owner)
        sells = order.side == 1
        rest = twin.Order(
            side=twin.side_of(order.outcome, sells), sells=sells, tick=twin.yes_tick(order.outcome, order.tick),
            lots=order.rest, seat=book.seat_of(owner), client_id=order.client_id, expiry=order.expiry,
        )  # fmt: skip
        assert book.post(rest) == (order.index, order.seq)
    if (seat := book.seat_of(owner)) != twin.NONE:
        book.sweep(seat)
    assert book.seat_of(owner) == event.positions[0].seat
    assert (book.best(twin.BID), book.best(twin.ASK)) == (event.best_bid, event.best_ask)
