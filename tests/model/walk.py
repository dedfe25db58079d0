"""A walk: steps drawn at random, each done on the real programs and in the model, everything checked after it.

A step is plain data, (name, arguments, twist), and means something whatever came before it. So a list of steps can be
replayed, and steps can be left out of it to find the few that matter.
"""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import accumulate
from typing import Any, Final, NamedTuple

from solders.instruction import Instruction

from tests.model import coverage, hostile
from tests.model.book_of_rules import RULES
from tests.model.chain import LAMPORTS, PURSE, Chain, Result
from tests.model.checks import ALL, ANSWER, CHECKS, Broken, Seen
from tests.model.checks import Step as Done
from tests.model.fault import Fault
from tests.model.lifecycle import WHEN
from tests.model.nouns import Market, World
from tests.model.rules import admin
from tests.model.rules.opening import MARKETS_MAX
from tests.model.rules.rule import phase
from tests.model.stage import Stage
from tests.programs.world import SLOT, START

STEPS: Final = 400
# How often time goes by in a phase.
PASS: Final = {
    "Proposed": 0.06,
    "Approved": 0.08,
    "Active": 0.06,
    "Disputed": 0.08,
    "Finalized": 0.1,
    "Void": 0.1,
    "Due": 0.12,
    "Closed": 0.1,
}
# What a refusal may be called by the programs and the runtime where the model has a word of its own.
CALLED: Final = {
    "NoAccount": {"AccountNotInitialized", "AccountOwnedByWrongProgram", "AccountDiscriminatorNotFound"},
    "SamePosition": {"ConstraintDuplicateMutableAccount", "SamePosition"},
}
# What is about no market.
EVERYWHERE: Final = frozenset(name for name, rule in RULES.items() if rule.about != "market")
OF_POOL: Final = tuple(name for name, rule in RULES.items() if rule.about == "pool")
NOTHING: Final = Market(k=-1, terms=None, state="", deadline=0)  # type: ignore[arg-type]
# What can be asked of all accounts at once.
WHOLE: Final = frozenset({"solvency", "pools", "shares", "crossed", "rebuild", "model"})
ANYHOW: Final = frozenset({"NoVault", "Taken", "Gone"})


@cache
def season(engine: int, price: bool, now: str) -> tuple[list[str], list[float]]:
    """The rules that fit a phase of such a market, and how often each is tried, summed up."""
    fitting = {name: rule.seasons.get(now, 0.0) for name, rule in RULES.items() if rule.fits(engine, price)}
    names = [name for name, weight in fitting.items() if weight]
    return names, list(accumulate(fitting[name] for name in names))


class Step(NamedTuple):
    """One thing that was tried."""

    name: str
    args: tuple[Any, ...]
    twist: hostile.Twist | None = None


