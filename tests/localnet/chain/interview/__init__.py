"""The same questions to any Solana node, and the shapes of its answers: what the embedded chain is compared by.

`talk` asking · `acting` what happens before · `about_chain`, `about_accounts`, `about_history`, `about_wrong`,
`about_forms`, `about_envelopes` the questions · `about_socket`, `hearing`, `ear` WebSockets ·
`manners` HTTP · `node` a node behind a URL · `nodes` nodes as processes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solders.hash import Hash

from tests.localnet.chain.interview import about_accounts, about_chain, about_history
from tests.localnet.chain.interview.about_envelopes import ask_envelopes
from tests.localnet.chain.interview.about_forms import FORMS
from tests.localnet.chain.interview.about_history import whole_blocks
from tests.localnet.chain.interview.about_wrong import ask_wrong
from tests.localnet.chain.interview.acting import act
from tests.localnet.chain.interview.hearing import Listener
from tests.localnet.chain.interview.manners import manners
from tests.localnet.chain.interview.node import HttpNode
from tests.localnet.chain.interview.talk import Interview, Node, Question

# A busy machine is too slow for a blockhash's life, and a validator on it loses some of what it is sent.
ATTEMPTS_MAX = 3
RECORDED = Path(__file__).parent.parent / "recorded" / "validator-4.2.2.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everything of one node, shapes by name: over JSON-RPC, heard on its WebSocket, its HTTP; and what was asked."""

    answers: dict[str, Any]
    heard: dict[str, Any]
    manners: dict[str, Any]
    questions: dict[str, Question]

    @property
    def all(self) -> dict[str, Any]:
        """All shapes; what was heard and the manners under names of their own."""
        heard = {f"heard: {name}": one for name, one in self.heard.items()}
        return self.answers | heard | {f"manners: {name}": one for name, one in self.manners.items()}


def interview(node: Node) -> dict[str, Any]:
    """Ask a node everything over JSON-RPC; the shape of each answer by the question's name."""
    return _interviewed(node).answers


def everything(node: HttpNode) -> Asked:
    """Ask a node with sockets everything."""
    one = _in_time(node)
    heard = Listener(one, node).run()
    return Asked(answers=one.answers, heard=heard, manners=manners(node.url), questions=one.asked)


def _in_time(node: HttpNode) -> Interview:
    """An interview for which there was time enough: by other people once more where there was not."""
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            return _interviewed(node, f"interview {attempt}")
        except TimeoutError:
            if attempt == ATTEMPTS_MAX:
                raise
    raise AssertionError("no attempt")


def _interviewed(node: Node, seed: str = "interview") -> Interview:
    one = Interview(node, seed)
    act(one)
    one.table(about_history.STATUSES | about_chain.NEW)
    one.require_fresh(Hash.from_string(one.facts["blockhash"]))
    for tables in (about_chain.TABLES, about_accounts.TABLES, about_history.TABLES):
        for table in tables:
            one.table(table)
    whole_blocks(one)
    one.table(FORMS, "form ")
    ask_wrong(one)
    ask_envelopes(one)
    return one
