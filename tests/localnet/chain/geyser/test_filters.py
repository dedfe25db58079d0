"""Filters: what each condition lets through, and the sentences of refusals."""

from __future__ import annotations

import base64
from typing import Any

import based58
import pytest
from solders.account import Account
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from localnet.chain import tokens
from localnet.chain.geyser import messages
from localnet.chain.geyser.errors import BadFilter
from localnet.chain.geyser.feed import Feed
from localnet.chain.geyser.filters import Wanted, read
from localnet.chain.geyser.items import AccountItem, BlockItem, TransactionItem
from localnet.chain.node import Chain
from tests.localnet.chain.people import SOL, fund, make_chain, making_token, moving, pay, person, signed, token_account

KEY, OWNER, OTHER = (person(name).pubkey() for name in ("key", "owner", "other"))
DATA = bytes(range(20))


def wanted(**fields: Any) -> Wanted:
    """The filters of a request with these fields."""
    return read(messages.SubscribeRequest(**fields))


def an_account(data: bytes = DATA, lamports: int = 5, *, is_written: bool = True) -> AccountItem:
    """An account of OWNER at KEY that a transaction wrote, or the bank did."""
    chain = make_chain()
    fund(chain, person("writer"))
    writer = chain.tip.transactions[0] if is_written else None
    state = Account(lamports, data, OWNER)
    return AccountItem(key=KEY, state=state, writer=writer, write_version=1, slot=9, unix_time=1)


def passes(item: AccountItem, **conditions: Any) -> bool:
    """Whether an account passes an accounts filter with these conditions."""
    return bool(list(wanted(accounts={"a": conditions}).frames(item)))


def state(**filters: Any) -> dict[str, Any]:
    """A filter on the account's state."""
    return {"filters": [filters]}


@pytest.mark.parametrize(
    ("conditions", "is_through"),
    [
        ({}, True),
        ({"account": [str(KEY)]}, True),
        ({"account": [str(OTHER), str(KEY)]}, True),
        ({"account": [str(OTHER)]}, False),
        ({"owner": [str(OWNER)]}, True),
        ({"owner": [str(OTHER)]}, False),
        ({"account": [str(KEY)], "owner": [str(OTHER)]}, False),
        ({"nonempty_txn_signature": True}, True),
        ({"nonempty_txn_signature": False}, False),
        (state(datasize=20), True),
        (state(datasize=21), False),
        (state(lamports={"eq": 5}), True),
        (state(lamports={"ne": 5}), False),
        (state(lamports={"lt": 5}), False),
        (state(lamports={"lt": 6}), True),
        (state(lamports={"gt": 4}), True),
        (state(memcmp={"offset": 2, "bytes": b"\2\3"}), True),
        (state(memcmp={"offset": 3, "bytes": b"\2\3"}), False),
        (state(memcmp={"offset": 19, "bytes": b"\x13\x14"}), False),
        (state(memcmp={"offset": 2, "base58": based58.b58encode(b"\2\3").decode()}), True),
        (state(memcmp={"offset": 2, "base64": base64.b64encode(b"\2\3").decode()}), True),
        (state(token_account_state=True), False),
        ({"filters": [{"datasize": 20}, {"lamports": {"gt": 5}}]}, False),
    ],
)
def test_accounts(conditions: dict[str, Any], is_through: bool) -> None:
    """Conditions of one filter must all hold; several addresses in one are alternatives."""
    assert passes(an_account(), **conditions) is is_through


def test_token_accounts_by_state() -> None:
    """An initialized token account passes, one that is not, or of another size, does not."""
    data = bytearray(tokens.ACCOUNT_BYTES)
    assert not passes(an_account(bytes(data)), **state(token_account_state=True))
    data[108] = 1
    assert passes(an_account(bytes(data)), **state(token_account_state=True))
    assert not passes(an_account(bytes(data) + b"\0"), **state(token_account_state=True))


def test_names_of_all_that_match() -> None:
    """One update carries the names of every filter that matched, in order, and the unwritten signature is absent."""
    frames = list(wanted(accounts={"b": {}, "a": {}, "no": state(datasize=1)}).frames(an_account(is_written=False)))
    update = messages.SubscribeUpdate.FromString(frames[0])
    assert len(frames) == 1
    assert list(update.filters) == ["a", "b"]
    assert not update.account.account.HasField("txn_signature")
    assert update.account.slot == 9


