"""stake and withdraw: bounds, nonces, slots, rates, windows."""

import pytest
from solders.system_program import TransferParams, transfer
from spl.token.instructions import close_account, create_idempotent_associated_token_account, sync_native
from spl.token.models import CloseAccountParams, SyncNativeParams

from idl.enums import Pause
from idl.events import Staked
from idl.instructions import set_pause
from idl.limits import U64_MAX
from idl.maths.parimutuel import stake_rate_bps
from idl.program import MARKET_ID, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.pools import credited, opened
from tests.programs.refusals import refused
from tests.programs.world import MAX_STAKE, MIN_STAKE, USDC_2022, Call, World, key


def test_stake(world: World) -> None:
    """Shares, supply and vault grow by the amount, and the event says all of it."""
    pool = opened(world)
    landed = world.do(pool.stake("alice", 1, 5_000, nonce=7)).event(Staked)
    position = world.position(pool.address, key("alice"))
    assert position is not None
    assert (position.shares, position.last_nonce, position.nonce_bits) == ((0, 5_000), 7, 1)
    assert (position.last_seq, position.credit, position.seat) == (landed.header.seq, 0, 255)
    assert pool.state.supply[:2] == (0, 5_000)
    assert tokens.amount(world.svm, pool.vault) == 5_000
    assert (landed.outcome, landed.amount, landed.nonce, landed.rate_bps) == (1, 5_000, 7, 10_000)


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        (0, "AmountTooSmall"), (MIN_STAKE - 1, "AmountTooSmall"), (MIN_STAKE, None), (MAX_STAKE, None),
        (MAX_STAKE + 1, "AmountTooLarge"), (U64_MAX, "AmountTooLarge"),
    ],
)  # fmt: skip
def test_amounts(world: World, amount: int, error: str | None) -> None:
    """The least and the greatest stake are allowed, one beyond is not."""
    pool = opened(world)
    tokens.put_tokens(world.svm, key("alice"), pool.mint, MAX_STAKE + 1)
    call = pool.stake("alice", 0, amount)
    if error is None:
        world.do(call)
    else:
        with refused(error):
            world.do(call)


def test_more_than_there_is(world: World) -> None:
    """A wallet cannot stake what it does not hold."""
    pool = opened(world)
    tokens.put_tokens(world.svm, key("alice"), pool.mint, 4_999)
    with refused("InsufficientFunds"):
        world.do(pool.stake("alice", 0, 5_000))


@pytest.mark.parametrize(("n", "outcome"), [(2, 2), (3, 3), (8, 8), (8, 255)])
def test_no_such_outcome(world: World, n: int, outcome: int) -> None:
    """Outcomes are 0 to n - 1."""
    pool = opened(world, n=n)
    world.do(pool.stake("alice", n - 1, 5_000))
    with refused("BadOutcome"):
        world.do(pool.stake("alice", outcome, 5_000, nonce=2))


@pytest.mark.parametrize(
    ("shift", "error"), [(-1, "NotOpen"), (0, None), (1, None), (99, None), (100, "Locked"), (101, "Locked")]
)
def test_window(world: World, shift: int, error: str | None) -> None:
    """Trading is from open to just before lock."""
    pool = opened(world, open=world.now + 50, lock=world.now + 150)
    world.at(pool.state.open + shift)
    call = pool.stake("alice", 0, 5_000)
    if error is None:
        world.do(call)
    else:
        with refused(error):
            world.do(call)


@pytest.mark.parametrize(("valid", "error"), [(-1, "Expired"), (0, None), (1, None)])
def test_valid_until(world: World, valid: int, error: str | None) -> None:
    """The last slot is one in which the stake may still land."""
    pool = opened(world)
    call = pool.stake("alice", 0, 5_000, valid=world.slot + valid)
    if error is None:
        world.do(call)
    else:
        with refused(error):
            world.do(call)


