"""The policy: what builders write passes, and every known attack on a fee payer is refused by name."""

from dataclasses import replace
from typing import Any

import pytest
from solders.instruction import Instruction
from solders.message import TransactionConfig
from solders.pubkey import Pubkey

from idl.addresses import position, vault
from idl.instructions import claim, pay_out, set_pause
from idl.program import MARKET_ID, SYSTEM_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from idl.schema import load
from relayer.message import COMPUTE_BUDGET, parse
from relayer.policy import ALLOWED, LIGHTHOUSE, Facts, Reading, Refusal, judge, read, rent
from tests.relayer.transactions import (
    MARKET,
    OTHER,
    PAYER,
    PAYERS,
    WALLET,
    WRAPPED,
    build,
    claim_call,
    close,
    create_wrapped,
    key,
    limit,
    meta,
    price,
    stake_call,
    steps,
    sync,
    transfer,
)

FOREIGN = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
SPONSORED: dict[str, Any] = {"payer": PAYER}


def said(wire: bytes) -> Reading | Refusal:
    """The policy's answer."""
    return read(parse(wire), PAYERS)


def code(wire: bytes) -> str:
    """The refusal's code; fails the test where there is none."""
    answer = said(wire)
    assert isinstance(answer, Refusal), answer
    assert answer.detail
    return answer.code


@pytest.mark.parametrize("form", ["legacy", "0", "1"])
@pytest.mark.parametrize("sponsored", [False, True])
def test_stake_passes(form: Any, sponsored: bool) -> None:
    """A stake in SOL as builders write it passes in every form, self-paid and sponsored."""
    call = stake_call(rent=PAYER.pubkey()) if sponsored else stake_call()
    answer = said(build(steps(call), payer=PAYER if sponsored else WALLET, form=form))
    assert isinstance(answer, Reading)
    assert (answer.wallet, answer.market, answer.nonce, answer.sponsored) == (WALLET.pubkey(), MARKET, 1, sponsored)
    assert answer.loss_max == (2 * 5_000 + rent(208) if sponsored else 0)


def test_bound_without_rent() -> None:
    """Where the wallet pays the rent, our payer loses the fee and no more."""
    answer = said(build(steps(), payer=PAYER))
    assert isinstance(answer, Reading)
    assert answer.loss_max == 10_000


def test_claim_passes() -> None:
    """A claim has no nonce; its columns come from the bytes."""
    wallet = WALLET.pubkey()
    call = claim(
        market=MARKET,
        vault=vault(MARKET).address,
        mint=WSOL_MINT,
        position=position(MARKET, wallet).address,
        owner=wallet,
        destination=wallet,
        payer=wallet,
    )
    answer = said(build([call]))
    assert isinstance(answer, Reading)
    assert (answer.instruction, answer.nonce, answer.valid_until) == ("claim", None, None)


def assertion(*accounts: Pubkey) -> Instruction:
    """A Lighthouse assert."""
    return Instruction(LIGHTHOUSE, b"\x00", [meta(a) for a in accounts])


@pytest.mark.parametrize("how", [{}, SPONSORED], ids=["self-paid", "sponsored"])
@pytest.mark.parametrize("payer", sorted(PAYERS), ids=["one payer", "another"])
def test_rent_comes_back_with_a_claim(payer: Pubkey, how: dict[str, Any]) -> None:
    """A claim names who paid the position's rent, us too; we lose the fee at most, and nothing if the wallet pays."""
    reading = said(build([claim_call(rent_to=payer)], **how))
    assert isinstance(reading, Reading)
    assert reading.loss_max == (10_000 if how else 0)


def test_two_asserts_pass() -> None:
    """Wallets add up to two Lighthouse asserts."""
    assert isinstance(said(build([*steps(), assertion(), assertion()])), Reading)


def nonce_advance() -> Instruction:
    """AdvanceNonceAccount as the first instruction makes a transaction durable."""
    accounts = [meta(OTHER.pubkey(), writable=True), meta(WALLET.pubkey(), signer=True)]
    return Instruction(SYSTEM_PROGRAM, (4).to_bytes(4, "little"), accounts)


def trailing(call: Instruction, extra: bytes) -> Instruction:
    """The same instruction with more data."""
    return Instruction(call.program_id, bytes(call.data) + extra, call.accounts)


def with_account(call: Instruction, address: Pubkey) -> Instruction:
    """The same instruction with one more account."""
    return Instruction(call.program_id, bytes(call.data), [*call.accounts, meta(address, writable=True)])


