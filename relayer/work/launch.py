"""From READY to bytes on the wire, in groups: policy, simulation, blockhash, signature, commit (R2), publish (R3).

Nothing is signed before policy and simulation said yes, and nothing leaves before its attempt is committed.
Called by loop; decides only what policy, fees and pack say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import cycle
from uuid import UUID

import msgspec
from solders.hash import Hash
from solders.pubkey import Pubkey

from relayer import fees, pack, plan, policy
from relayer.message import UNITS_MAX, Malformed, Normal, cosign, first_signature, parse
from relayer.model import (
    BLOCKHASH_BLOCKS,
    WALLET_TX,
    Attempt,
    AttemptState,
    Blockhash,
    Chain,
    Claim,
    Crank,
    Heights,
    IntentState,
    Journal,
    Kind,
    Mark,
    Mirror,
    Signer,
    Simulated,
    Standing,
    Start,
)

WAIT_SLOTS = 2
CRANK_SCOPES = ("crank", "global")


@dataclass(frozen=True, slots=True, kw_only=True)
class Launching:
    """An intent to sign for, with the action that says on which lane."""

    claim: Claim
    kind: Kind
    action: plan.Launch


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Something to simulate: wire with empty or partial signatures, and who pays."""

    item: Launching
    wire: bytes
    payer: Pubkey
    reading: policy.Reading | None = None
    normal: Normal | None = None
    place: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A draft that simulated well: its compute limit, and the most that our payer loses."""

    draft: Draft
    limit: int
    loss: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """What became of one launch: a note to write, marks included; sent tells whether bytes left."""

    item: Launching
    note: plan.Note


class Launcher:
    """Signs with a pool of payers in turn; sponsored transactions name theirs."""

    def __init__(self, *, chain: Chain, journal: Journal, mirror: Mirror, signers: Sequence[Signer]) -> None:
        self._chain = chain
        self._journal = journal
        self._mirror = mirror
        self._signers = {s.address: s for s in signers}
        self._turn = cycle(self._signers)

    def take_turns(self, payers: Sequence[Pubkey]) -> None:
        """Let only these pay for cranks from now on: those with enough lamports, or all where none has."""
        self._turn = cycle([a for a in self._signers if a in payers] or list(self._signers))

    @property
    def payers(self) -> frozenset[Pubkey]:
        """The addresses that we sign for."""
        return frozenset(self._signers)

    async def launch(self, items: Sequence[Launching], heights: Heights) -> list[Launched]:
        """Everything from policy to publish for a group; the notes say what to record."""
        standing = await self._mirror.standing([h for h in map(_blockhash, items) if h])
        places = iter(standing.places if standing else ())
        done: list[Launched] = []
        drafts: list[Draft] = []
        for item in items:
            place = next(places, None) if _blockhash(item) else None
            draft = self._draft(item, standing, place, heights)
            (drafts if isinstance(draft, Draft) else done).append(draft)  # pyright: ignore[reportArgumentType]
        verified = await self._verify(drafts, heights, done)
        if verified:
            starts = await self._sign(verified, standing.day if standing else 0)
            done += await self.commit_and_publish(starts, verified, heights)
        return [_kept(one) for one in done]

    async def commit_and_publish(
        self, starts: Sequence[Start], verified: Sequence[Verified], heights: Heights
    ) -> list[Launched]:
        """R2 then R3: committed first, published second; what was not taken is not published."""
        begun = await self._journal.begin(starts)
        sent = [s.attempt for s in starts if s.attempt.id in begun.taken]
        await self._chain.publish([a.wire for a in sent])
        return [
            Launched(item=v.draft.item, note=_outcome(v.draft.item, s, begun.taken, begun.broke, heights))
            for v, s in zip(verified, starts, strict=True)
        ]

    def _draft(
        self, item: Launching, standing: Standing | None, place: tuple[int, int] | None, heights: Heights
    ) -> Draft | Launched:
        intent = item.claim.intent
        if intent.kind != WALLET_TX:
            crank = msgspec.msgpack.decode(intent.payload, type=Crank)
            payer = next(self._turn)
            try:
                wire = _pack(crank, payer, str(Hash.default()), UNITS_MAX, 0).wire
            except pack.TooLarge as error:
                return _refused(item, f"too_large: {error}")
            return Draft(item=item, wire=wire, payer=payer)
        return self._judge(item, standing, place, heights)

    def _judge(
        self, item: Launching, standing: Standing | None, place: tuple[int, int] | None, heights: Heights
    ) -> Draft | Launched:
        """The whole policy for a wallet's transaction, every column of its intent derived again from the bytes."""
        intent = item.claim.intent
        try:
            normal = parse(intent.payload)
        except Malformed as error:
            return _refused(item, f"malformed: {error}")
        reading = policy.read(normal, self.payers)
        if isinstance(reading, policy.Refusal):
            return _refused(item, f"{reading.code}: {reading.detail}")
        told = (intent.tenant, intent.wallet, intent.subject, intent.nonce, intent.fingerprint)
        if told != (*(str(reading.wallet),) * 2, str(reading.market), reading.nonce, normal.fingerprint):
            return _refused(item, "columns: the intent does not say what its payload says")
        if standing is None or (place is None and intent.tries < plan.TRIES_MAX):
            return _later(item, "waits for the mirror to know its blockhash", heights)
        facts = policy.Facts(
            head_slot=standing.sealed_slot,
            head_height=standing.sealed_height,
            blockhash_slot=place[0] if place else None,
            blockhash_height=place[1] if place else None,
        )
        refusal = policy.judge(reading, facts)
        if refusal is not None:
            return _refused(item, f"{refusal.code}: {refusal.detail}")
        return Draft(
            item=item, wire=intent.payload, payer=normal.fee_payer, reading=reading, normal=normal, place=place
        )

    async def _verify(self, drafts: Sequence[Draft], heights: Heights, done: list[Launched]) -> list[Verified]:
        """Simulate; what fails goes to done with its reason, what passes comes back with its bounds."""
        if not drafts:
            return []
        answers = await self._chain.simulate([d.wire for d in drafts])
        known = await self._landed(drafts, answers)
        passed: list[Verified] = []
        for draft, answer in zip(drafts, answers, strict=True):
            found = _weigh(draft, answer, heights, landed=draft.item.claim.intent.id in known)
            if isinstance(found, Launched):
                done.append(found)
            else:
                passed.append(found)
        return passed

    async def _landed(self, drafts: Sequence[Draft], answers: Sequence[Simulated | None]) -> frozenset[UUID]:
        """Self-paid transactions that fail in simulation because their wallet sent them itself."""
        asked = [
            d
            for d, a in zip(drafts, answers, strict=True)
            if a is not None and a.err and d.reading is not None and not d.reading.sponsored
        ]
        if not asked:
            return frozenset()
        _, seen = await self._chain.look([first_signature(d.wire) for d in asked])
        return frozenset(d.item.claim.intent.id for d, s in zip(asked, seen, strict=True) if s is not None)

    async def _sign(self, verified: Sequence[Verified], day: int) -> list[Start]:
        """Blockhash last, then signatures; cranks get fees, limit and form here."""
        cranks = [v for v in verified if v.draft.reading is None]
        samples: tuple[int, ...] = ()
        recent: Blockhash | None = None
        if cranks:
            samples = await self._chain.fee_samples(_writable(cranks))
            recent = await self._chain.blockhash()
        return [
            await (self._start_wallet(v, day) if v.draft.reading else self._start_crank(v, day, samples, recent))
            for v in verified
        ]

    async def _start_crank(
        self, verified: Verified, day: int, samples: Sequence[int], recent: Blockhash | None
    ) -> Start:
        assert recent is not None
        draft = verified.draft
        crank = msgspec.msgpack.decode(draft.item.claim.intent.payload, type=Crank)
        price = fees.unit_price(samples, lane=draft.item.action.lane)
        packed = _pack(crank, draft.payer, recent.hash, verified.limit, price)
        signature = await self._signers[draft.payer].sign(packed.signed)
        fee = fees.fee_lamports(signatures=packed.signatures, limit=verified.limit, price=price)
        attempt = replace(
            _attempt(draft, packed.signed, cosign(packed.wire, draft.payer, signature), packed.version),
            blockhash=recent.hash,
            blockhash_slot=recent.slot,
            lvbh=recent.lvbh,
            fee_max=fee,
            cu_limit=verified.limit,
        )
        return _start(draft, attempt, CRANK_SCOPES, max(fee, verified.loss), day)

    async def _start_wallet(self, verified: Verified, day: int) -> Start:
        draft = verified.draft
        normal, reading, place = draft.normal, draft.reading, draft.place
        assert normal is not None
        assert reading is not None
        assert place is not None
        wire = draft.wire
        if reading.sponsored:
            wire = cosign(wire, draft.payer, await self._signers[draft.payer].sign(normal.signed))
        attempt = replace(
            _attempt(draft, normal.signed, wire, normal.version),
            blockhash=normal.blockhash,
            blockhash_slot=place[0],
            lvbh=place[1] + BLOCKHASH_BLOCKS,
            fee_max=normal.fee_lamports,
            cu_limit=normal.compute_limit,
        )
        scopes = (f"wallet:{reading.wallet}", "global") if reading.sponsored else ()
        return _start(draft, attempt, scopes, reading.loss_max, day)


