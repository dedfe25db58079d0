"""Closes votes that have done their work: the rent, and in a dispute the weight, go back; key: the vote."""

from collections.abc import Iterator

from solders.instruction import Instruction

from idl import addresses
from idl.addresses import ata
from idl.instructions import claim_vote
from relayer.keepers.kind import CrankKind, Due, Keeper, all_gone, crank
from relayer.keepers.world import World
from relayer.mirror import VoteRow

NAME = "claim_vote"
DISPUTE = 1


def due(world: World) -> Iterator[Due]:
    """Votes on proposals that are over, and of decided disputes."""
    for vote in world.votes:
        if vote.orphan:
            continue
        dispute = vote.round == DISPUTE
        call = _of_dispute(world, vote) if dispute else _of_proposal(vote)
        into = ata(vote.voter, vote.mint, world.token_program(vote.mint)).address if dispute else None
        payload = crank(call, vote.address)
        yield Due(kind=NAME, subject=str(vote.market), episode=str(vote.address), crank=payload, into=into)


def _of_proposal(vote: VoteRow) -> Instruction:
    return claim_vote(
        market=vote.market, vote=vote.address, voter=vote.voter, resolution=None, bond_vault=None, destination=None,
        mint=None, token_program=None,
    )  # fmt: skip


def _of_dispute(world: World, vote: VoteRow) -> Instruction:
    token = world.token_program(vote.mint)
    return claim_vote(
        market=vote.market,
        vote=vote.address,
        voter=vote.voter,
        resolution=addresses.resolution(vote.market).address,
        bond_vault=addresses.bond_vault(vote.market).address,
        destination=ata(vote.voter, vote.mint, token).address,
        mint=vote.mint,
        token_program=token,
    )


KEEPER = Keeper(kind=CrankKind(name=NAME, judge=all_gone), due=due)
