"""create_market, activate, tally_proposal, reject: terms, times, and who may."""

import msgspec
import pytest
from solders.instruction import Instruction
from solders.message import Message

from idl import addresses
from idl.enums import Flag, Mode, Op, Pause, SourceKind, State
from idl.events import Activated, Closed, MarketCreated, StateChanged
from idl.instructions import set_pause
from idl.limits import market_id
from idl.program import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.pools import CREATOR, Pool, create, created, opened, terms
from tests.programs.refusals import refused
from tests.programs.world import TERMS, USDC, USDC_2022, Call, World, key

DAY = 86_400


def test_create(world: World) -> None:
    """All terms are in the account and in the event; Config's and the rule's are copied."""
    args = terms(world, n=3, dispute_s=0)
    event = world.do(create(world, args)).event(MarketCreated)
    market = world.market(addresses.market(key(CREATOR), args.id).address)
    assert market.state == event.state == State.Approved
    assert market.deadline == world.now + TERMS.activate_s
    assert market.fee_bps == (200, 100, TERMS.protocol_fee_bps)
    assert market.dispute_s == TERMS.dispute_default_s
    assert (market.creator, market.payer, market.mint) == (bytes(key(CREATOR)), bytes(key(CREATOR)), bytes(USDC))
    assert (market.created_slot, market.version, market.n) == (world.slot, 1, 3)
    assert (event.uri, event.question, event.metadata_hash) == (args.uri, args.question, args.metadata_hash)
    for name in ("open", "lock", "event", "resolve_by", "void_after", "source", "fee_to", "id"):
        assert getattr(market, name) == getattr(args, name) == getattr(event, name)


def test_nobody_gets_the_fees_of_nobody(world: World) -> None:
    """With no fee account named the creator is it."""
    pool = created(world, fee_to=bytes(32))
    assert pool.state.fee_to == bytes(key(CREATOR))


CASES = [
    ({"engine": 1}, None), ({"engine": 2}, "BadEngine"), ({"lot_k": 1}, "BadEngine"),
    ({"engine": 1, "lot_k": 1}, "BadEngine"),
    ({"n": 1}, "BadOutcomeCount"), ({"n": 2}, None), ({"n": 8}, None), ({"n": 9}, "BadOutcomeCount"),
    ({"price": True, "n": 3}, "BadOutcomeCount"),
    ({"source_kind": 2}, "BadSource"), ({"source": bytes(32)}, "BadSource"),
    ({"op": Op.GT}, "BadOp"), ({"price": True, "op": 5}, "BadOp"),
    ({"flags": Flag.UNWRAPPED}, "BadFlags"), ({"flags": Flag.HALTED}, "BadFlags"),
    ({"flags": Flag.STRIKE_FINAL}, "BadFlags"), ({"flags": 64}, "BadFlags"),
    ({"creator_fee_bps": 500}, None), ({"creator_fee_bps": 501}, "FeeTooHigh"),
    ({"resolver_fee_bps": 200}, None), ({"resolver_fee_bps": 201}, "FeeTooHigh"),
    ({"dispute_s": 10}, None), ({"dispute_s": 9}, "BadDispute"),
    ({"dispute_s": 7 * DAY}, None), ({"dispute_s": 7 * DAY + 1}, "BadDispute"),
    ({"price": True, "strike": 1}, "BadStrike"), ({"price": True, "expo": -8}, "BadStrike"),
    ({"strike": 1}, "BadStrike"), ({"price": True, "op": Op.GTE, "strike": 5, "expo": -8}, None),
    ({"question": "123456789"}, "BadQuestion"), ({"question": "1234567890"}, None),
    ({"question": "?" * 280}, None), ({"question": "?" * 281}, "BadQuestion"), ({"question": "é" * 141}, "BadQuestion"),
    ({"uri": ""}, None), ({"uri": "u" * 120}, None), ({"uri": "u" * 121}, "BadUri"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "error"), CASES, ids=repr)
def test_terms(world: World, changes: dict[str, object], error: str | None) -> None:
    """Every term is bounded, and each bound is the last that is allowed."""
    call = create(world, terms(world, **changes))  # type: ignore[arg-type]
    if error is None:
        world.do(call)
    else:
        with refused(error):
            world.do(call)


