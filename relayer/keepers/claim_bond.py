"""Returns a bond, after a dispute with half of the other one, to its owner's token account; key: the owner."""

from collections.abc import Iterator, Sequence

from solders.pubkey import Pubkey

from idl import addresses
from idl.enums import ResolutionFlag
from idl.instructions import claim_bond
from relayer.keepers.kind import CrankKind, Due, Keeper, crank, resolution_in
from relayer.keepers.world import DECIDED, World
from relayer.mirror import MarketRow, ResolutionRow
from relayer.model import Crank, Verdict

NAME = "claim_bond"
NOBODY = Pubkey.default()


def due(world: World) -> Iterator[Due]:
    """Resolutions of decided markets that owe a bond."""
    for market in world.markets:
        resolution = world.resolutions.get(market.market)
        if market.state not in DECIDED or resolution is None or not resolution.owed:
            continue
        for owner, flag in owed(resolution):
            yield _claim(world, market, owner, flag)


def owed(resolution: ResolutionRow) -> Iterator[tuple[Pubkey, int]]:
    """Who gets a bond of this decided resolution and has not got it, with the flag that will say so.

    Of a dispute only the side that was right, unless the council never ruled and the proposal was nobody's word.
    """
    first = (resolution.proposer, int(ResolutionFlag.PROPOSER_PAID))
    second = (resolution.disputer, int(ResolutionFlag.DISPUTER_PAID))
    flags = resolution.flags
    undone = bool(flags & ResolutionFlag.COUNCIL_TIMEOUT) and not flags & ResolutionFlag.BY_SOURCE
    if not resolution.bond:
        sides = []
    elif resolution.disputer == NOBODY:
        sides = [first]
    elif undone:
        sides = [first, second]
    else:
        sides = [first if resolution.final_outcome == resolution.proposed else second]
    yield from ((owner, flag) for owner, flag in sides if not flags & flag)


def _claim(world: World, market: MarketRow, owner: Pubkey, flag: int) -> Due:
    address = addresses.resolution(market.market).address
    token = world.token_program(market.mint)
    into = addresses.ata(owner, market.mint, token).address
    call = claim_bond(
        market=market.market,
        resolution=address,
        bond_vault=addresses.bond_vault(market.market).address,
        mint=market.mint,
        owner=owner,
        destination=into,
        token_program=token,
    )
    disputer = flag == ResolutionFlag.DISPUTER_PAID
    episode = f"{owner}{'-disputer' if disputer else ''}"
    payload = crank(call, address, facts=(flag,))
    return Due(kind=NAME, subject=str(market.market), episode=episode, crank=payload, into=into)


def judge(payload: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once paid, which is also so when the resolution is closed."""
    resolution = resolution_in(values[0])
    flag = payload.facts[0] if payload.facts else int(ResolutionFlag.PROPOSER_PAID)
    return Verdict(done=resolution is None or bool(resolution.flags & flag))


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=judge), due=due)
