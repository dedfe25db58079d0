"""What walks met: which instruction landed or was refused for what, each transition, each way an order ended."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from solders.instruction import Instruction

from idl.enums import Engine, FeeKind, OrderKind, Round, State, Step
from idl.events import FeesCollected, OrderPlaced, StateChanged, VoteCast
from idl.schema import load
from tests.model.chain import Result
from tests.model.offered import PROGRAMS

Met = Counter[tuple[str, str]]
LANDED: Final = "landed"
NAMES: Final = {(bytes(one.discriminator)): one.name for name in PROGRAMS for one in load(name).instructions}


def note(met: Met, sent: Instruction, result: Result) -> None:
    """Counts one transaction."""
    name = NAMES.get(bytes(sent.data[:8]))
    if name is None:
        return
    met[name, LANDED if result.landed else result.refusal] += 1
    for event in result.events:
        match event:
            case StateChanged():
                met[f"{State(event.from_).name} > {State(event.to).name}", name] += 1
            case OrderPlaced():
                met["order", OrderKind(event.order.kind).name] += 1
                met.update(("order met", Step(fill.how).name) for fill in event.fills)
            case VoteCast():
                met["vote in round", Round(event.round).name] += 1
            case FeesCollected():
                met["fee", FeeKind(event.kind).name] += 1
            case _:
                pass


def opened(met: Met, engine: int, mint: str) -> None:
    """Counts a market that was opened."""
    met["market", f"{Engine(engine).name} of {mint}"] += 1


def refusals(met: Met) -> set[str]:
    """The names of the errors that were met."""
    return {what for name, what in met if name in NAMES.values() and what != LANDED}


def table(met: Met) -> Iterable[str]:
    """A line for each thing and all that was met about it."""
    for name in sorted({name for name, _ in met}):
        about = sorted(((what, n) for (one, what), n in met.items() if one == name), key=lambda pair: pair[0] != LANDED)
        yield f"  {name}: " + ", ".join(f"{what} {n}" for what, n in about)