TIMES = [
    ({}, None),
    ({"open": 100}, "BadTimes"), ({"open": 99, "lock": 109}, None), ({"open": 99, "lock": 108}, "BadTimes"),
    ({"open": -50, "lock": 10}, None), ({"open": -50, "lock": 9}, "BadTimes"), ({"open": -50, "lock": 0}, "BadTimes"),
    ({"lock": 30 * DAY, "event": 30 * DAY, "resolve_by": 31 * DAY, "void_after": 34 * DAY}, None),
    ({"lock": 30 * DAY + 1, "event": 31 * DAY, "resolve_by": 32 * DAY, "void_after": 35 * DAY}, "BadTimes"),
    ({"event": 100}, None), ({"event": 99}, "BadTimes"),
    ({"price": True, "event": 160}, None), ({"price": True, "event": 159}, "BadTimes"),
    ({"resolve_by": 201}, None), ({"resolve_by": 200}, "BadTimes"),
    ({"resolve_by": 200 + 30 * DAY, "void_after": 200 + 33 * DAY}, None),
    ({"resolve_by": 201 + 30 * DAY, "void_after": 201 + 33 * DAY}, "BadTimes"),
    ({"void_after": 1_000 + 3 * DAY - 1}, "BadTimes"),
    ({"void_after": 1_000 + 30 * DAY}, None), ({"void_after": 1_000 + 30 * DAY + 1}, "BadTimes"),
    ({"void_after": 2**63 - 1 - 1_784_850_000}, "BadTimes"),
]  # fmt: skip


@pytest.mark.parametrize(("shifts", "error"), TIMES, ids=repr)
def test_times(world: World, shifts: dict[str, int], error: str | None) -> None:
    """open < lock <= event < resolve_by < void_after, with their distances; a second beyond is refused."""
    price = bool(shifts.get("price"))
    times = {name: world.now + shift for name, shift in shifts.items() if name != "price"}
    if "resolve_by" in times and "void_after" not in times:
        times["void_after"] = times["resolve_by"] + 3 * DAY
    call = create(world, terms(world, price=price, **times))
    if error is None:
        world.do(call)
    else:
        with refused(error):
            world.do(call)


@pytest.mark.parametrize(("age", "error"), [(-1, "BadId"), (0, None), (150, None), (151, "BadId")])
def test_id(world: World, age: int, error: str | None) -> None:
    """An id carries a slot of the last 150, so that no address ever comes back."""
    call = create(world, terms(world, id=market_id(world.slot - age, 3)))
    if error is None:
        world.do(call)
    else:
        with refused(error):
            world.do(call)


def test_twice(world: World) -> None:
    """The same id of the same creator makes no second market."""
    world.do(create(world, terms(world)))
    with refused("AccountAlreadyInUse", "AccountDiscriminatorAlreadySet"):
        world.do(create(world, terms(world)))


def test_fees_together() -> None:
    """The three rates together are at most 1000 bps, whatever each may be."""
    world = World(msgspec.structs.replace(TERMS, protocol_fee_bps=301, max_resolver_fee_bps=200))
    with refused("FeeTooHigh"):
        world.do(create(world, terms(world, creator_fee_bps=500, resolver_fee_bps=200)))
    world.do(create(world, terms(world, creator_fee_bps=499, resolver_fee_bps=200)))


def test_admin_mode() -> None:
    """In mode 2 only the admin creates."""
    world = World(msgspec.structs.replace(TERMS, mode=Mode.ADMIN))
    with refused("NotAdmin"):
        world.do(create(world, terms(world)))
    world.do(create(world, terms(world), creator="authority"))


def test_fits_one_legacy_transaction(world: World) -> None:
    """A market with the longest question and URI is made by one legacy transaction."""
    call = create(world, terms(world, question="?" * 280, uri="u" * 120))
    message = Message.new_with_blockhash([call.instruction], key(CREATOR), world.svm.latest_blockhash())
    assert 1 + 64 + len(bytes(message)) <= 1_232


def test_activate(world: World) -> None:
    """The vault is made, its rent is remembered, and the state says Active."""
    pool = created(world)
    landed = world.do(pool.activate())
    event, change = landed.event(Activated), landed.event(StateChanged)
    assert (event.vault_payer, event.vault_rent) == (bytes(key(CREATOR)), world.lamports(pool.vault))
    assert (change.from_, change.to, change.outcome) == (State.Approved, State.Active, 255)
    with refused("WrongState"):
        world.do(pool.activate())


@pytest.mark.parametrize(("shift", "error"), [(-1, None), (0, "TooLate"), (1, "TooLate")])
def test_activate_before(world: World, shift: int, error: str | None) -> None:
    """A market is opened before its deadline or not at all."""
    times = {"lock": 5_000, "event": 5_000, "resolve_by": 6_000, "void_after": 6_000 + 3 * DAY}
    pool = created(world, **{name: world.now + shift for name, shift in times.items()})
    world.at(pool.state.deadline + shift)
    if error is None:
        world.do(pool.activate())
    else:
        with refused(error):
            world.do(pool.activate())


