"""Faults that an order book could have."""

from typing import Final

from solders.account import Account as Raw
from solders.instruction import Instruction

from idl.codec import decode_account, decode_instruction, encode_account
from idl.program import MARKET_ID
from tests.model.chain import Result
from tests.model.checks import resting
from tests.model.fault import Fault, event_of, replace, slot
from tests.model.offered import Book, OrderKind, OrderPlaced, PlaceOrderArgs, Step

NO_ORDER: Final = 255


class RefundLost(Fault):
    """A cancelled order's collateral or shares do not come back."""

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        result = super().run(name, good, sent)
        if name == "cancel_order" and result.landed:
            where = slot(name, sent, "book")
            old, new = decode_account(bytes(result.before[where].data)), self.held(where, Book)
            if isinstance(old, Book) and new is not None:
                kept = [replace(b, credit=a.credit, shares=a.shares) for a, b in zip(old.seats, new.seats, strict=True)]
                self.edit(result, where, seats=tuple(kept))
        return result


class LaterFirst(Fault):
    """Of the two oldest orders at the best price the second is served first."""

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        args = decode_instruction(MARKET_ID, bytes(sent.data)) if name == "place_order" else None
        where = slot(name, sent, "book") if args is not None else None
        book = self.held(where, Book) if where is not None else None
        if not isinstance(args, PlaceOrderArgs) or where is None or book is None:
            return super().run(name, good, sent)
        raw, asks = self.chain.account(where), int((args.side == 0) == (args.outcome == 0))
        wrong = overtaken(book, asks) if args.outcome < 2 else None
        if wrong is None:
            return super().run(name, good, sent)
        self.chain.change(where, Raw(raw.lamports, encode_account(wrong), raw.owner))
        result = super().run(name, good, sent)
        result.before[where] = raw
        placed = event_of(result, OrderPlaced)
        if placed is None or not any(fill.how <= Step.EXPIRED for fill in placed.fills):
            self.undo(result)
            return super().run(name, good, sent)
        return result


def overtaken(book: Book, side: int) -> Book | None:
    """The book with the two oldest orders of a side's best level in the wrong order; None where there are no two."""
    queue = resting(book, side)
    if len(queue) < 2 or queue[0].tick != queue[1].tick:
        return None
    orders, ticks = list(book.orders), list(book.ticks)
    first, second = (next(i for i, one in enumerate(orders) if one is found) for found in queue[:2])
    at, third = 99 * side + queue[0].tick - 1, orders[second].next
    orders[first] = replace(orders[first], prev=second, next=third)
    orders[second] = replace(orders[second], prev=NO_ORDER, next=first)
    if third != NO_ORDER:
        orders[third] = replace(orders[third], prev=first)
    tail = first if ticks[at].tail == second else ticks[at].tail
    ticks[at] = replace(ticks[at], head=second, tail=tail)
    return replace(book, orders=tuple(orders), ticks=tuple(ticks))


class PostsAcross(Fault):
    """A POST_ONLY order is posted without a look at the other side."""

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        args = decode_instruction(MARKET_ID, bytes(sent.data)) if name == "place_order" else None
        where = slot(name, sent, "book") if args is not None else None
        book = self.held(where, Book) if where is not None else None
        if not isinstance(args, PlaceOrderArgs) or args.kind != OrderKind.POST_ONLY or where is None or book is None:
            return super().run(name, good, sent)
        raw, other = self.chain.account(where), int((args.side == 0) == (args.outcome == 0))
        blind = replace(book, levels=tuple((0, 0) if i == other else one for i, one in enumerate(book.levels)))
        self.chain.change(where, Raw(raw.lamports, encode_account(blind), raw.owner))
        result = super().run(name, good, sent)
        result.before[where] = raw
        after = self.held(where, Book) if result.landed else None
        if after is None:
            self.chain.change(where, raw)
            result.after[where] = raw
        else:
            levels = tuple(book.levels[i] if i == other else one for i, one in enumerate(after.levels))
            self.edit(result, where, levels=levels)
        return result
