"""Token accounts out of raw bytes."""

from __future__ import annotations

import pytest
from solders.account import Account
from solders.keypair import Keypair

from localnet.chain import tokens
from localnet.chain.node import Chain
from localnet.chain.wire import SYSTEM
from tests.localnet.chain.people import making_token, person, signed, token_account


@pytest.mark.parametrize(
    ("amount", "decimals", "text"),
    [(0, 6, "0"), (5, 0, "5"), (1_500_000, 6, "1.5"), (1, 9, "0.000000001"), (10**18, 6, "1000000000000")],
)
def test_decimal_text(amount: int, decimals: int, text: str) -> None:
    """Amounts are exact decimal texts without trailing zeros."""
    assert tokens.ui_string(amount, decimals) == text


def test_real_accounts_are_recognized(chain: Chain, alice: Keypair) -> None:
    """A mint is a mint, a token account is one, and nothing else is."""
    mint = person("mint")
    chain.submit(signed(chain, alice, making_token(alice, mint), signers=[mint]))
    chain.produce()
    made, held = chain.account(mint.pubkey()), chain.account(token_account(alice.pubkey(), mint.pubkey()))
    assert made is not None
    assert held is not None
    assert (tokens.is_mint(made), tokens.is_token_account(made)) == (True, False)
    assert (tokens.is_mint(held), tokens.is_token_account(held)) == (False, True)
    assert (tokens.supply_of(made.data), tokens.amount_of(held.data)) == (5_000_000, 5_000_000)
    assert not tokens.is_token_account(Account(1, held.data, SYSTEM))
    assert not tokens.is_token_account(None)


def test_native_mint_is_there(chain: Chain) -> None:
    """Wrapped SOL's mint exists from the start, with 9 decimals."""
    native = chain.account(tokens.NATIVE_MINT)
    assert tokens.is_mint(native)
    assert native is not None
    assert tokens.decimals_of(native.data) == 9
