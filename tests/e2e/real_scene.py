"""Real markets on a chain with our programs: made, staked on, decided by posted prices, settled and closed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from solders.pubkey import Pubkey

from idl import addresses, codec, instructions
from idl.accounts import Market
from idl.enums import Flag, State
from idl.limits import CLOSE_AFTER_SLOTS, market_id
from idl.program import WSOL_MINT
from localnet import wallets
from localnet.story import cast, tokens
from tests.e2e import calls
from tests.e2e.driver import Driver
from tests.e2e.real import WINDOW_S, Prices, RealMarket, Tick

POSTS_PER_TRANSACTION: Final = 8
POSTS_PER_BLOCK: Final = 800
STAKERS: Final = wallets.PEOPLE
FUNDS: Final = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A market on the chain and what its wallets staked: (who, outcome, amount)."""

    real: RealMarket
    address: Pubkey
    mint: Pubkey
    stakes: tuple[tuple[str, int, int], ...]

    @property
    def shares(self) -> dict[str, list[int]]:
        """Each wallet's shares by outcome."""
        held: dict[str, list[int]] = {}
        for who, outcome, amount in self.stakes:
            held.setdefault(who, [0, 0])[outcome] += amount
        return held


class Scene:
    """The programs on a chain, the people, and one real market after the other."""

    def __init__(self, driver: Driver, prices: Prices, rng: random.Random) -> None:
        self.driver = driver
        self.prices = prices
        self.rng = rng
        self.authority = wallets.wallet(wallets.AUTHORITY)
        self.posted = 0
        self._k = 0

    async def prepare(self) -> None:
        """Config, money for everybody, and the rules of both mints."""
        owners = [wallets.address(name) for name in (*STAKERS, wallets.AUTHORITY, wallets.TREASURY)]
        self.driver.fund(owners, 100_000 * cast.SOL)
        await self.driver.block()
        admin, mint = self.authority, wallets.wallet("usd")
        self.driver.queue(
            [instructions.init_config(admin=admin.pubkey(), terms=calls.TERMS, payer=admin.pubkey())], [admin]
        )
        self.driver.queue(tokens.make_mint(mint.pubkey(), admin.pubkey(), admin.pubkey()), [admin, mint])
        await self.driver.block()
        for one in (WSOL_MINT, mint.pubkey()):
            self.driver.queue([calls.rule(one)], [admin])
        for name in (*STAKERS, wallets.AUTHORITY, wallets.TREASURY):
            gift = tokens.give(
                mint.pubkey(), wallets.address(name), FUNDS, authority=admin.pubkey(), payer=admin.pubkey()
            )
            self.driver.queue(gift, [admin])
        await self.driver.block()

    async def open(self, market: RealMarket) -> Open:
        """Create and activate it with real times, and let seeded wallets stake."""
        self._k += 1
        creator = self.authority.pubkey()
        mint = WSOL_MINT if self._k % 2 else wallets.address("usd")
        identity = market_id(self.driver.chain.tip.slot, self._k)
        address = addresses.market(creator, identity).address
        self.driver.queue([calls.create(market, identity, address, mint)], [self.authority])
        self.driver.queue([calls.activate(address, mint)], [self.authority])
        await self.driver.block()
        unit = cast.SOL if mint == WSOL_MINT else cast.USD
        # The first two take different sides: a pool whose winner nobody chose would be void.
        stakes = tuple(
            (who, place if place < 2 else self.rng.randrange(2), self.rng.randrange(unit // 100, 50 * unit))
            for place, who in enumerate(self.rng.sample(STAKERS, self.rng.randrange(2, len(STAKERS) + 1)))
        )
        for who, outcome, amount in stakes:
            key = wallets.wallet(who)
            staking = [calls.stake(address, mint, key.pubkey(), outcome, amount, self.driver.chain.tip.slot)]
            if mint == WSOL_MINT:
                staking = [*tokens.wrap(key.pubkey(), amount), *staking, *tokens.unwrap(key.pubkey())]
            self.driver.queue(staking, [key])
        await self.driver.block()
        return Open(real=market, address=address, mint=mint, stakes=stakes)

    async def post_until(self, until: int) -> None:
        """Post every tick that was published up to a time, in order."""
        ticks = self.prices.ticks
        while self.posted < len(ticks) and ticks[self.posted].publish <= until:
            for _ in range(POSTS_PER_BLOCK // POSTS_PER_TRANSACTION):
                some = [t for t in ticks[self.posted : self.posted + POSTS_PER_TRANSACTION] if t.publish <= until]
                if not some:
                    break
                self.driver.queue([calls.post(tick) for tick in some], [self.authority])
                self.posted += len(some)
            await self.driver.block()

    async def decide(self, one: Open) -> bool:
        """Record the strike and resolve by the prices posted so far; False while a needed one is still to come."""
        first, last = self.prices.first_from(one.real.start), self.prices.first_from(one.real.end)
        known = self.prices.ticks[self.posted - 1].publish
        if first is None or last is None or first.publish > known:
            return False
        await self._strike(one, first)
        if first.publish > one.real.start + WINDOW_S:
            return True
        if last.publish > known:
            return False
        await self._resolve(one, last)
        return True

    async def _strike(self, one: Open, tick: Tick) -> None:
        market = self.read(one.address)
        if market.state == State.Active and not market.flags & Flag.STRIKE_SET:
            caller = self.authority.pubkey()
            call = instructions.record_strike(market=one.address, price_update=calls.price(tick), caller=caller)
            self.driver.queue([call], [self.authority])
            await self.driver.block()

    async def _resolve(self, one: Open, tick: Tick) -> None:
        caller = self.authority.pubkey()
        resolution = addresses.resolution(one.address).address
        call = instructions.resolve_by_price(
            market=one.address, resolution=resolution, price_update=calls.price(tick), caller=caller, payer=caller
        )
        self.driver.queue([call], [self.authority])
        await self.driver.block()

    async def settle(self, one: Open) -> None:
        """Pay every position and collect every fee."""
        owners = sorted({wallets.address(who) for who, _, _ in one.stakes}, key=bytes)
        self.driver.queue([calls.pay_out(one.address, one.mint, owners)], [self.authority])
        await self.driver.block()
        market = self.read(one.address)
        for kind, owed in enumerate(market.fees_owed):
            if owed:
                self.driver.queue([calls.collect(one.address, one.mint, kind)], [self.authority])
        await self.driver.block()

    async def close(self, opened: list[Open]) -> None:
        """Close every market once its slot is old enough; what is left in a vault must be nothing."""
        await self.driver.empty(CLOSE_AFTER_SLOTS + 1)
        for one in opened:
            self.driver.queue([calls.close_market(one.address, one.mint)], [self.authority])
        await self.driver.block()

    def read(self, address: Pubkey) -> Market:
        """A market's account as it is now."""
        account = self.driver.chain.account(address)
        assert account is not None
        market = codec.decode_account(bytes(account.data))
        assert isinstance(market, Market)
        return market
