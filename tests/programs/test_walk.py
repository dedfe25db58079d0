"""Random walks: whatever is tried in whatever order, the money adds up, and everyone gets out by anyone's hand."""

import random
from collections.abc import Callable

from solders.pubkey import Pubkey

from idl.accounts import Position, Vote
from idl.addresses import bond_vault
from idl.addresses import position as position_pda
from idl.addresses import resolution as resolution_pda
from idl.addresses import vote as vote_pda
from idl.codec import decode_account
from idl.enums import DECIDED, FeeKind, Flag, Round, SourceKind, State
from idl.maths.solvency import required
from idl.program import MARKET_ID, WSOL_MINT
from tests.programs import tokens, votes
from tests.programs.pools import CREATOR, FEED, PLAYERS, Pool, created
from tests.programs.rebuild import rebuild
from tests.programs.votes import VOTERS
from tests.programs.world import USDC, Call, Refused, World, key

STEPS = 160
SEEDS = range(36)
WEIGHTS = {
    "stake": 6, "pass": 4, "record_strike": 3, "resolve_by_price": 3, "propose_outcome": 3, "finalize": 2, "claim": 2,
    "pay_out": 0.3, "announce_void": 0.2, "collect_fees": 3, "dispute": 1.5, "vote": 9,
    "tally_dispute": 2, "rule": 6, "claim_vote": 6,
}  # fmt: skip
# What the walks together must have done, lest they prove nothing.
REACHED = {
    "activate", "stake", "record_strike", "resolve_by_price", "propose_outcome", "announce_void", "claim", "pay_out",
    "claim_bond", "collect_fees", "dispute", "vote", "tally_dispute", "rule", "claim_vote",
}  # fmt: skip


class Walk:
    """One market, and the steps that may be tried on it."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.world = World()
        mint = self.rng.choice((USDC, WSOL_MINT))
        self.pool: Pool = created(self.world, mint=mint, price=self.rng.random() < 0.4)
        self.nonce = 0
        self.landed: list[str] = []
        if self.rng.random() < 0.8:
            self.world.do(self.pool.activate())
            for name, outcome in (("alice", 0), ("bob", 1)) if self.rng.random() < 0.6 else ():
                self.nonce += 1
                self.world.do(self.pool.stake(name, outcome, 55_555, nonce=self.nonce))
            if self.pool.state.source_kind == SourceKind.OPTIMISTIC and self.rng.random() < 0.5:
                self.world.at(self.pool.state.event)
                self.world.do(self.pool.propose(self.rng.randrange(3)))
                self.world.do(votes.dispute(self.pool))

    def tries(self) -> dict[str, Callable[[], Call]]:
        """Everything that anyone may try."""
        pool, rng = self.pool, self.rng
        return {
            "activate": pool.activate,
            "stake": self.stake,
            "record_strike": lambda: pool.record_strike(self.price(pool.state.open)),
            "resolve_by_price": lambda: pool.resolve(self.price(pool.state.event), rng.choice(PLAYERS)),
            "propose_outcome": lambda: pool.propose(rng.randrange(3), rng.choice(("oracle", "oracle", "bob"))),
            "dispute": lambda: votes.dispute(pool, rng.choice(PLAYERS)),
            "vote": lambda: votes.vote(pool, rng.choice(VOTERS), rng.randrange(4), rng.choice((999, 1_000, 33_333))),
            "tally_dispute": lambda: votes.tally(pool),
            "rule": lambda: votes.rule(pool, rng.randrange(4), rng.choice(("council", "council", "alice"))),
            "claim_vote": lambda: votes.claim_vote(pool, rng.choice(self.voters() or VOTERS)),
            "finalize": pool.finalize,
            "announce_void": pool.announce_void,
            "cancel_void": pool.cancel_void,
            "void_inactive": pool.void_inactive,
            "claim": lambda: pool.claim(rng.choice(PLAYERS)),
            "pay_out": lambda: pool.pay_out(*rng.sample(PLAYERS, rng.randint(1, 4))),
            "claim_bond": lambda: pool.claim_bond(rng.choice(("oracle", "oracle", "bob", "alice"))),
            "collect_fees": lambda: pool.collect_fees(rng.choice(list(FeeKind)), rng.choice((*PLAYERS, CREATOR))),
            "tally_proposal": pool.tally_proposal,
            "close_market": pool.close_market,
            "pass": self.passing,
        }

    def stake(self) -> Call:
        """Of any size by anyone, sometimes with an old nonce."""
        self.nonce += self.rng.choice((0, 1, 1, 1))
        amount = self.rng.choice((0, 1_000, 77_777, 10**6))
        return self.pool.stake(self.rng.choice(PLAYERS), self.rng.randrange(3), amount, nonce=self.nonce)

    def voters(self) -> list[str]:
        """Who has a vote on the dispute."""
        where = {name: vote_pda(self.pool.address, Round.DISPUTE, key(name)).address for name in VOTERS}
        return [name for name, address in where.items() if self.world.data(address)]

    def price(self, start: int) -> Pubkey:
        """An update about a window's edges."""
        publish = start + self.rng.choice((-1, 0, 60, 61, *self.rng.sample(range(1, 60), 6)))
        prev = publish - self.rng.choice((1, 2, 100, 100))
        where = self.world
        return where.post(
            FEED, self.rng.randint(95, 105), publish=publish, prev=prev, conf=self.rng.choice((0, 0, 0, 0, 5))
        )

    def passing(self) -> Call:
        """Time goes by; then a crank that does nothing yet."""
        self.world.at(self.world.now + self.rng.choice((1, 5, 20, 50, 50, 90)), slot=self.world.slot + 1)
        return self.pool.finalize()

    def step(self) -> None:
        """One try; a refusal is an answer too."""
        tries = self.tries()
        weights = [WEIGHTS.get(name, 1.0) for name in tries]
        name = self.rng.choices(list(tries), weights)[0]
        try:
            self.world.do(tries[name]())
            self.landed.append(name)
        except Refused:
            return

    def check(self) -> None:
        """Shares are those of the positions, the vault holds what it owes, and the events say it all."""
        held = self.world.svm.get_program_accounts(MARKET_ID)
        there = {where: decode_account(bytes(account.data)) for where, account in held if account.data}
        assert there == rebuild(self.world.events)
        if self.pool.address not in there:
            return
        market = self.pool.state
        positions = [one for one in there.values() if isinstance(one, Position)]
        for outcome in range(market.n):
            assert market.supply[outcome] == sum(one.shares[outcome] for one in positions)
        if market.state not in (State.Approved, State.Rejected):
            assert self.held() >= required(market)
        self.check_bonds([one for one in there.values() if isinstance(one, Vote)])

    def check_bonds(self, cast: list[Vote]) -> None:
        """The bond vault holds what it owes; while votes are taken, that is both bonds and all their weight."""
        resolution = self.world.resolution(self.pool.address)
        if resolution is None:
            assert cast == []
            return
        held = tokens.amount(self.world.svm, bond_vault(self.pool.address).address)
        assert held >= resolution.owed
        assert int.from_bytes(resolution.votes, "little") == len(cast)
        if self.pool.state.state == State.Disputed:
            assert held == resolution.owed == 2 * resolution.bond + sum(one.weight for one in cast)
            assert resolution.total == sum(resolution.tally) == sum(one.weight for one in cast)

    def held(self) -> int:
        """What the market holds, in its vault or unwrapped."""
        market = self.pool.state
        if market.flags & Flag.UNWRAPPED:
            return self.world.lamports(self.pool.address) - market.market_rent - market.vault_rent
        return tokens.amount(self.world.svm, self.pool.vault)