def pay_out_call() -> Instruction:
    """A crank, which wallets have no business with here."""
    return pay_out(bumps=b"", market=MARKET, vault=vault(MARKET).address, mint=WSOL_MINT)


ATTACKS: dict[str, tuple[list[Instruction], dict[str, Any], str]] = {
    # our payer's lamports
    "system transfer from the payer": ([transfer(source=PAYER.pubkey()), *steps()], SPONSORED, "payer_used"),
    "payer funds a token account": ([create_wrapped(funder=PAYER.pubkey()), stake_call()], SPONSORED, "payer_used"),
    "payer as owner of the stake": ([stake_call(owner=PAYER)], SPONSORED, "payer_used"),
    "payer behind our accounts": ([with_account(stake_call(), PAYER.pubkey())], SPONSORED, "payer_used"),
    "payer twice in our accounts": (
        [with_account(stake_call(rent=PAYER.pubkey()), PAYER.pubkey())],
        SPONSORED,
        "payer_used",
    ),
    "payer in an assert": ([*steps(), assertion(PAYER.pubkey())], SPONSORED, "payer_used"),
    "payer gets the closed account": ([*steps()[:4], close(to=PAYER.pubkey())], SPONSORED, "payer_used"),
    "another payer of the pool": ([stake_call(rent=key("second payer").pubkey())], {}, "payer_used"),
    "claimed into our payer": (
        [claim_call(rent_to=PAYER.pubkey(), destination=PAYER.pubkey())],
        SPONSORED,
        "payer_used",
    ),
    "payer behind a claim's accounts": (
        [with_account(claim_call(rent_to=PAYER.pubkey()), PAYER.pubkey())],
        {},
        "payer_used",
    ),
    "payer used though the wallet pays": ([stake_call(rent=PAYER.pubkey())], {}, "payer_used"),
    # compute budget
    "priority fee by price": ([limit(400_000), price(10_000_000), *steps()], SPONSORED, "priority_fee"),
    "compute limit": ([limit(400_001), *steps()], {}, "compute_limit"),
    "compute limit of nothing": ([limit(0), *steps()], {}, "compute_limit"),
    "priority fee in a v1 config": (
        steps(),
        {
            **SPONSORED,
            "form": "1",
            "config": TransactionConfig(
                priority_fee=100_001, compute_unit_limit=9_000, loaded_accounts_data_size_limit=1 << 24
            ),
        },
        "priority_fee",
    ),
    "compute limit in a v1 config": (
        steps(),
        {"form": "1", "config": TransactionConfig(compute_unit_limit=1_400_000, loaded_accounts_data_size_limit=9)},
        "compute_limit",
    ),
    "no compute limit in a v1 config": (steps(), {"form": "1", "config": TransactionConfig()}, "compute_limit"),
    "no loaded limit in a v1 config": (
        steps(),
        {"form": "1", "config": TransactionConfig(compute_unit_limit=9_000)},
        "loaded_limit",
    ),
    "heap": (
        [limit(9_000), Instruction(COMPUTE_BUDGET, b"\x01" + (1 << 20).to_bytes(4, "little"), []), *steps()],
        {},
        "heap",
    ),
    "compute budget inside v1": ([limit(9_000), *steps()], {"form": "1"}, "compute_budget"),
    # time
    "durable nonce": ([nonce_advance(), *steps()], {}, "durable_nonce"),
    "durable nonce, sponsored": ([nonce_advance(), *steps()], SPONSORED, "durable_nonce"),
    "nonce advanced later": ([stake_call(), nonce_advance()], {}, "step_not_allowed"),
    # what is called
    "nothing of ours": ([transfer()], {}, "one_instruction"),
    "two of ours": ([stake_call(), stake_call(nonce=2)], {}, "one_instruction"),
    "two programs' instructions": ([stake_call(), Instruction(FOREIGN, b"hello", [])], {}, "foreign_program"),
    "unknown discriminator": ([Instruction(MARKET_ID, b"12345678", [])], {}, "unknown_instruction"),
    "no discriminator": ([Instruction(MARKET_ID, b"123", [])], {}, "unknown_instruction"),
    "an admin's instruction": ([set_pause(pause=1, authority=WALLET.pubkey())], {}, "not_allowed"),
    "a crank": ([pay_out_call()], {}, "not_allowed"),
    "accounts missing": (
        [Instruction(MARKET_ID, bytes(stake_call().data), stake_call().accounts[:5])],
        {},
        "missing_accounts",
    ),
    "bytes behind the arguments": ([trailing(stake_call(), b"\0")], {}, "bad_arguments"),
    "nonce 0": ([stake_call(nonce=0)], {}, "bad_nonce"),
    "amount 0": ([stake_call(amount=0)], {}, "bad_amount"),
    "outcome 8": ([stake_call(outcome=8)], {}, "bad_outcome"),
    # beside ours
    "three asserts": ([*steps(), assertion(), assertion(), assertion()], {}, "repeated_step"),
    "transfer to somebody": ([transfer(to=OTHER.pubkey()), stake_call()], {}, "transfer"),
    "transfer of another amount": ([transfer(1), sync(), stake_call()], {}, "transfer"),
    "transfer with more bytes": ([trailing(transfer(), b"\0"), stake_call()], {}, "transfer"),
    "transfer behind the stake": ([stake_call(), transfer()], {}, "step_not_allowed"),
    "two transfers": ([transfer(), transfer(), stake_call()], {}, "repeated_step"),
    "somebody's token account": ([create_wrapped(owner=OTHER.pubkey()), stake_call()], {}, "step_not_allowed"),
    "somebody's account synced": ([sync(OTHER.pubkey()), stake_call()], {}, "step_not_allowed"),
    "closed to somebody": ([stake_call(), close(to=OTHER.pubkey())], {}, "step_not_allowed"),
    "closed before the stake": ([close(), stake_call()], {}, "step_not_allowed"),
    "token transfer": (
        [
            stake_call(),
            Instruction(TOKEN_PROGRAM, b"\x03" + bytes(8), [meta(WRAPPED, writable=True), meta(OTHER.pubkey())]),
        ],
        {},
        "step_not_allowed",
    ),
    "system assign": (
        [Instruction(SYSTEM_PROGRAM, (1).to_bytes(4, "little") + bytes(32), []), stake_call()],
        {},
        "step_not_allowed",
    ),
    # who signs
    "a second signer": (
        [with_account(stake_call(), OTHER.pubkey()), assertion()],
        {"payer": OTHER, "signers": (WALLET, OTHER)},
        "signers",
    ),
    "unsigned": (steps(), {"signers": ()}, "bad_signature"),
    "unsigned and sponsored": (steps(), {**SPONSORED, "signers": (PAYER,)}, "bad_signature"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_refused(name: str) -> None:
    """Each attack is refused, and by the rule that is meant for it."""
    calls, how, expected = ATTACKS[name]
    assert code(build(calls, **how)) == expected


def test_tampered_message() -> None:
    """A byte changed after signing breaks the signature."""
    wire = bytearray(build(steps()))
    at = wire.find((5_000_000).to_bytes(8, "little"), 300)
    second = wire.find((5_000_000).to_bytes(8, "little"), at + 1)
    for place in (at, second):
        wire[place] ^= 1
    assert code(bytes(wire)) == "bad_signature"


def test_lookup_tables() -> None:
    """A message with lookup tables is refused whatever it holds."""
    normal = replace(parse(build(steps(), form="0")), lookups=1)
    answer = read(normal, PAYERS)
    assert isinstance(answer, Refusal)
    assert answer.code == "lookup_table"


def test_allow_list_names_the_idl() -> None:
    """Every allowed instruction exists, with the accounts that its rule names."""
    known = {i.name: {a.name for a in i.accounts} for name in ("market", "creator") for i in load(name).instructions}
    for rule in ALLOWED.values():
        assert {rule.signer, rule.subject} <= known[rule.name]
        assert {rule.rent_slot, rule.refund_slot} - {None} <= known[rule.name]


FACTS = Facts(head_slot=900, head_height=880, blockhash_slot=890, blockhash_height=870)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (FACTS, None),
        (replace(FACTS, blockhash_height=None, blockhash_slot=None), "unknown_blockhash"),
        (replace(FACTS, blockhash_height=780), None),
        (replace(FACTS, blockhash_height=779), "old_blockhash"),
        (replace(FACTS, head_slot=1_000), None),
        (replace(FACTS, head_slot=1_001), "expired"),
        (replace(FACTS, head_slot=600), None),
        (replace(FACTS, head_slot=599), "valid_until_far"),
    ],
)
def test_second_half(facts: Facts, expected: str | None) -> None:
    """Blockhash age and valid_until are judged by heights and slots of the sealed head, at their bounds."""
    reading = said(build(steps()))
    assert isinstance(reading, Reading)
    refusal = judge(reading, facts)
    assert (refusal.code if refusal else None) == expected