@pytest.mark.parametrize(("over", "error"), [(0, None), (1, "RateTooLow")])
def test_rate(world: World, over: int, error: str | None) -> None:
    """The rate at landing may equal the bound, not be below it."""
    pool = opened(world)
    world.do(pool.stake("bob", 1, 10_000))
    rate = stake_rate_bps(pool.state.supply, 0, 7_000, sum(pool.state.fee_bps))
    call = pool.stake("alice", 0, 7_000, rate=rate + over)
    if error is None:
        assert world.do(call).event(Staked).rate_bps == rate
    else:
        with refused(error):
            world.do(call)


def test_not_active(world: World) -> None:
    """Nothing is staked before the activation, while halted, or after the decision."""
    pool = opened(world)
    world.do(pool.announce_void())
    with refused("Halted"):
        world.do(pool.stake("alice", 0, 5_000))
    world.do(pool.cancel_void())
    world.do(pool.stake("alice", 0, 5_000))
    pool.decide(0)
    with refused("WrongState"):
        world.do(pool.stake("alice", 0, 5_000, nonce=2))


def test_paused(world: World) -> None:
    """The pause of stakes stops stakes and nothing that leads out."""
    pool = opened(world)
    world.do(pool.stake("alice", 0, 5_000))
    world.do(Call(set_pause(pause=Pause.STAKE, authority=key("guardian")), (wallet("guardian"),)))
    with refused("Paused"):
        world.do(pool.stake("alice", 0, 5_000, nonce=2))
    pool.decide(0)
    world.do(pool.claim("alice"))


def test_other_pauses_do_not_stop_stakes(world: World) -> None:
    """Each bit stops its own kind of risk."""
    pool = opened(world)
    bits = Pause.CREATE | Pause.BUY | Pause.SPLIT | Pause.ORDER
    world.do(Call(set_pause(pause=bits, authority=key("guardian")), (wallet("guardian"),)))
    world.do(pool.stake("alice", 0, 5_000))


class Window:
    """The nonce rule in plain words: a set of used numbers and the greatest one."""

    def __init__(self) -> None:
        self.used: set[int] = set()
        self.greatest = 0

    def use(self, n: int) -> bool:
        """Whether the number acts now."""
        fresh = n > 0 and n not in self.used and (n > self.greatest or self.greatest - n < 64)
        if fresh:
            self.used.add(n)
            self.greatest = max(self.greatest, n)
        return fresh


@pytest.mark.parametrize(
    "numbers",
    [
        (1, 1), (0,), (5, 3, 4, 3, 5), (64, 1, 1), (65, 1, 2), (100, 37, 36, 99, 100), (1, 65, 1, 2, 66, 2, 3),
        (U64_MAX, U64_MAX, U64_MAX - 63, U64_MAX - 64, 1), (3, 200, 136, 137, 3, 264, 200, 201),
    ],
    ids=repr,
)  # fmt: skip
def test_nonces(world: World, numbers: tuple[int, ...]) -> None:
    """A nonce acts once, in any order within 64 of the greatest; 0 never does."""
    pool, window = opened(world), Window()
    for n in numbers:
        call = pool.stake("alice", 0, 5_000, nonce=n)
        if window.use(n):
            world.do(call)
        else:
            with refused("NonceUsed"):
                world.do(call)
    position = world.position(pool.address, key("alice"))
    if position is not None:
        bits = {position.last_nonce - k for k in range(64) if position.nonce_bits >> k & 1}
        assert bits == {n for n in window.used if window.greatest - n < 64}


def test_replayed_bytes(world: World) -> None:
    """The same stake sent again, with a new blockhash, does not act again."""
    pool = opened(world)
    call = pool.stake("alice", 0, 5_000)
    world.do(call)
    with refused("NonceUsed"):
        world.do(call)
    assert pool.state.supply[0] == 5_000


