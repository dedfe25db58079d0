"""One normal form: a fee says the same in every form, and bytes that are not one transaction are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.message import TransactionConfig

from relayer.message import Malformed, cosign, first_signature, parse
from tests.relayer.transactions import PAYER, WALLET, build, limit, price, stake_call, steps


@pytest.mark.parametrize("form", ["legacy", "0", "1"])
def test_same_calls_in_every_form(form: str) -> None:
    """Programs, accounts and data are the same whatever the form."""
    normal = parse(build(steps(), form=form))  # type: ignore[arg-type]
    assert normal.calls == parse(build(steps())).calls
    assert normal.version == form
    assert normal.signers == (WALLET.pubkey(),)
    assert normal.signed_by(WALLET.pubkey())
    assert WALLET.pubkey() in normal.writable


def test_priority_fee_is_lamports_in_every_form() -> None:
    """A price of 1,500 micro-lamports for 300,001 units costs 451 lamports, as 451 in a v1 config does."""
    legacy = parse(build([limit(300_001), price(1_500), *steps()]))
    config = TransactionConfig(priority_fee=451, compute_unit_limit=300_001, loaded_accounts_data_size_limit=1)
    modern = parse(build(steps(), form="1", config=config))
    assert legacy.priority_lamports == modern.priority_lamports == 451
    assert legacy.fee_lamports == modern.fee_lamports == 5_451


def test_default_limit() -> None:
    """Without a limit the runtime gives 200,000 units an instruction, ComputeBudget ones apart."""
    assert parse(build([price(7), stake_call()])).compute_limit == 200_000


def test_absent_limits_of_v1_are_zero() -> None:
    """What a v1 config leaves out is 0, not a default."""
    normal = parse(build(steps(), form="1", config=TransactionConfig()))
    assert (normal.compute_limit, normal.loaded_limit, normal.priority_lamports) == (0, 0, 0)


def test_program_of_a_failed_instruction() -> None:
    """The chain counts ComputeBudget instructions too when it says which one failed."""
    normal = parse(build([limit(9), price(1), stake_call()]))
    assert normal.program_at(2) == stake_call().program_id
    assert normal.program_at(9) is None


@pytest.mark.parametrize("calls", [[limit(1), limit(2)], [price(1), price(2)]])
def test_repeated_budget(calls: list) -> None:
    """Two limits or two prices are refused, as the runtime refuses them."""
    with pytest.raises(Malformed, match="repeated"):
        parse(build([*calls, stake_call()]))


def test_trailing_byte() -> None:
    """Bytes behind a transaction are refused, though the library would read over them."""
    with pytest.raises(Malformed, match="more than one"):
        parse(build(steps()) + b"\0")


def test_too_long() -> None:
    """Nothing above 4,096 bytes is parsed."""
    with pytest.raises(Malformed, match="4096"):
        parse(bytes(4_097))


def test_cosign_fills_one_slot() -> None:
    """Our signature goes into our slot and leaves the wallet's alone."""
    wire = build(steps(), payer=PAYER)
    normal = parse(wire)
    signed = parse(cosign(wire, PAYER.pubkey(), bytes(PAYER.sign_message(normal.signed))))
    assert signed.signed_by(PAYER.pubkey())
    assert signed.signatures[1] == normal.signatures[1]
    assert signed.fingerprint == normal.fingerprint
    assert first_signature(wire) != first_signature(
        cosign(wire, PAYER.pubkey(), bytes(PAYER.sign_message(normal.signed)))
    )


@given(st.binary(max_size=1_300))
def test_any_bytes(data: bytes) -> None:
    """Random bytes are refused or parsed, never anything else."""
    try:
        parse(data)
    except Malformed:
        return


@given(st.data())
def test_any_mutation(data: st.DataObject) -> None:
    """A transaction with changed bytes is refused or parsed, and what parses has the same bytes."""
    wire = bytearray(build(steps()))
    for _ in range(data.draw(st.integers(1, 4))):
        wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    try:
        normal = parse(bytes(wire))
    except Malformed:
        return
    assert normal.signed == bytes(wire)[-len(normal.signed) :]