@pytest.mark.parametrize(
    ("slices", "left"),
    [
        ([(0, 2)], DATA[:2]),
        ([(1, 2), (5, 3)], DATA[1:3] + DATA[5:8]),
        ([(0, 20)], DATA),
        ([(18, 5)], b""),
        ([(0, 1), (18, 5)], DATA[:1]),
    ],
)
def test_slices(slices: list[tuple[int, int]], left: bytes) -> None:
    """Only the asked parts of the data come, joined; one that reaches beyond the data is left out whole."""
    asked = [{"offset": offset, "length": length} for offset, length in slices]
    frames = list(wanted(accounts={"a": {}}, accounts_data_slice=asked).frames(an_account()))
    assert messages.SubscribeUpdate.FromString(frames[0]).account.account.data == left


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"accounts": {"a": {"account": ["x"]}}}, "Invalid pubkey"),
        ({"accounts": {"a": {"filters": [{"datasize": 1}] * 5}}}, "Too many filters provided; max 4"),
        ({"accounts": {"a": {"filters": [{"datasize": 1}] * 2}}}, "datasize used more than once"),
        ({"accounts": {"a": {"filters": [{}]}}}, "filter should be defined"),
        ({"accounts": {"a": state(lamports={})}}, "cmp for lamports should be defined"),
        ({"accounts": {"a": state(memcmp={"offset": 1})}}, "data for memcmp should be defined"),
        ({"accounts": {"a": state(memcmp={"bytes": b"x" * 129})}}, "data too large"),
        ({"accounts": {"a": state(memcmp={"base58": "0"})}}, "invalid base58"),
        ({"accounts": {"a": state(memcmp={"base64": "?"})}}, "invalid base64"),
        ({"accounts": {"a": state(token_account_state=False)}}, "only allowed to be true"),
        ({"accounts": {"a": {"cuckoo_accounts_filter": {}}}}, "cuckoo"),
        ({"transactions": {"a": {"signature": "x"}}}, "signature"),
        ({"transactions": {"a": {"account_required": ["x"]}}}, "Invalid pubkey"),
        ({"transactions_status": {"a": {"token_accounts": 2}}}, "invalid token_accounts mode value 2"),
        ({"blocks": {"a" * 129: {}}}, "oversized filter name .max allowed size 128., found 129"),
        ({"slots": {str(number): {} for number in range(1_001)}}, "only 1000 allowed"),
        ({"accounts_data_slice": [{"offset": 0, "length": 0}] * 1_001}, "only 1000 allowed"),
        ({"commitment": 3}, "failed to create CommitmentLevel from 3"),
        ({"accounts_data_slice": [{"offset": 5, "length": 1}, {"offset": 1, "length": 1}]}, "out of order"),
        ({"accounts_data_slice": [{"offset": 0, "length": 3}, {"offset": 2, "length": 1}]}, "overlapped"),
    ],
)
def test_refusals(fields: dict[str, Any], sentence: str) -> None:
    """A request that cannot be a filter is refused with its reason."""
    with pytest.raises(BadFilter, match=sentence):
        wanted(**fields)


@pytest.fixture
def block(chain: Chain, alice: Keypair, bob: Keypair) -> BlockItem:
    """A block with a payment, one that fails, and a new token with 5 of it for alice."""
    found: list[BlockItem] = []
    Feed(chain).listen(lambda pieces: found.extend(one for _, one in pieces if isinstance(one, BlockItem)))
    chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    chain.submit(pay(chain, alice, bob.pubkey(), 1_000 * SOL))
    mint = person("mint")
    chain.submit(signed(chain, alice, making_token(alice, mint), signers=[mint], version=None))
    chain.produce()
    return found[0]


def through(block: BlockItem, **conditions: Any) -> list[int]:
    """Indexes of the transactions of a block that pass a filter."""
    asked = wanted(transactions={"t": conditions})
    return [one.landed.index for one in block.transactions if list(asked.frames(one))]


def test_transactions(block: BlockItem, alice: Keypair, bob: Keypair) -> None:
    """include: any of them; required: all; exclude: none; failed, vote and signature as they say."""
    a, b, mint = str(alice.pubkey()), str(bob.pubkey()), str(person("mint").pubkey())
    assert through(block) == [0, 1, 2]
    assert through(block, account_include=[b, mint]) == [0, 1, 2]
    assert through(block, account_include=[b]) == [0, 1]
    assert through(block, account_required=[a, mint]) == [2]
    assert through(block, account_exclude=[mint]) == [0, 1]
    assert through(block, failed=True) == [1]
    assert through(block, failed=False) == [0, 2]
    assert through(block, vote=True) == []
    assert through(block, vote=False) == [0, 1, 2]
    assert through(block, signature=block.transactions[2].landed.wire.signature) == [2]