class Walk:
    """One world with its model."""

    def __init__(self, chain: Chain | None = None) -> None:
        self.chain = chain or Chain()
        self.stage = Stage(self.chain.world)
        self.base = Seen(self.stage)
        self.base.tell(self.chain.world.events)

    def start(self, checks: Iterable[str] = ALL, fault: type[Fault] = Fault, *, crowds: bool = True) -> None:
        """Back to the beginning; `crowds`: whether many come to a book, which takes its time."""
        self.crowds = crowds
        self.chain.reset()
        self.stage.reset()
        self.model = World(
            START, SLOT,
            tokens={(name, mint): PURSE[mint] for name in Stage.EVERYBODY for mint in PURSE},
            lamports=dict.fromkeys(Stage.EVERYBODY, LAMPORTS),
            settings=admin.FIRST, bounds=dict.fromkeys(PURSE, admin.BOUNDS),
        )  # fmt: skip
        self.stage.model = self.model
        self.seen = Seen(self.stage, told=dict(self.base.told), last=dict(self.base.last))
        self.checks = frozenset(checks)
        self.fault = fault(self.chain, self.stage)
        self.met: coverage.Met = Counter()
        self.changed = False
        self.pooled = False

    # drawing

    def draw(self, rng: random.Random, last: Step | None) -> Step:
        """The next try."""
        while True:
            step = self._draw(rng, last)
            if step is not None:
                break
        if rng.random() < 0.1 and (twist := hostile.draw(rng, step.name, step.args, self.stage)):
            return step._replace(twist=twist)
        return step

    def _draw(self, rng: random.Random, last: Step | None) -> Step | None:
        live = [one for one in self.model.markets.values() if one.state != "Closed"]
        if not live or (len(live) < MARKETS_MAX and rng.random() < 0.04):
            return self._of(rng, "set_pause" if self.model.pause and rng.random() < 0.5 else "create_market", NOTHING)
        market = rng.choice((live[-1], rng.choice(list(self.model.markets.values()))))
        luck = rng.random()
        if luck < 0.05 and last is not None:
            return last
        if luck < PASS.get(phase(market, self.model.now), 0.25):
            return self._of(rng, "pass", market)
        luck = rng.random()
        if OF_POOL and self.pooled and rng.random() < 0.25:
            return self._of(rng, rng.choice(OF_POOL), market)
        if luck < 0.04:
            return self._of(rng, rng.choice(("freeze", "set_pause")), market)
        if luck < 0.14:
            return self._of(rng, rng.choice(list(RULES)), market)
        names, sums = season(market.terms.engine, market.terms.price, phase(market, self.model.now))
        return self._of(rng, rng.choices(names, cum_weights=sums)[0], market) if names else None

    def _of(self, rng: random.Random, name: str, market: Market) -> Step | None:
        if name == "create_market" and sum(one.state != "Closed" for one in self.model.markets.values()) >= MARKETS_MAX:
            return None
        if name == "throng" and not self.crowds:
            return None
        args = RULES[name].draw(rng, self.model, market)
        return Step(name, args) if args is not None else None

    # doing

    def do(self, step: Step) -> None:
        """One step, checked; raises Broken. `changed` says whether it did anything."""
        self.changed = False
        rule, market = RULES[step.name], self._market(step)
        if market is None and step.name not in ("create_market", *EVERYWHERE):
            return
        if rule.parts is not None:
            for name, args in rule.parts(self.model, *step.args):
                self.do(Step(name, args))
            self.changed = True
            return
        call = rule.call(self.stage, *step.args)
        if call is None:
            if step.name == "freeze":
                self.chain.freeze(*step.args)
            if step.name == "settings" and not self.model.markets:
                self.seen.told |= self.chain.settings(*step.args)
            rule.expect(self.model, *step.args)
            self.changed = True
            return
        if step.name == "create_market" and market is not None:
            return
        if step.twist is not None:
            self._spoiled(step, call.instruction)
            return
        timely = self._timely(step.name, market)
        why = {"Gone"} if self._gone(step, market) else rule.expect(self.model, *step.args)
        if step.name == "activate" and not why and market is not None:
            coverage.opened(self.met, market.terms.engine, market.terms.mint)
        if step.name == "create_market" and not why:
            self.stage.open(self.model.markets[step.args[0]], call.instruction.accounts[MARKET_SLOT].pubkey)
        result = self._run(step.name, call.instruction, call.instruction)
        self._judge(step, why, result, Done(step.name, timely))

    def _run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        result = self.fault.run(name, good, sent)
        coverage.note(self.met, sent, result)
        return result

    def _gone(self, step: Step, market: Market | None) -> bool:
        return market is not None and market.state == "Closed" and step.name != "close_orphan"

    def _market(self, step: Step) -> Market | None:
        if step.name in EVERYWHERE:
            return None
        return self.model.markets.get(step.args[0])

    def _judge(self, step: Step, why: set[str], result: Result, done: Done) -> None:
        if ANSWER in self.checks:
            answered(why, result, anyhow=step.twist is not None or bool(why & ANYHOW))
        if not result.landed:
            self._untouched(step, result)
            return
        self.changed = True
        self.seen.look(result.after)
        for name, check in CHECKS.items():
            if name in self.checks:
                for words in check(self.seen, done, result):
                    raise Broken(name, words)

    def _untouched(self, step: Step, result: Result) -> None:
        """What is refused leaves no trace but its fee."""
        for words in CHECKS["conservation"](self.seen, Done(step.name, timely=True), result):
            raise Broken("conservation", words)

    def whole(self) -> None:
        """At the end all accounts that were ever touched once more: none changed but where it was looked at."""
        after = {where: self.chain.account(where) for where in {*self.seen.raw, *self.seen.told}}
        self.seen.look(after)
        result = Result(landed=True, refusal="", fee=0, events=[], before={}, after=after)
        for name in WHOLE & self.checks:
            for words in CHECKS[name](self.seen, Done("", timely=True), result):
                raise Broken(name, f"at the end {words}")

    def _timely(self, name: str, market: Market | None) -> bool:
        return name not in WHEN or market is None or WHEN[name](market, self.model.now)

    def _spoiled(self, step: Step, instruction: Instruction) -> None:
        assert step.twist is not None
        bad = hostile.spoiled(instruction, step.name, step.twist, self.stage)
        if bad is not None:
            result = self._run(step.name, instruction, bad)
            self._judge(step, {str(step.twist)}, result, Done(step.name, timely=True))

    def walk(self, seed: int, steps: int = STEPS) -> list[Step]:
        """Draws and does steps; raises Failed with all of them."""
        rng, done, idle = random.Random(seed), [], set[int]()
        self.pooled = rng.random() < 0.3
        step: Step | None = None
        for number in range(steps):
            step = (
                self.draw(rng, step)
                if number
                else Step("settings", RULES["settings"].draw(rng, self.model, NOTHING) or ())
            )
            done.append(step)
            try:
                self.do(step)
            except Broken as broken:
                raise Failed(broken, done, frozenset(idle)) from broken
            except Exception as error:
                error.add_note(f"model: seed {seed}, step {number}: {step}")
                raise
            if not self.changed:
                idle.add(number)
        try:
            self.whole()
        except Broken as broken:
            raise Failed(broken, done, frozenset(idle)) from broken
        return done

    def replay(self, steps: Sequence[Step], checks: Iterable[str], fault: type[Fault] = Fault) -> Broken | None:
        """What breaks when the steps are done from the beginning; None if nothing does."""
        self.start(checks, fault)
        try:
            for step in steps:
                self.do(step)
            self.whole()
        except Broken as broken:
            return broken
        return None


