"""How fast event bytes become typed values on one core: `python -m bench.decode [FILE.json]` prints a table.

Goals: 350,000 a second for an event of 8 fields, 250,000 for one of 20. Fields count the header's five and those of
nested values. Each figure is the best of five rounds in CPU time of one thread, dispatch by discriminator included.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from idl.codec import decode_event, encode_event
from idl.events import (
    BondClaimed,
    Event,
    Header,
    PaidOut,
    PayoutItem,
    PositionState,
    Staked,
    StateChanged,
    Value,
    VoidAnnounced,
)
from idl.program import MARKET_ID

ROUNDS = 5
VALUES_A_ROUND = 100_000
KEY = bytes(range(32))
HEADER = Header(KEY, 7, 300_000_000, 1_784_850_900, KEY)
VALUE = Value((5_000_000, 7_000_000), 0, (1, 2, 3), 0)
POSITION = PositionState(KEY, KEY, 3, 7, 0, 255, (5_000_000, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An event to read; `goal` in values a second, 0 = none."""

    event: Event
    fields: int
    goal: int


CASES = (
    Case(event=VoidAnnounced(HEADER, 1_784_937_300, 2), fields=7, goal=350_000),
    Case(event=BondClaimed(HEADER, KEY, 5, 0, 2), fields=9, goal=350_000),
    Case(event=StateChanged(HEADER, 2, 6, 0, 9, 0, 1, 7, 5, (1, 2, 3), KEY), fields=15, goal=250_000),
    Case(event=Staked(HEADER, 0, 5_000_000, 3, 14_000, (POSITION,), VALUE), fields=20, goal=250_000),
    Case(event=PaidOut(HEADER, (PayoutItem(KEY, 9, 0),) * 18, 1, 2_039_280, VALUE), fields=65, goal=0),
)


def rate(data: bytes) -> float:
    """Values a second, the best round."""
    best = 0.0
    for _ in range(ROUNDS):
        start = time.thread_time()
        for _ in range(VALUES_A_ROUND):
            decode_event(MARKET_ID, data)
        best = max(best, VALUES_A_ROUND / (time.thread_time() - start))
    return best


def main(target: str | None) -> int:
    """Print the table, write it as JSON if a file is named; 1 if a goal was missed."""
    print(f"{'event':<16}{'fields':>7}{'bytes':>7}{'values/s':>12}{'goal':>10}")
    rows, missed = [], 0
    for case in CASES:
        data, name = encode_event(case.event), type(case.event).__name__
        measured = rate(data)
        missed += measured < case.goal
        rows.append({"event": name, "fields": case.fields, "per_second": round(measured), "goal": case.goal})
        print(f"{name:<16}{case.fields:>7}{len(data):>7}{measured:>12,.0f}{case.goal or '-':>10}")
    if target:
        Path(target).write_bytes(msgspec.json.format(msgspec.json.encode(rows)))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
