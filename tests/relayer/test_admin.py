"""An operator's acts on the real programs and the embedded chain: each does what it says, with the right key alone."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from msgspec.structs import replace
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from idl import addresses, instructions
from idl.accounts import Config, Market
from idl.enums import Engine, Op, Pause, SourceKind, State
from idl.limits import market_id
from idl.program import WSOL_MINT
from localnet import programs
from localnet.chain.model import ChainOptions
from localnet.chain.serve import Running
from localnet.wallets import wallet
from relayer.admin import change, commands, markets
from relayer.admin.init import init
from relayer.admin.send import account, send
from relayer.admin.terms import Terms, read, require_equal
from relayer.chain import Endpoint, connect
from relayer.errors import BadSetting, ConfigMismatch, Fatal
from relayer.metrics import Metrics
from tests.localnet.chain.people import pay

FILE = commands.ROOT / "programs" / "config.localnet.toml"
TERMS = read(FILE)
ADMIN, GUARDIAN, STRANGER, NEXT = (wallet(name) for name in ("authority", "guardian", "alice", "erin"))
SLACK_S = 5
SOL = 10**9
WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A chain with Config and mint rules as the file has them, and a node to ask."""

    running: Running
    node: Endpoint

    async def config(self) -> Config:
        """Config as it is."""
        found = await account(self.node, addresses.config().address)
        assert isinstance(found, Config)
        return found

    def at(self, now: int) -> None:
        """Let time pass."""
        self.running.chain.advance_clock(now)
        self.running.chain.produce(2)


def play(scene: Callable[[Scene], Awaitable[None]]) -> None:
    """Run a scene on a chain of free ports."""

    async def run() -> None:
        options = ChainOptions(rpc_port=0, pubsub_port=0, slot_ms=10, clock_ms_per_slot=1, deploy=programs.DEPLOY)
        async with Running(options) as running:
            client, _, (node,) = connect([running.rpc_url], Metrics())
            async with client:
                for who in (ADMIN, GUARDIAN, STRANGER, NEXT):
                    running.chain.submit(pay(running.chain, running.chain.faucet, who.pubkey(), 10 * SOL))
                running.chain.produce(2)
                await init(node, TERMS, ADMIN)
                await asyncio.wait_for(scene(Scene(running, node)), WAIT_S)

    asyncio.run(run())


def changed(**terms: int) -> Terms:
    """The file with these settings changed."""
    return replace(TERMS, config=replace(TERMS.config, **terms))


def test_a_change_is_announced_and_applied() -> None:
    """Only the admin announces, only what was announced is applied, not before its time, and by anyone."""

    async def scene(it: Scene) -> None:
        wanted = changed(protocol_fee_bps=111)
        with pytest.raises(Fatal, match="admin"):
            await change.propose(it.node, wanted, STRANGER, slack_s=SLACK_S)
        with pytest.raises(ConfigMismatch, match="nothing to change"):
            await change.propose(it.node, TERMS, ADMIN, slack_s=SLACK_S)
        with pytest.raises(ConfigMismatch, match="no change"):
            await change.apply(it.node, wanted, STRANGER)
        done = await change.propose(it.node, wanted, ADMIN, slack_s=SLACK_S)
        assert done.differences == ("protocol_fee_bps: 250 on the chain, 111 in the file",)
        assert done.eta == (await it.config()).eta
        with pytest.raises(Fatal, match="refuses"):
            await change.apply(it.node, wanted, STRANGER)
        it.at(done.eta)
        with pytest.raises(ConfigMismatch, match="another change"):
            await change.apply(it.node, changed(protocol_fee_bps=112), STRANGER)
        await change.apply(it.node, wanted, STRANGER)
        require_equal(wanted, await it.config())
        assert (await it.config()).pending_hash == bytes(32)

    play(scene)


def test_a_change_is_called_off() -> None:
    """What was announced can be called off by the admin alone; then it cannot be applied."""

    async def scene(it: Scene) -> None:
        wanted = changed(protocol_fee_bps=111)
        with pytest.raises(ConfigMismatch, match="no change"):
            await change.cancel(it.node, ADMIN)
        done = await change.propose(it.node, wanted, ADMIN, slack_s=SLACK_S)
        with pytest.raises(Fatal, match="refuses"):
            await change.cancel(it.node, STRANGER)
        await change.cancel(it.node, ADMIN)
        it.at(done.eta)
        with pytest.raises(ConfigMismatch, match="no change"):
            await change.apply(it.node, wanted, STRANGER)
        require_equal(TERMS, await it.config())

    play(scene)