MARKET_SLOT: Final = hostile.SLOTS["create_market"].index("market")


class Failed(Exception):
    """A walk that broke a promise, with its steps; `idle` are the numbers of those that changed nothing."""

    def __init__(self, broken: Broken, steps: list[Step], idle: frozenset[int]) -> None:
        self.broken, self.steps, self.idle = broken, steps, idle
        super().__init__(str(broken))

    def guesses(self) -> Iterable[list[Step]]:
        """Steps that are likely to be enough: those that did something, and of these the ones about the same market."""
        last = self.steps[-1]
        steps = [one for number, one in enumerate(self.steps) if number not in self.idle]
        yield steps
        if last.name not in EVERYWHERE:
            yield [one for one in steps if one.name in EVERYWHERE or one.args[0] == last.args[0]]


def answered(why: set[str], result: Result, *, anyhow: bool) -> None:
    """The programs land what the model takes, and refuse the rest for a reason that the model has, or anyhow."""
    if result.landed:
        if why:
            raise Broken(ANSWER, f"landed, though {sorted(why)}")
        return
    if not why:
        raise Broken(ANSWER, f"refused as {result.refusal}, though nothing is against it")
    named = set[str]().union(*(CALLED.get(one, {one}) for one in why))
    if result.refusal == "InvariantViolated":
        raise Broken(ANSWER, f"refused as {result.refusal}: a program's own check failed")
    if result.refusal not in named and not anyhow:
        raise Broken(ANSWER, f"refused as {result.refusal}, expected one of {sorted(named)}")


def breaks(walk: Walk, steps: list[Step], failed: Failed, checks: frozenset[str], fault: type[Fault]) -> bool:
    """Whether steps break the same promise as a walk did."""
    broken = walk.replay(steps, checks, fault)
    return broken is not None and broken.kind == failed.broken.kind


def shrunk(walk: Walk, failed: Failed, checks: Iterable[str], fault: type[Fault] = Fault) -> list[Step]:
    """Fewer steps that break the same promise: halves, then quarters, down to single steps are left out."""
    checks, steps = frozenset(checks), failed.steps
    for guess in failed.guesses():
        if breaks(walk, guess, failed, checks, fault):
            steps = guess
    size = max(1, len(steps) // 2)
    while True:
        at, before = 0, len(steps)
        while at < len(steps):
            fewer = steps[:at] + steps[at + size :]
            if breaks(walk, fewer, failed, checks, fault):
                steps = fewer
            else:
                at += size
        if size == 1 and len(steps) == before:
            return steps
        size = max(1, size // 2)