def test_payer_and_owner_apart(world: World) -> None:
    """Who pays a new position's rent gets it back, whoever owns it."""
    pool = opened(world)
    call = pool.stake("alice", 0, 5_000)
    metas = list(call.instruction.accounts)
    at = next(i for i, meta in enumerate(metas) if meta.is_signer and meta.is_writable)
    metas[at] = type(metas[at])(key("erin"), True, True)
    paid = type(call.instruction)(MARKET_ID, bytes(call.instruction.data), metas)
    had = world.lamports(key("erin"))
    world.send(paid, signers=(wallet("alice"), wallet("erin")))
    rent = world.svm.minimum_balance_for_rent_exemption(160)
    assert world.lamports(key("erin")) == had - rent
    pool.decide(0)
    world.do(pool.claim("alice", payer="erin"))
    assert world.lamports(key("erin")) == had


def test_address_with_lamports(world: World) -> None:
    """Somebody's gift to the address of a position does not stop it from being made."""
    pool = opened(world)
    tokens.put(world.svm, pool.position("alice"), b"", wallet("alice").pubkey().default(), 1_000_000)
    world.do(pool.stake("alice", 0, 5_000))
    assert world.position(pool.address, key("alice")) is not None


@pytest.mark.parametrize("mint", [WSOL_MINT, USDC_2022], ids=["sol", "spl-2022"])
def test_withdraw(mint: object) -> None:
    """Free collateral goes out before the decision as tokens, once a nonce, and no more than there is."""
    world = World()
    pool = credited(world, mint=mint)
    had = tokens.amount(world.svm, pool.ata("alice"))
    world.do(pool.withdraw("alice", 300))
    assert tokens.amount(world.svm, pool.ata("alice")) == had + 300
    with refused("NonceUsed"):
        world.do(pool.withdraw("alice", 300))
    for amount in (0, 401):
        with refused("CreditTooSmall"):
            world.do(pool.withdraw("alice", amount, nonce=10))
    with refused("Expired"):
        world.do(pool.withdraw("alice", 400, nonce=10, valid=world.slot - 1))
    world.do(pool.withdraw("alice", 400, nonce=10))
    assert pool.state.escrow == 0
    assert (pool.token_program == TOKEN_2022_PROGRAM) == (mint == USDC_2022)


def test_settling_pays_credit_too() -> None:
    """A claim pays what the shares are worth and the free collateral with it."""
    world = World()
    pool = credited(world)
    pool.decide(0)
    decided = pool.state
    had = world.lamports(key("alice"))
    world.do(pool.claim("alice"))
    rent = world.svm.minimum_balance_for_rent_exemption(160)
    gained = 5_000 * decided.num // decided.den + 700 + rent
    assert world.lamports(key("alice")) == had + gained - 5_000


def test_stake_of_plain_sol(world: World) -> None:
    """A wallet with SOL alone stakes in one transaction: the token account is made, filled, and closed again."""
    pool = opened(world, mint=WSOL_MINT)
    name = "authority"  # has no wrapped SOL
    token, owner = pool.ata(name), key(name)
    assert world.data(token) is None
    had = world.lamports(owner)
    whole = [
        create_idempotent_associated_token_account(owner, owner, WSOL_MINT, TOKEN_PROGRAM),
        transfer(TransferParams(from_pubkey=owner, to_pubkey=token, lamports=5_000)),
        sync_native(SyncNativeParams(program_id=TOKEN_PROGRAM, account=token)),
        pool.stake(name, 0, 5_000).instruction,
        close_account(CloseAccountParams(program_id=TOKEN_PROGRAM, account=token, dest=owner, owner=owner)),
    ]
    world.send(*whole, signers=(wallet(name),))
    rent = world.lamports(pool.position(name))
    assert world.lamports(owner) == had - 5_000 - rent - 5_000
    assert world.data(token) is None
    assert tokens.amount(world.svm, pool.vault) == 5_000
