"""All rules by name: those whose instructions the programs have."""

from collections.abc import Mapping
from typing import Final

from tests.model import surroundings
from tests.model.hostile import SLOTS
from tests.model.rules import deciding, maker, opening, parimutuel, settling, voting
from tests.model.rules.rule import Rule

EVERY: Final[Mapping[str, Rule]] = {
    **opening.RULES,
    **parimutuel.RULES,
    **maker.RULES,
    **deciding.RULES,
    **voting.RULES,
    **settling.RULES,
}
# Votes have one instruction for two rounds.
INSTRUCTION: Final = {"like": "vote", "take_back": "claim_vote"}
RULES: Final[Mapping[str, Rule]] = surroundings.RULES | {
    name: rule for name, rule in EVERY.items() if INSTRUCTION.get(name, name) in SLOTS
}
