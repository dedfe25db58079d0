"""The seven known-bad relayers: each breaks one rule of the journal or of R4, and the checker must catch every one.

They are the variants of the exhaustive model that the rules come from. Each is the real code with one piece replaced.
"""

from collections.abc import Sequence
from dataclasses import replace

from relayer import plan
from relayer.errors import Transient
from relayer.model import Heights, Seen, Start, Witness
from relayer.prove import Case, Evidence, Prover
from relayer.work.launch import Launched, Launcher, Verified
from relayer.work.loop import Looked, Work
from tests.relayer.fakes import FakeWitness, Faults
from tests.relayer.schedule import Parts


class PersistAfterSend(Launcher):
    """Publishes first and commits second."""

    async def commit_and_publish(
        self, starts: Sequence[Start], verified: Sequence[Verified], heights: Heights
    ) -> list[Launched]:
        """The bytes are out before anybody remembers them."""
        await self._chain.publish([s.attempt.wire for s in starts])
        return await super().commit_and_publish(starts, verified, heights)


class StatusBeforeHeight(Prover):
    """Reads the statuses, then the height that they should have been read at."""

    async def testify(self, witness: Witness, cases: Sequence[Case]) -> list[Evidence | None]:
        """A transaction may land, and its blockhash expire, between the two reads."""
        found = await self.statuses(witness, cases, 0)
        epoch = await witness.epoch()
        verdicts = await self.effects(witness, cases, epoch.slot)
        return [
            self._weigh(witness, case, epoch.height, epoch.slot, verdict, statuses, epoch.slot, 0)
            for case, verdict, (statuses, _) in zip(cases, verdicts, found, strict=True)
        ]


class EarlyProof(Work):
    """Asks for a proof as soon as a node says that the tip is past, so that the order of reads matters."""

    def decide(self, look: Looked, heights: Heights) -> plan.Action:
        """Proofs are asked for one finality too early; a right prover still answers Unknown."""
        early = replace(heights, final_height=heights.height + 3)
        return super().decide(replace(look, observed=replace(look.observed, heights=early)), early)


class ErrorMeansAbsent(Prover):
    """Takes a failed status read for an empty one."""

    async def statuses(
        self, witness: Witness, cases: Sequence[Case], slot: int
    ) -> list[tuple[tuple[Seen | None, ...], int]]:
        """An error is answered with nothing seen."""
        try:
            return await super().statuses(witness, cases, slot)
        except Transient:
            return [(tuple(None for _ in case.claim.attempts), slot) for case in cases]


class LaggingStatus(Prover):
    """Does not ask at which slot the statuses were read."""

    async def statuses(
        self, witness: Witness, cases: Sequence[Case], slot: int
    ) -> list[tuple[tuple[Seen | None, ...], int]]:
        """Whatever the node's slot, it is taken for the height's."""
        return [(values, slot) for values, _ in await super().statuses(witness, cases, slot)]


class BlockhashInvalid(Prover):
    """Decides expiry by isBlockhashValid of whichever machine answers."""

    async def testify(self, witness: Witness, cases: Sequence[Case]) -> list[Evidence | None]:
        """A machine that lags behind the blockhash calls it invalid, and knows no status either."""
        assert isinstance(witness, FakeWitness)
        view = witness.chain.view()
        answer = await witness.statuses([a.signature for case in cases for a in case.claim.attempts])
        values = iter(answer.values)
        found: list[Evidence | None] = []
        for case in cases:
            statuses = tuple(next(values) for _ in case.claim.attempts)
            invalid = all(not _valid(a.blockhash_slot, a.lvbh, view) for a in case.attempts)
            height = max(a.lvbh for a in case.attempts) + 1 if invalid else 0
            verdict = (await self.effects(witness, [case], 0))[0]
            found.append(self._weigh(witness, case, height, 0, verdict, statuses, 0, 0))
        return found


def _valid(born: int, lvbh: int, view: int) -> bool:
    return born <= view <= lvbh


class AskAlways(Work):
    """Asks for a proof at every look, as code that polls isBlockhashValid does."""

    def decide(self, look: Looked, heights: Heights) -> plan.Action:
        """Every attempt in flight is asked about."""
        action = super().decide(look, heights)
        live = look.claim.live
        return plan.Prove(note=action.note, attempts=live) if live and isinstance(action, plan.Publish) else action


def _late() -> Faults:
    """Packets that travel about as long as a blockhash lives, nodes far apart."""
    return Faults(rpc=0.02, database=0.01, drop=0.25, delay=12, lag=24)


def _deaf() -> Faults:
    """Packets travel long and nodes often do not answer."""
    return Faults(rpc=0.3, database=0.01, drop=0.25, delay=12, lag=6)


VARIANTS: dict[str, Parts] = {
    "persist after send": Parts(launcher=PersistAfterSend),
    "status read before height": Parts(prover=StatusBeforeHeight, work=EarlyProof, faults=_late),
    "RPC error is not found": Parts(prover=ErrorMeansAbsent, faults=_deaf),
    "status from a lagging node": Parts(prover=LaggingStatus, faults=_late),
    "no history search": Parts(history=False),
    "isBlockhashValid": Parts(prover=BlockhashInvalid, work=AskAlways),
    "fee bump while valid": Parts(lanes=2),
}