def test_another_admin() -> None:
    """A file that names another admin offers the place; only that wallet takes it, and then it is the admin."""

    async def scene(it: Scene) -> None:
        wanted = replace(TERMS, admin=bytes(NEXT.pubkey()))
        done = await change.propose(it.node, wanted, ADMIN, slack_s=SLACK_S)
        it.at(done.eta)
        await change.apply(it.node, wanted, ADMIN)
        assert (await it.config()).admin == TERMS.admin
        with pytest.raises(Fatal, match="refuses"):
            await change.accept(it.node, STRANGER)
        await change.accept(it.node, NEXT)
        require_equal(wanted, await it.config())
        with pytest.raises(Fatal, match="refuses"):
            await change.set_pause(it.node, Pause.CREATE, ADMIN)

    play(scene)


def test_pauses_and_rules() -> None:
    """The guardian adds pauses, the admin sets them; mint rules that differ are written, once."""

    async def scene(it: Scene) -> None:
        assert await change.set_pause(it.node, Pause(0), GUARDIAN) is None
        await change.set_pause(it.node, change.pause_bits("create,order"), GUARDIAN)
        assert (await it.config()).pause == Pause.CREATE | Pause.ORDER
        with pytest.raises(Fatal, match="refuses"):
            await change.set_pause(it.node, Pause.CREATE, GUARDIAN)
        await change.set_pause(it.node, change.pause_bits("none"), ADMIN)
        assert (await it.config()).pause == 0
        (rule,) = TERMS.mints
        wanted = replace(TERMS, mints=(replace(rule, min_stake=7),))
        assert await change.set_mint_rules(it.node, TERMS, ADMIN) == ()
        assert len(await change.set_mint_rules(it.node, wanted, ADMIN)) == 1
        assert await change.set_mint_rules(it.node, wanted, STRANGER) == ()

    play(scene)


def test_pause_words() -> None:
    """A kind that cannot be paused is named, with those that can."""
    with pytest.raises(BadSetting, match="'claim' can be paused: there are create, stake, buy, split, order"):
        change.pause_bits("create,claim")


async def made(it: Scene, who: Keypair) -> str:
    """An optimistic market that its maker may activate."""
    # Simulated where blocks are confirmed, which is behind the tip.
    now, slot = it.running.chain.tip.block_time, it.running.chain.tip.slot - 5
    key = who.pubkey()
    where = addresses.market(key, market_id(slot, 1)).address
    call = instructions.create_market(
        id=market_id(slot, 1), engine=Engine.PARIMUTUEL, n=2, source_kind=SourceKind.OPTIMISTIC, op=Op.GTE, flags=0,
        fee_to=key, source=key, open=now, lock=now + 100, event=now + 100, resolve_by=now + 200,
        void_after=now + 200 + 3 * 86_400, creator_fee_bps=0, resolver_fee_bps=0, dispute_s=0, strike=0, expo=0,
        lot_k=0, metadata_hash=bytes(32), uri="", question="Does this question end well?", market=where, creator=key,
        payer=key, mint_rule=addresses.mint_rule(WSOL_MINT).address,
    )  # fmt: skip
    await send(it.node, [call], who)
    return str(where)


def test_one_market() -> None:
    """The admin rejects a market that is not active; what does not fit its state, or names none, is refused."""

    async def scene(it: Scene) -> None:
        market = await made(it, STRANGER)
        for act in (markets.announce_void, markets.cancel_void, markets.rule(0)):
            with pytest.raises(Fatal, match="refuses"):
                await markets.do(it.node, market, act, ADMIN)
        with pytest.raises(Fatal, match="refuses"):
            await markets.do(it.node, market, markets.reject, STRANGER)
        for none in ("nowhere", str(addresses.config().address), str(STRANGER.pubkey())):
            with pytest.raises(BadSetting, match=r"no address|no market"):
                await markets.do(it.node, none, markets.reject, ADMIN)
        await markets.do(it.node, market, markets.reject, ADMIN)
        found = await account(it.node, Pubkey.from_string(market))
        assert isinstance(found, Market)
        assert found.state == State.Rejected

    play(scene)