def exit_by_cranks(walk: Walk) -> None:
    """Bring the market to its end with calls that anyone may make."""
    world, pool = walk.world, walk.pool
    if world.data(pool.address) is None:
        return
    market = pool.state
    if market.state == State.Approved:
        world.at(max(world.now, market.deadline))
        world.do(pool.tally_proposal())
    elif market.state == State.Active:
        world.at(max(world.now, market.void_after))
        world.do(pool.void_inactive())
    elif market.state == State.Resolving:
        resolution = world.resolution(pool.address)
        assert resolution is not None
        world.at(max(world.now, resolution.window_end))
        world.do(pool.finalize())
    elif market.state == State.Disputed:
        world.at(max(world.now, votes.resolution(pool).window_end))
        world.do(votes.tally(pool))
    if pool.state.state == State.Contested:
        world.at(max(world.now, votes.resolution(pool).window_end))
        world.do(pool.finalize())
    assert pool.state.state in DECIDED
    settle(walk)


def settle(walk: Walk) -> None:
    """Pay everyone, collect every fee, close every account."""
    world, pool = walk.world, walk.pool
    open_ones = [name for name in PLAYERS if world.data(position_pda(pool.address, key(name)).address)]
    if open_ones:
        world.do(pool.pay_out(*open_ones))
    market = pool.state
    names = {bytes(key(name)): name for name in (*PLAYERS, "oracle", CREATOR, "treasury")}
    resolver = names.get(market.resolver_to, "treasury")
    for kind, name in ((FeeKind.CREATOR, CREATOR), (FeeKind.RESOLVER, resolver), (FeeKind.PROTOCOL, "treasury")):
        if market.fees_owed[kind]:
            world.do(pool.collect_fees(kind, name))
    resolution = world.resolution(pool.address)
    if resolution is not None:
        bonded = market.source_kind == SourceKind.OPTIMISTIC
        for name in walk.voters():
            world.do(votes.claim_vote(pool, name))
        for owner in (resolution.proposer, resolution.disputer):
            if owner in names and votes.resolution(pool).owed:
                bond(walk, names[owner])
        world.do(pool.close_resolution(names[resolution.payer], bonded=bonded))
    world.at(world.now, slot=world.slot + 151)
    world.do(pool.close_market())
    assert not world.data(resolution_pda(pool.address).address)


def bond(walk: Walk, name: str) -> None:
    """Claim a bond, unless this side lost it."""
    call = walk.pool.claim_bond(name)
    if walk.world.would_land(call.instruction, signers=call.signers):
        walk.world.do(call)


def walked(seed: int) -> set[str]:
    """Walk, come to the end by cranks alone, and say which steps landed."""
    walk = Walk(seed)
    for _ in range(STEPS):
        walk.step()
        walk.check()
    exit_by_cranks(walk)
    walk.check()
    assert walk.world.data(walk.pool.address) is None
    assert tokens.amount(walk.world.svm, walk.pool.vault) == 0
    return set(walk.landed)


def test_walks() -> None:
    """Nothing that anyone does in any order breaks the sums, and from wherever it led the market can be closed."""
    landed: set[str] = set()
    for seed in SEEDS:
        print(f"seed {seed}")
        landed |= walked(seed)
    assert REACHED - landed == set()