@pytest.mark.parametrize(("left", "error"), [(10, None), (9, "BadTimes")])
def test_activate_leaves_time_to_trade(world: World, left: int, error: str | None) -> None:
    """What is opened late must still trade for min_dur_s."""
    pool = created(world)
    world.at(pool.state.lock - left)
    if error is None:
        world.do(pool.activate())
    else:
        with refused(error):
            world.do(pool.activate())


def test_activate_by_another(world: World) -> None:
    """Only the creator opens a market."""
    pool = created(world)
    instruction = pool.activate(creator=key("bob"), payer=key("bob")).instruction
    with refused("NotCreator"):
        world.send(instruction, signers=(wallet("bob"),))


def test_activate_paused(world: World) -> None:
    """The pause of creation also stops the opening."""
    pool = created(world)
    world.do(Call(set_pause(pause=Pause.CREATE, authority=key("guardian")), (wallet("guardian"),)))
    with refused("Paused"):
        world.do(pool.activate())


def test_mint_is_looked_into_again(world: World) -> None:
    """A mint that grew a forbidden extension after the market was made opens nothing."""
    pool = created(world, mint=USDC_2022)
    plain = tokens.mint_data(decimals=6, authority=key("authority"))
    hooked = plain + bytes(165 - len(plain)) + bytes([1, 14, 0, 64, 0]) + bytes(64)
    tokens.put(world.svm, USDC_2022, hooked, TOKEN_2022_PROGRAM, 10 * tokens.MINT_RENT)
    with refused("BadMint"):
        world.do(pool.activate())


def test_fee_account(world: World) -> None:
    """With FEE_TO_ACCOUNT the account named is an open token account of the mint, shown at the opening."""
    where = wallet("a fee account").pubkey()
    pool = created(world, flags=Flag.FEE_TO_ACCOUNT, fee_to=bytes(where))
    for placed in (None, USDC_2022, USDC):
        if placed is not None:
            tokens.put_tokens(world.svm, key("bob"), placed, 0, at=where, program=TOKEN_PROGRAM)
        call = pool.activate(fee_to=where)
        if placed == USDC:
            with refused("BadFeeTo"):
                world.do(pool.activate())
            world.do(call)
        else:
            with refused("BadFeeTo"):
                world.do(call)


@pytest.mark.parametrize(("shift", "error"), [(-1, "TooEarly"), (0, None), (1, None)])
def test_tally(world: World, shift: int, error: str | None) -> None:
    """From its deadline anyone rejects an approved market that nobody opened, and then closes it."""
    pool = created(world)
    world.at(pool.state.deadline + shift, slot=world.slot + 151)
    if error is not None:
        with refused(error):
            world.do(pool.tally_proposal())
        return
    assert world.do(pool.tally_proposal()).event(StateChanged).to == State.Rejected
    close(world, pool)


def close(world: World, pool: Pool) -> None:
    """A rejected market gives its rent back."""
    had = world.lamports(key(CREATOR))
    rent = world.lamports(pool.address)
    world.do(pool.close_market()).event(Closed)
    assert world.lamports(key(CREATOR)) == had + rent


def test_reject(world: World) -> None:
    """The admin rejects what is not open yet; nobody else does, and nothing that is open."""
    pool = created(world)
    metas = list(pool.reject().instruction.accounts)
    metas[2] = type(metas[2])(key("alice"), True, False)
    instruction = pool.reject().instruction
    with refused("NotAdmin"):
        world.send(Instruction(instruction.program_id, bytes(instruction.data), metas), signers=(wallet("alice"),))
    assert world.do(pool.reject()).event(StateChanged).to == State.Rejected
    with refused("WrongState"):
        world.do(pool.activate())
    with refused("TooEarly"):
        world.do(pool.close_market())
    world.at(world.now, slot=world.slot + 151)
    close(world, pool)
    live = opened(world, k=1)
    with refused("WrongState"):
        world.do(live.reject())


def test_sources(world: World) -> None:
    """A price market is made for a feed, an optimistic one for a key."""
    assert created(world, k=1, price=True).state.source_kind == SourceKind.PRICE
    assert created(world, k=2).state.source_kind == SourceKind.OPTIMISTIC


def test_fixed_strike(world: World) -> None:
    """A condition other than UPDOWN has its strike from the start."""
    pool = created(world, price=True, op=Op.LT, strike=-7, expo=-2)
    assert (pool.state.strike, pool.state.expo) == (-7, -2)
    assert pool.state.flags == Flag.STRIKE_SET | Flag.STRIKE_FINAL
