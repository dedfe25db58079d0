"""Random walks over pools: the program against a plain model of the maths, and nothing lost or made."""

import copy
import random
from dataclasses import dataclass, field

from idl.maths import curve, dividends
from idl.program import WSOL_MINT
from tests.programs import tokens
from tests.programs.creators import FANS, LOCK_S, A, C, Shares, founded
from tests.programs.rebuild import rebuild
from tests.programs.world import USDC, Call, Refused, World

STEPS = 160
SEEDS = range(8)


@dataclass
class Held:
    """A holder of the model."""

    shares: int = 0
    debt: int = 0
    pending: int = 0
    locked_until: int = 0


@dataclass
class Model:
    """A pool in plain numbers, with the twin of the maths."""

    supply: int = 0
    recorded: int = 0
    balance: int = 0
    acc: int = 0
    carry: int = 0
    held: dict[str, Held] = field(default_factory=dict)

    def accrue(self) -> None:
        """Count in what came."""
        if self.supply and self.balance > self.recorded:
            self.acc, self.carry = dividends.accrue(self.acc, self.carry, self.balance - self.recorded, self.supply)
            self.recorded = self.balance

    def hold(self, name: str, shares: int) -> None:
        """Take in earnings, then hold so many."""
        one = self.held.setdefault(name, Held())
        whole, fraction = dividends.earned(one.shares, self.acc, one.debt)
        one.pending += whole
        one.debt, one.shares = dividends.debt_after(self.acc, shares, fraction), shares

    def trade(self, name: str, shares: int, now: int) -> bool:
        """Buy, or sell where negative; whether it may be."""
        one = self.held.get(name, Held())
        if shares == 0 or (shares < 0 and (one.shares < -shares or now < one.locked_until)):
            return False
        self.accrue()
        self.hold(name, one.shares + shares)
        self.supply += shares
        if shares > 0:
            self.held[name].locked_until = max(one.locked_until, now + LOCK_S)
        return True

    def pay(self, *names: str) -> int:
        """What a claim or a batch pays; 0 where it is refused, and then nothing changes."""
        before = copy.deepcopy(self.__dict__)
        self.accrue()
        total = sum(self.take(name) for name in names)
        if total == 0:
            self.__dict__.update(before)
        return total

    def take(self, name: str) -> int:
        """What one holder is paid; who has nothing stays as they are."""
        if name not in self.held:
            return 0
        before = copy.copy(self.held[name])
        self.hold(name, before.shares)
        amount, self.held[name].pending = self.held[name].pending, 0
        if amount == 0:
            self.held[name] = before
        self.recorded -= amount
        self.balance -= amount
        return amount

    def owed_units(self) -> int:
        """All that holders may still take, and the carry, in 2^-32 atoms."""
        bits = dividends.FRACTION_BITS
        parts = (one.shares * (self.acc - one.debt) + (one.pending << bits) for one in self.held.values())
        return sum(parts) + self.carry


class Walk:
    """One pool and its model."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.world = World()
        self.shares: Shares = founded(self.world, mint=self.rng.choice((USDC, WSOL_MINT)))
        self.model = Model()
        assert self.model.trade("carol", 10, self.world.now)
        self.nonce = 1

    def step(self) -> None:
        """One try, the same in both."""
        who = self.rng.choice((*FANS, "carol"))
        match self.rng.choice(("buy", "buy", "sell", "sell", "earn", "earn", "claim", "pay", "sync", "pass")):
            case "buy":
                self.trade(who, self.rng.choice((0, 1, 2, 50, 300)))
            case "sell":
                held = self.model.held.get(who, Held()).shares
                self.trade(who, -self.rng.choice((0, 1, held, held + 1, max(1, held // 2))))
            case "earn":
                amount = self.rng.choice((1, 2, 7, 1_000_003))
                self.shares.earn(amount)
                self.model.balance += amount
            case "claim":
                self.compare(self.shares.claim(who), self.model.pay(who))
            case "pay":
                names = self.rng.sample((*FANS, "carol"), 3)
                self.compare(self.shares.pay(*names), self.model.pay(*names))
            case "sync":
                before = self.model.recorded
                self.model.accrue()
                self.compare(self.shares.sync(), self.model.recorded - before)
            case "pass":
                self.world.at(self.world.now + self.rng.choice((1, LOCK_S - 1, LOCK_S)), slot=self.world.slot + 1)

    def trade(self, who: str, count: int) -> None:
        """A buy, or a sale where negative."""
        self.nonce += 1
        buys = count > 0 or (count == 0 and self.rng.random() < 0.5)
        one = self.shares.buy(who, count, nonce=self.nonce) if buys else self.shares.sell(who, -count, nonce=self.nonce)
        self.compare(one, self.model.trade(who, count, self.world.now))

    def compare(self, call: Call, expected: int | bool) -> None:
        """The call lands if and only if the model says that something happens."""
        try:
            self.world.do(call)
            landed = True
        except Refused:
            landed = False
        assert landed == bool(expected), (call, expected)

    def check(self) -> None:
        """State by state the same, and the money adds up."""
        pool, model, svm = self.shares.state, self.model, self.world.svm
        assert (pool.supply, pool.recorded, pool.acc, pool.carry) == (
            model.supply, model.recorded, model.acc, model.carry,
        )  # fmt: skip
        for name, one in model.held.items():
            held = self.shares.held(name)
            assert (held.shares, held.debt, held.pending, held.locked_until) == (
                one.shares, one.debt, one.pending, one.locked_until,
            )  # fmt: skip
        assert sum(one.shares for one in model.held.values()) == pool.supply
        assert tokens.amount(svm, self.shares.reserve) == curve.cost(A, C, 0, pool.supply)
        assert tokens.amount(svm, self.shares.dividends) == model.balance >= pool.recorded
        assert model.owed_units() <= pool.recorded << dividends.FRACTION_BITS


def exit_all(walk: Walk) -> None:
    """Everybody sells and is paid; only crumbs stay."""
    world, shares = walk.world, walk.shares
    shares.unlock()
    for name, one in walk.model.held.items():
        if one.shares:
            walk.nonce += 1
            world.do(shares.sell(name, one.shares, nonce=walk.nonce))
    for name in walk.model.held:
        if shares.held(name).pending:
            world.do(shares.pay(name))
    assert tokens.amount(world.svm, shares.reserve) == 0
    touches = len(world.events)
    assert shares.state.recorded <= touches
    assert all(shares.held(name).pending == 0 for name in walk.model.held)


def test_walks() -> None:
    """In whatever order people trade, earn and take, the program does what the model does, and everyone gets out."""
    for seed in SEEDS:
        print(f"seed {seed}")
        walk = Walk(seed)
        for _ in range(STEPS):
            walk.step()
            walk.check()
        exit_all(walk)
        held = {where: walk.world.account(where) for where in rebuild(walk.world.events)}
        assert held == rebuild(walk.world.events)
