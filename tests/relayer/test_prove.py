"""R4 rule by rule: which evidence proves an expiry, and that every failure, lag or short history proves nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest
from solders.pubkey import Pubkey

from relayer.errors import RpcAway, RpcRefused
from relayer.model import Attempt, Claim, Epoch, Intent, IntentState, Level, Proof, Seen, Snapshot, Statuses
from relayer.prove import Case, Expired, Found, Outcome, Prover, Unknown
from tests.relayer.fakes import FakeKind
from tests.relayer.rows import attempt

ID = UUID(int=1)
ATTEMPT = attempt(ID, lvbh=250)
ACCOUNT = Pubkey(bytes([7]) * 32)
KIND = FakeKind(name="crank", by_signature=False, resigned=True)
INTENT = Intent(
    id=ID, tenant="t", idem_key="k", fingerprint=bytes(ACCOUNT), kind="crank", subject="s", episode="e", wallet=None,
    nonce=None, payload=b"", state=IntentState.IN_FLIGHT,
)  # fmt: skip
CASE = Case(claim=Claim(intent=INTENT, attempts=(ATTEMPT,)), attempts=(ATTEMPT,), kind=KIND, addresses=(ACCOUNT,))
LANDED = Seen(slot=120, level=Level.FINALIZED)


@dataclass(slots=True, kw_only=True)
class Node:
    """One endpoint that says what it is told to, and fails where it is told to."""

    name: str = "node"
    height: int = 251
    slot: int = 300
    answered: int = 300
    first: int = 0
    seen: Seen | None = None
    there: bytes | None = None
    fails: str = ""
    error: Exception = field(default_factory=lambda: RpcAway("no answer"))
    asked: list[str] = field(default_factory=list)

    def _point(self, what: str) -> None:
        self.asked.append(what)
        if what == self.fails:
            raise self.error

    async def epoch(self) -> Epoch:
        """Height and slot."""
        self._point("epoch")
        return Epoch(slot=self.slot, height=self.height)

    async def effect(self, addresses: Sequence[Pubkey], *, min_slot: int) -> Snapshot:
        """The account, at the slot of the height."""
        self._point("effect")
        assert min_slot == self.slot
        return Snapshot(slot=min_slot, values=tuple(self.there for _ in addresses))

    async def statuses(self, signatures: Sequence[str]) -> Statuses:
        """What it knows of the signature."""
        self._point("statuses")
        return Statuses(slot=self.answered, values=tuple(self.seen for _ in signatures))

    async def floor(self) -> int:
        """Where its history begins."""
        self._point("floor")
        return self.first


@dataclass(frozen=True, slots=True)
class Glass:
    """A mirror that bears witness, or not."""

    proof: Proof | None

    async def absent(self, attempts: Sequence[Attempt], *, asked: frozenset[str]) -> Proof | None:
        """Its evidence."""
        assert attempts
        assert asked
        return self.proof


MIRROR = Glass(Proof(endpoint="mirror", height=251, slot=300, effect_read=False, statuses_slot=300, history_floor=0))


def prove(*nodes: Node, minimum: int = 1, glass: Glass | None = None, case: Case = CASE) -> Outcome:
    """The outcome of one case."""
    (outcome,) = asyncio.run(Prover(nodes, minimum=minimum, mirror=glass).prove([case]))
    return outcome


def test_the_order_is_the_law() -> None:
    """Height first, then the effect, then the statuses, then the history: a later read never vouches for an earlier."""
    node = Node()
    assert isinstance(prove(node), Expired)
    assert node.asked == ["epoch", "effect", "statuses", "floor"]


NOTHING: dict[str, Node] = {
    "the height is the last valid one": Node(height=250),
    "the statuses are older than the height": Node(answered=299),
    "the history begins after the blockhash": Node(first=101),
    "the height cannot be read": Node(fails="epoch"),
    "the effect cannot be read": Node(fails="effect"),
    "the statuses cannot be read": Node(fails="statuses"),
    "the history's begin cannot be read": Node(fails="floor"),
    "an error says not found": Node(fails="statuses", error=RpcRefused("not found", -32009)),
    "an error says that the slot was not reached": Node(fails="effect", error=RpcRefused("min context slot", -32016)),
}


@pytest.mark.parametrize("name", NOTHING)
def test_proves_nothing(name: str) -> None:
    """Each weak answer leaves the attempt unknown."""
    assert prove(replace(NOTHING[name], asked=[])) == Unknown()


@pytest.mark.parametrize("node", [Node(first=100), Node(height=251, answered=300)], ids=["history", "height"])
def test_bounds_are_exact(node: Node) -> None:
    """The first height above, and a history that begins with the blockhash, are enough."""
    assert isinstance(prove(node), Expired)


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("failed", [False, True])
def test_seen_anywhere_is_found(level: Level, failed: bool) -> None:
    """A signature that one witness knows, at whatever level, with or without error, is not expired."""
    seen = Seen(slot=120, level=level, err='"AlreadyProcessed"' if failed else None)
    assert prove(Node(name="a"), Node(name="b", seen=seen), minimum=2) == Found(statuses=(seen,))


def test_two_witnesses() -> None:
    """Where two are asked for, one is not enough, a failed second neither, and the second ends it."""
    assert prove(Node(), minimum=2) == Unknown()
    assert prove(Node(), Node(name="b", fails="floor"), minimum=2) == Unknown()
    outcome = prove(Node(), Node(name="b"), minimum=2)
    assert isinstance(outcome, Expired)
    assert [proof.endpoint for proof in outcome.marks[0].proofs] == ["node", "b"]


def test_one_host_is_one_witness() -> None:
    """The same host named twice does not vouch for itself."""
    assert prove(Node(), Node(), minimum=2) == Unknown()
    assert isinstance(prove(Node(), Node(), Node(name="b"), minimum=2), Expired)


def test_the_mirror_is_the_last_witness_only() -> None:
    """The mirror makes up for one missing endpoint, never for two, and never alone."""
    assert isinstance(prove(Node(), minimum=2, glass=MIRROR), Expired)
    assert prove(Node(), minimum=2, glass=Glass(None)) == Unknown()
    assert prove(Node(), minimum=3, glass=MIRROR) == Unknown()
    assert prove(Node(fails="epoch"), minimum=1, glass=MIRROR) == Unknown()


def test_the_effect_of_any_witness_counts() -> None:
    """That the effect happened anyway is heard from whoever read it."""
    outcome = prove(Node(), Node(name="b", there=b"account"), minimum=2)
    assert isinstance(outcome, Expired)
    assert outcome.verdict.done


def test_two_lanes_need_the_older_history() -> None:
    """Lanes are proven together: the oldest blockhash and the newest last valid height count."""
    newer = replace(attempt(ID, "b", n=2, lane=1), blockhash_slot=160, lvbh=310)
    both = replace(CASE, claim=Claim(intent=INTENT, attempts=(ATTEMPT, newer)), attempts=(ATTEMPT, newer))
    assert prove(Node(height=310), case=both) == Unknown()
    assert prove(Node(height=311, first=101), case=both) == Unknown()
    assert isinstance(prove(Node(height=311), case=both), Expired)
