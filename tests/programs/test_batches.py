"""The accounts behind an instruction's own: whatever stands in a batch, nobody gets more than by the good one."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
from solders.account import Account
from solders.instruction import AccountMeta, Instruction
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import Transaction
from solders.transaction_metadata import FailedTransactionMetadata

from idl.enums import FeeKind
from idl.program import WSOL_MINT
from localnet.wallets import wallet
from tests.programs import creator_lives, lives, tokens
from tests.programs.books import SELL, YES, dealt
from tests.programs.exchanges import ACCOUNTS, NOTHING, STRANGER, TOKEN_PROGRAMS, disguises, replaced, substitutes
from tests.programs.makers import settled
from tests.programs.pools import CREATOR, opened
from tests.programs.world import SOL, Call, World

FEE_PAYER: Final = wallet("a fee payer")
Gains = dict[Pubkey, int]


def _seats(world: World, k: int) -> Call:
    """Two winners, one with an order in the book."""
    made = dealt(world, 20, between=("alice", "bob"), k=k)
    world.do(made.order("alice", SELL, YES, 60, 9))
    made.decide(2)
    return made.pay_out("alice", "bob")


def _orphans(world: World, k: int) -> Call:
    """Two losers' positions, their market gone."""
    pool = opened(world, k=k)
    for name, outcome in (("alice", 0), ("bob", 1), ("erin", 1)):
        world.do(pool.stake(name, outcome, 6_000))
    pool.decide(0)
    world.do(pool.pay_out("alice"))
    for kind, name in ((FeeKind.CREATOR, CREATOR), (FeeKind.RESOLVER, "oracle"), (FeeKind.PROTOCOL, "treasury")):
        world.do(pool.collect_fees(kind, name))
    world.do(pool.claim_bond())
    world.do(pool.close_resolution())
    world.at(world.now, slot=pool.state.created_slot + 151)
    world.do(pool.close_market())
    return pool.close_orphan("bob", "erin")


BATCHES: Final[Mapping[str, Callable[[World, int], Call]]] = {
    "pay_out": lives.LIVES["pay_out"],
    "pay_out of sets": lambda world, k: settled(world, outcome=2, k=k).pay_out("alice", "bob"),
    "pay_out of seats": _seats,
    "pay_out of SOL": lives.VARIANTS["pay_out of SOL"],
    "pay_out of unwrapped SOL": lives.VARIANTS["pay_out of unwrapped SOL"],
    "close_orphan": _orphans,
    "close_orphan of a vote": lives.VARIANTS["close_orphan of a vote"],
    "pay_dividends": creator_lives.LIVES["pay_dividends"],
    "pay_dividends of SOL": creator_lives.VARIANTS["pay_dividends of SOL"],
}


def gains(world: World, instruction: Instruction) -> Gains | None:
    """What each account would hold more, lamports and tokens together; None where it would not land."""
    message = Message.new_with_blockhash([instruction], FEE_PAYER.pubkey(), world.svm.latest_blockhash())
    answer = world.svm.simulate_transaction(Transaction([FEE_PAYER], message, message.recent_blockhash))
    if isinstance(answer, FailedTransactionMetadata):
        return None
    found = {key: worth(account) - worth(world.svm.get_account(key)) for key, account in answer.post_accounts()}
    # What is not paid stays with the market, into whose lamports a SOL market's vault is unwrapped.
    return {key: more for key, more in found.items() if more > 0 and key != instruction.accounts[0].pubkey}


def worth(account: Account | None) -> int:
    """Lamports, and tokens beside them where they are not lamports themselves."""
    if account is None:
        return 0
    data = bytes(account.data)
    held = account.owner in TOKEN_PROGRAMS and len(data) >= tokens.ACCOUNT_BYTES
    native = data[:32] == bytes(WSOL_MINT)
    return account.lamports + (int.from_bytes(data[64:72], "little") if held and not native else 0)


def wrong(
    world: World, own: int, call: Call, other: Call, at: int
) -> Iterator[tuple[Instruction, Mapping[Pubkey, Account]]]:
    """Every way in which one account of the batch can be wrong."""
    good, whole = call.instruction.accounts[at], call.instruction.accounts
    keys = [key for _, key in substitutes(world, good.pubkey)]
    keys += [other.instruction.accounts[at].pubkey, *(meta.pubkey for meta in whole)]
    for key in keys:
        yield replaced(call.instruction, at, AccountMeta(key, False, good.is_writable)), {}
    yield replaced(call.instruction, at, AccountMeta(good.pubkey, False, False)), {}
    for _, account in disguises(world, good):
        yield call.instruction, {good.pubkey: account}
    twice = [*whole, *whole[own:]]
    yield Instruction(call.instruction.program_id, bytes(call.instruction.data), twice), {}


@pytest.mark.parametrize("name", BATCHES)
def test_batches(name: str) -> None:
    """One wrong account in a batch is refused or left out: it brings nothing to anybody, and the others no more."""
    world = World()
    for one in (STRANGER, FEE_PAYER):
        world.svm.airdrop(one.pubkey(), 100 * SOL)
    other, call = BATCHES[name](world, 2), BATCHES[name](world, 1)
    given = gains(world, call.instruction)
    assert given
    own, skipped = len(ACCOUNTS[name.split()[0]]), 0
    for at in range(own, len(call.instruction.accounts)):
        for instruction, planted in wrong(world, own, call, other, at):
            old = {key: world.svm.get_account(key) or NOTHING for key in planted}
            for key, account in planted.items():
                world.svm.set_account(key, account)
            found = gains(world, instruction)
            for key, account in old.items():
                world.svm.set_account(key, account)
            skipped += found is not None and found != given
            assert found is None or all(more <= given.get(key, 0) for key, more in found.items()), (at, found)
    assert skipped or name == "close_orphan of a vote"
    assert gains(world, call.instruction) == given


def test_every_batch_is_here() -> None:
    """Every instruction that takes accounts behind its own has its batch."""
    rust = (Path(__file__).parents[2] / "programs").glob("*/src/instructions/**/*.rs")
    assert {name.split()[0] for name in BATCHES} == {
        path.stem for path in rust if "remaining_accounts" in path.read_text()
    }