def _pack(crank: Crank, payer: Pubkey, blockhash: str, limit: int, price: int) -> pack.Packed:
    return pack.pack(crank.instructions(payer), payer=payer, blockhash=blockhash, limit=limit, price=price)


def _blockhash(item: Launching) -> str | None:
    """The blockhash that a wallet's transaction names."""
    if item.claim.intent.kind != WALLET_TX:
        return None
    try:
        return parse(item.claim.intent.payload).blockhash
    except Malformed:
        return None


def _writable(verified: Sequence[Verified]) -> list[str]:
    return sorted({str(key) for v in verified for key in parse(v.draft.wire).writable if key != v.draft.payer})


def _weigh(draft: Draft, answer: Simulated | None, heights: Heights, *, landed: bool) -> Verified | Launched:
    """Turn a simulation into bounds, or into the reason why nothing is signed."""
    intent = draft.item.claim.intent
    if landed:
        return Verified(draft=draft, limit=0, loss=0)
    if answer is None or (answer.loss is None and draft.reading is not None and draft.reading.sponsored):
        unknown = plan.Blame(name="NotSimulated", sentence="No node simulated it.", cls="retry_later")
        return Launched(item=draft.item, note=plan.retried(intent, unknown, slot=heights.slot, signed=False))
    if answer.err is not None:
        why = plan.blame(draft.wire, answer.err)
        if draft.reading is not None and why.cls != "retry_later":
            return _refused(draft.item, f"{why.name}: {why.sentence}")
        return Launched(item=draft.item, note=plan.retried(intent, why, slot=heights.slot, signed=False))
    loss = answer.loss or 0
    if draft.reading is not None and draft.reading.sponsored and loss > draft.reading.loss_max:
        return _refused(draft.item, f"loss: our payer would lose {loss} lamports, {draft.reading.loss_max} at most")
    return Verified(draft=draft, limit=fees.unit_limit(answer.units), loss=max(loss, 0))


