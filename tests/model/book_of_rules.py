"""All rules by name: those whose instructions the programs have."""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from tests.model import surroundings
from tests.model.offered import BOOK, MAKER, POOL
from tests.model.rules import admin, deciding, maker, opening, parimutuel, settling, voting
from tests.model.rules.rule import Rule

RULES: Final[Mapping[str, Rule]] = {
    **surroundings.RULES,
    **admin.RULES,
    **opening.RULES,
    **parimutuel.RULES,
    **(maker.RULES if MAKER else {}),
    **(import_module("tests.model.rules.book").RULES if BOOK else {}),
    **deciding.RULES,
    **voting.RULES,
    **settling.RULES,
    **(import_module("tests.model.rules.pool").RULES if POOL else {}),
}
