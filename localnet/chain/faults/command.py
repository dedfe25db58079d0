"""Gives a running chain faults from outside: the words of a command or a file, checked first, then sent. The shell."""

from __future__ import annotations

from dataclasses import dataclass

from localnet.chain.errors import BadFault, NotAnswered
from localnet.chain.faults.script import parse
from localnet.chain.outside import ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How many lines of all scripts still wait, and which were refused when their time came."""

    waiting: int
    refused: tuple[str, ...]


def send(url: str, text: str) -> Played:
    """Play a script on the chain at `url`; returns what is so there now.

    BadFault when a line cannot be read, when the chain refuses, or when nothing there understands.
    """
    if not parse(text):
        raise BadFault("there is no line in this script")
    try:
        result = ask(url, "localnet_fault", text)
    except NotAnswered as error:
        raise BadFault(str(error)) from error
    return Played(waiting=result["waiting"], refused=tuple(result["refused"]))
