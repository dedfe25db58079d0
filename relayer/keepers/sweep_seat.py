"""Moves what makers have in the book of a decided market into their positions; key: the seat's owner."""

from collections.abc import Iterator, Sequence

from idl import addresses
from idl.instructions import sweep_seat
from relayer.keepers.kind import CrankKind, Due, Keeper, crank, position_in
from relayer.keepers.world import World
from relayer.model import PAYER, Crank, Verdict

NAME = "sweep_seat"
NO_SEAT = 255


def due(world: World) -> Iterator[Due]:
    """Taken seats of decided markets."""
    for seat in world.seats:
        book = addresses.book(seat.market).address
        call = sweep_seat(market=seat.market, book=book, position=seat.position, caller=PAYER)
        yield Due(kind=NAME, subject=str(seat.market), episode=str(seat.owner), crank=crank(call, seat.position))


def judge(_: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once the position is gone or has no seat: a decided market seats nobody."""
    position = position_in(values[0])
    return Verdict(done=position is None or position.seat == NO_SEAT)


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=judge), due=due)
