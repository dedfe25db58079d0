"""The stories that a world can play.

`stage` where they play · `chain`, `api` the wallet's way to both · `cast` who and for what · `acts` what people do by
themselves · `tokens` mints and wrapped SOL · `market` what every market goes through · `maker` `desk` `quarrel` `pool`
`rules` one mechanism each · `life` six markets' whole life · `twins`, `sums` what it must come to · `proof` what must
hold at the end.
"""

from localnet.story.life import Story, play
from localnet.story.stage import Stage

STORIES: dict[str, Story] = {"life": play}

__all__ = ["STORIES", "Stage", "Story"]
