"""All rules by name."""

from collections.abc import Mapping
from typing import Final

from tests.model import surroundings
from tests.model.rules import deciding, opening, parimutuel, settling
from tests.model.rules.rule import Rule

RULES: Final[Mapping[str, Rule]] = {
    **surroundings.RULES,
    **opening.RULES,
    **parimutuel.RULES,
    **deciding.RULES,
    **settling.RULES,
}
