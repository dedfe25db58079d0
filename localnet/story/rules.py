"""The platform's settings change in the open: announced by hash, made true by anyone when the time has come.

Called by the story. Built from the IDL alone, as an admin with a wallet and no service of ours would.
"""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from idl import accounts, addresses, codec, instructions
from idl.enums import Mode
from idl.types import ConfigTerms
from localnet import wallets
from localnet.errors import StoryFailed
from localnet.story.stage import Stage

# How long a proposed market is voted on: the end is awaited, so no longer than needed where the clock does not jump.
PROPOSAL_S: Final = 30
PROPOSAL_FAST_S: Final = 600
# For the announcement to land in, beyond the delay that the program asks for; after the fall of a service, too.
LANDING_S: Final = 10
PART: Final = "rules"


class Rules:
    """Config as it is announced to be: one change at a time."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._terms: ConfigTerms | None = None
        self._eta = 0

    async def announce(self, mode: Mode) -> None:
        """The admin announces who may make markets from its time on."""
        admin = self.stage.key(wallets.AUTHORITY)
        config = await _config(self.stage)
        proposal_s = PROPOSAL_FAST_S if self.stage.plan.fast else PROPOSAL_S
        now = ConfigTerms(**{name: getattr(config, name) for name in ConfigTerms.__struct_fields__})
        self._terms = msgspec.structs.replace(now, mode=int(mode), proposal_s=proposal_s)
        self._eta = await self.stage.chain.time() + config.config_delay_s + LANDING_S
        digest = hashlib.sha256(bytes(_apply(self._terms).data)[8:]).digest()
        call = instructions.propose_config_change(hash=digest, eta=self._eta, admin=admin.pubkey())
        await self.stage.chain.send([call], [admin])
        words = {Mode.PROPOSAL: "who asks from then on is voted in", Mode.OPEN: "nobody is voted on any more"}
        self.stage.console.step(f"the admin announces a change of the rules: {words[mode]}", part=PART)

    async def apply(self, by: str) -> None:
        """Anyone makes it true in its time."""
        assert self._terms is not None
        await self.stage.clock_reaches(self._eta)
        await self.stage.chain.send([_apply(self._terms)], [self.stage.key(by)])
        if (await _config(self.stage)).mode != self._terms.mode:
            raise StoryFailed("Config did not change as it was announced")
        self.stage.console.step(f"its time has come: {by} makes the change true, as anyone could", part=PART)


def _apply(terms: ConfigTerms) -> Instruction:
    return instructions.apply_config_change(pending_admin=Pubkey.default(), terms=terms)


async def _config(stage: Stage) -> accounts.Config:
    found = await stage.chain.account(addresses.config().address)
    value = codec.decode_account(found.data) if found is not None else None
    if not isinstance(value, accounts.Config):
        raise StoryFailed("there is no Config")
    return value