def _attempt(draft: Draft, signed: bytes, wire: bytes, version: str) -> Attempt:
    claim, action = draft.item.claim, draft.item.action
    digest = sha256(signed).digest()
    return Attempt(
        id=UUID(bytes=digest[:16]),  # the same bytes are the same attempt, whoever signs them
        intent_id=claim.intent.id,
        n=action.n,
        lane=action.lane,
        signature=first_signature(wire),
        message_hash=digest,
        wire=wire,
        version=version,
        blockhash="",
        blockhash_slot=0,
        lvbh=0,
        payer=str(draft.payer),
        fee_max=0,
        cu_limit=None,
    )


def _start(draft: Draft, attempt: Attempt, scopes: tuple[str, ...], lamports: int, day: int) -> Start:
    intent = draft.item.claim.intent
    return Start(intent_id=intent.id, fence=intent.fence, attempt=attempt, scopes=scopes, lamports=lamports, day=day)


def _refused(item: Launching, reason: str) -> Launched:
    """Nothing was signed and nothing will be."""
    return Launched(item=item, note=plan.Note(state=IntentState.REJECTED, reason=reason, live=False))


def _kept(one: Launched) -> Launched:
    """A further lane that was not launched changes nothing: the earlier lanes still fly."""
    if one.item.claim.live and one.note.state is not IntentState.IN_FLIGHT:
        return Launched(item=one.item, note=replace(one.item.action.note, marks=()))
    return one


def _later(item: Launching, reason: str, heights: Heights) -> Launched:
    note = plan.Note(
        state=item.claim.intent.state, reason=reason, tried=True, not_before_slot=heights.slot + WAIT_SLOTS
    )
    return Launched(item=item, note=note)


def _outcome(
    item: Launching, start: Start, taken: frozenset[UUID], broke: frozenset[UUID], heights: Heights
) -> plan.Note:
    """The note of one commit: in flight and sent, refused by a budget, or refused as bytes that we already relay."""
    if start.attempt.id in taken:
        mark = Mark(attempt_id=start.attempt.id, state=AttemptState.PUBLISHED, sent_height=heights.height)
        return plan.Note(state=IntentState.IN_FLIGHT, marks=(mark,))
    if start.attempt.id in broke:
        why = plan.Blame(name="BudgetUsedUp", sentence="The budget of this day is used up.", cls="retry_later")
        if item.claim.intent.kind == WALLET_TX:
            return _refused(item, f"{why.name}: {why.sentence}").note
        return plan.retried(item.claim.intent, why, slot=heights.slot, signed=bool(item.claim.attempts))
    return _refused(item, "duplicate: these bytes are already relayed").note
