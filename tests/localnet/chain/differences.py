"""Where the embedded chain's answers differ from a real validator's on purpose: each with one reason, none unused."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from tests.localnet.chain.shapes import differences


class Difference(NamedTuple):
    """Questions and places in their answers, both as patterns of file names, and why they may differ."""

    question: str
    place: str
    why: str


NO_GOSSIP = "a chain of one process has no gossip, no turbine and no TPU to listen at"
NO_SNAPSHOTS = "a chain in memory makes no snapshots, as a validator that has made none yet"
NO_FOUNDATION = "Agave lists accounts of mainnet's foundation on any chain; here they do not exist"
OTHER_MEMO = "the memo program that LiteSVM brings is another build, which logs its signers in other words"
OTHER_NAME = "a builtin program's account holds its name, and LiteSVM's name of the system program is shorter"
LAST_MEMBER = "msgspec reads JSON once and keeps the last of two equal members"
RECEIVED = (
    "a real validator that leads every slot itself never tells that it received a signature; one that follows does"
)
TOLD_WHY = "who sends bytes that are no text is told so instead of being hung up on"
DIFFERENCES = (
    Difference("getClusterNodes", "result.0.gossip", NO_GOSSIP),
    Difference("getClusterNodes", "result.0.serveRepair", NO_GOSSIP),
    Difference("getClusterNodes", "result.0.shredVersion", NO_GOSSIP),
    Difference("getClusterNodes", "result.0.tpu*", NO_GOSSIP),
    Difference("getClusterNodes", "result.0.tvu", NO_GOSSIP),
    Difference("getHighestSnapshotSlot", "*", NO_SNAPSHOTS),
    Difference("*upply*", "result.value.nonCirculatingAccounts", NO_FOUNDATION),
    Difference("simulate token", "result.value.logs*", OTHER_MEMO),
    Difference("transaction minted *", "result.meta.logMessages*", OTHER_MEMO),
    Difference("transaction token", "result.meta.logMessages*", OTHER_MEMO),
    Difference("account native program", "result.value.data.0", OTHER_NAME),
    Difference("envelope twice", "*", LAST_MEMBER),
    Difference("heard: signature * received", "*", RECEIVED),
    Difference("heard: message garbage in binary", "*", TOLD_WHY),
)


def compare(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[dict[str, Any], set[Difference]]:
    """What differs and is in no entry, by question and place as (ours, theirs); and the entries that were met."""
    found: dict[str, Any] = {}
    met: set[Difference] = set()
    for question in sorted({*ours, *theirs}):
        unlike = differences(ours.get(question, "<not asked>"), theirs.get(question, "<not asked>"))
        for place, values in unlike.items():
            allowed = [
                one for one in DIFFERENCES if fnmatchcase(question, one.question) and fnmatchcase(place, one.place)
            ]
            met.update(allowed)
            if not allowed:
                found[f"{question}: {place}"] = values
    return found, met
