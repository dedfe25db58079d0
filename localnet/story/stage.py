"""Where a story plays: the chain, the API, the wallets, the clock and the terminal, and how a story waits.

A story waits for facts (an account, a state, a row), never for a time; each wait has a name and an end. It imports no
service: what operators do it does by their commands. Called by the stories.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Final, TypeVar

from solders.keypair import Keypair
from solders.pubkey import Pubkey

from localnet import wallets, world
from localnet.console import Console
from localnet.database import Database
from localnet.errors import ChildFailed, StoryFailed
from localnet.story.api import Api
from localnet.story.chain import Chain

T = TypeVar("T")
_OPERATOR_S: Final = 120.0
_OPERATOR_TRIES: Final = 5
_OPERATOR_PAUSE_S: Final = 2.0
# How long a fact may take, in slots of the chain: time that the machine needs is in proportion.
_PATIENCE_S: Final = 120.0
_PATIENCE_SLOTS: Final = 400
# Between two looks at one fact: six markets are looked at at once, and looking costs the services' time.
_LOOK_S: Final = 0.1


async def together(*acts: Coroutine[object, object, T]) -> list[T]:
    """Play all at once and answer what each answers; the first failure stops the others and is raised alone."""
    tasks = [asyncio.create_task(act) for act in acts]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything a story needs, wired."""

    plan: world.Plan
    database: Database
    genesis: str
    console: Console
    chain: Chain
    api: Api
    pause_s: float

    @staticmethod
    @contextlib.asynccontextmanager
    async def enter(plan: world.Plan, database: Database, genesis: str, console: Console) -> AsyncIterator[Stage]:
        """A stage in a running world; its connections are closed at the end."""
        pause_s = max(plan.slot_ms / 1000, _LOOK_S)
        chain, api = Chain(plan.rpc_url, pause_s=pause_s), Api(plan.api_url, pause_s=pause_s)
        try:
            yield Stage(
                plan=plan,
                database=database,
                genesis=genesis,
                console=console,
                chain=chain,
                api=api,
                pause_s=pause_s,
            )
        finally:
            await chain.close()
            await api.close()

    def key(self, name: str) -> Keypair:
        """The key of a person of the story."""
        return wallets.wallet(name)

    def address(self, name: str) -> Pubkey:
        """The address of a person of the story."""
        return wallets.address(name)

    def link(self, market: Pubkey | str) -> str:
        """The page of a market."""
        return self.api.page(str(market))

    async def until(self, what: str, fact: Callable[[], Awaitable[T | None]]) -> T:
        """Look until `fact` answers something true, and answer it. Raises StoryFailed saying what was not seen."""
        deadline = time.monotonic() + _PATIENCE_S + _PATIENCE_SLOTS * self.plan.slot_ms / 1000
        while time.monotonic() < deadline:
            found = await fact()
            if found:
                return found
            await asyncio.sleep(self.pause_s)
        raise StoryFailed(f"not seen: {what}")

    async def clock_reaches(self, to: int) -> None:
        """Block time `to` (unix seconds): with --fast the clock jumps there, else the chain gets there by itself."""
        if self.plan.fast and await self.chain.time() < to:
            await self.chain.advance_clock(to)

        async def reached() -> bool:
            return await self.chain.time() >= to

        await self.until(f"chain time {to}", reached)

    async def operator(self, *arguments: str) -> str:
        """Run a relayer command as its operator does, again where it failed, and answer what it said.

        Raises ChildFailed when it goes on failing. For commands that may be repeated, as all of the operator's may.
        """
        settings = world.relayer_settings(self.plan, self.database, self.genesis, self.plan.directory / "payer.json")
        command = ["-m", "relayer", *arguments]
        for _ in range(_OPERATOR_TRIES - 1):
            with contextlib.suppress(ChildFailed):  # PostgreSQL may just be starting again; the last try tells
                return await world.run_command(command, settings, _OPERATOR_S)
            await asyncio.sleep(_OPERATOR_PAUSE_S)
        return await world.run_command(command, settings, _OPERATOR_S)
