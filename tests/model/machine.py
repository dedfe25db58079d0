"""The rules of the walks as those of a hypothesis state machine: hypothesis chooses them, draws for them and shrinks.

Each rule of the book of rules is one of the machine's. After every step all checks run, as in a walk.
"""

from collections.abc import Callable
from random import Random
from typing import Any, ClassVar, Final

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from idl.enums import Engine
from tests.model import hostile
from tests.model.book_of_rules import RULES
from tests.model.checks import ALL
from tests.model.fault import Fault
from tests.model.nouns import Market
from tests.model.stage import MINT_OF
from tests.model.walk import EVERYWHERE, NOTHING, Step, Walk

ALWAYS: Final = EVERYWHERE - {"init_config"}


class Base(RuleBasedStateMachine):
    """One world, put back to its beginning for each run."""

    fault: ClassVar[type[Fault]] = Fault
    engines: ClassVar[tuple[Engine, ...]] = tuple(Engine)
    walk: ClassVar[Walk]

    def __init__(self) -> None:
        super().__init__()
        self.walk.start(ALL, self.fault)

    @initialize(number=st.integers(0, 2), mint=st.sampled_from(sorted(MINT_OF)), fees=st.sampled_from((0, 300)))
    def open(self, number: int, mint: str, fees: int) -> None:
        """A market is there at once."""
        engine = self.engines[number % len(self.engines)]
        lot_k, subsidy = (10 if engine == Engine.BOOK else 0), (10**6 if engine == Engine.LMSR else 0)
        terms = (engine.value, 2, mint, False, 0, 0, 200, 10, (fees, 0), lot_k, "")
        self.walk.do(Step("create_market", (0, "", *terms)))
        self.walk.do(Step("activate", (0, subsidy)))

    def fitting(self, name: str) -> list[Market]:
        """The markets on which a rule makes sense now."""
        model = self.walk.model
        if name == "create_market":
            return [NOTHING] if sum(one.state != "Closed" for one in model.markets.values()) < 2 else []
        return [one for one in model.markets.values() if RULES[name].weight(one, model.now) > 0 or name in ALWAYS]

    def play(self, name: str, chance: Random) -> None:
        """One step: what a player would do, one in eight by a hostile hand."""
        args = RULES[name].draw(chance, self.walk.model, chance.choice(self.fitting(name)))
        if args is None:
            return
        twist = hostile.draw(chance, name, args, self.walk.stage) if chance.random() > 0.875 else None
        note(str(step := Step(name, args, twist)))
        self.walk.do(step)


def played(name: str) -> Callable[..., None]:
    """The machine's rule for one of ours."""

    def step(self: Base, chance: Random) -> None:
        self.play(name, chance)

    step.__name__ = f"do_{name}"
    drawn = rule(chance=st.integers(0, 2**32 - 1).map(Random))(step)
    return precondition(lambda self: bool(self.fitting(name)))(drawn)


def machine(walk: Walk, fault: type[Fault] = Fault, engines: tuple[Engine, ...] = tuple(Engine)) -> Any:
    """The machine over a world, with a fault planted in it, its first market of one of these engines."""
    made = {"walk": walk, "fault": fault, "engines": engines}
    return type("Machine", (Base,), made | {f"do_{name}": played(name) for name in RULES})