def test_owners_of_token_balances_count(block: BlockItem, chain: Chain, alice: Keypair, bob: Keypair) -> None:
    """With token_accounts the owner of a balance counts as an account, though no key of the transaction is its own."""
    found: list[TransactionItem] = []
    Feed(chain).listen(lambda pieces: found.extend(one for _, one in pieces if isinstance(one, TransactionItem)))
    holder = token_account(alice.pubkey(), person("mint").pubkey())
    chain.submit(pay(chain, chain.faucet, bob.pubkey(), SOL))
    gift = moving(chain.faucet.pubkey(), holder, 1)
    names_token = Instruction(gift.program_id, gift.data, [*gift.accounts, AccountMeta(tokens.TOKEN, False, False)])
    chain.submit(signed(chain, chain.faucet, [names_token]))
    chain.produce()
    asked = {"account_include": [str(alice.pubkey())]}
    touched = found[1]
    assert list(wanted(transactions={"t": asked}).frames(touched)) == []
    assert list(wanted(transactions={"t": asked | {"token_accounts": 0}}).frames(touched))
    assert list(wanted(transactions={"t": asked | {"token_accounts": 1}}).frames(touched)) == []
    assert list(wanted(transactions={"t": asked | {"token_accounts": 0}}).frames(found[0])) == []
    assert block.transactions[2].changed_holders == {alice.pubkey()}


def test_a_status_is_apart(block: BlockItem) -> None:
    """A transaction that passes both kinds of filter comes twice: whole, and as a status with its error."""
    frames = list(wanted(transactions={"t": {}}, transactions_status={"s": {}}).frames(block.transactions[1]))
    whole, status = (messages.SubscribeUpdate.FromString(one) for one in frames)
    assert list(whole.filters) == ["t"]
    assert list(status.filters) == ["s"]
    assert whole.transaction.transaction.meta.err.err == status.transaction_status.err.err
    assert status.transaction_status.err.err.hex() == "08000000001900000001000000"
    assert status.transaction_status.index == 1
    assert whole.transaction.transaction.index == 1


def content(block: BlockItem, **options: Any) -> Any:
    """A block's update with these options."""
    frames = list(wanted(blocks={"b": options}).frames(block))
    return messages.SubscribeUpdate.FromString(frames[0]).block


def test_blocks(block: BlockItem, bob: Keypair) -> None:
    """A block comes with transactions unless they are declined, with accounts and entries when asked; counts stay."""
    plain, bare = content(block), content(block, include_transactions=False)
    full = content(block, include_accounts=True, include_entries=True)
    assert [len(plain.transactions), len(plain.accounts), len(plain.entries)] == [3, 0, 0]
    assert len(bare.transactions) == 0
    assert [len(full.transactions), len(full.accounts), len(full.entries)] == [3, len(block.accounts), 2]
    for one in (plain, bare, full):
        assert one.executed_transaction_count == 3
        assert one.updated_account_count == len(block.accounts) > 4
        assert one.entries_count == 2
        assert one.parent_slot == one.slot - 1
    of_bob = content(block, account_include=[str(bob.pubkey())], include_accounts=True)
    assert [one.index for one in of_bob.transactions] == [0, 1]
    assert [Pubkey(one.pubkey) for one in of_bob.accounts] == [bob.pubkey()]


def test_a_transaction_is_whole(block: BlockItem, alice: Keypair) -> None:
    """Keys, instructions, inner calls, balances, logs and token balances are those of the chain."""
    landed = block.transactions[2].landed
    info = content(block).transactions[2]
    message, meta = info.transaction.message, info.meta
    assert [Pubkey(one) for one in message.account_keys] == list(landed.wire.keys)
    assert list(info.transaction.signatures) == [bytes(one) for one in landed.wire.signed.signatures]
    assert message.versioned is False
    assert content(block).transactions[0].transaction.message.versioned is True
    assert [one.data for one in message.instructions] == [bytes(one.data) for one in landed.wire.instructions]
    assert not meta.HasField("err")
    assert meta.fee == 10_000
    assert list(meta.post_balances) == list(landed.outcome.post_balances)
    assert list(meta.log_messages) == list(landed.outcome.logs or ())
    assert [one.index for one in meta.inner_instructions] == [2]
    assert meta.inner_instructions[0].instructions[0].stack_height == 2
    assert [(one.owner, one.ui_token_amount.amount) for one in meta.post_token_balances] == [
        (str(alice.pubkey()), "5000000")
    ]
    assert meta.post_token_balances[0].ui_token_amount.ui_amount_string == "5"
    assert meta.compute_units_consumed == landed.outcome.units > 0
