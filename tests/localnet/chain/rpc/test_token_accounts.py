"""Token balances, supplies and accounts of an owner."""

from __future__ import annotations

import pytest
from solders.keypair import Keypair

from localnet.chain.node import Chain
from localnet.chain.tokens import NATIVE_MINT, TOKEN, TOKEN_2022
from tests.localnet.chain.people import Client, making_token, person, signed, token_account

TOP = {"commitment": "processed"}


def test_balance_supply_and_owner(chain: Chain, client: Client, alice: Keypair) -> None:
    """What was minted is in the account, in the supply, and listed for its owner by mint and by program."""
    mint = person("mint")
    chain.submit(signed(chain, alice, making_token(alice, mint), signers=[mint]))
    chain.produce()
    holder = token_account(alice.pubkey(), mint.pubkey())
    assert client.ask("getTokenAccountBalance", str(holder), TOP)["value"]["amount"] == "5000000"
    assert client.ask("getTokenSupply", str(mint.pubkey()), TOP)["value"]["uiAmountString"] == "5"
    config = {**TOP, "encoding": "base64"}
    for wanted in ({"mint": str(mint.pubkey())}, {"programId": str(TOKEN)}):
        found = client.ask("getTokenAccountsByOwner", str(alice.pubkey()), wanted, config)["value"]
        assert [one["pubkey"] for one in found] == [str(holder)]
    assert (
        client.ask("getTokenAccountsByOwner", str(alice.pubkey()), {"programId": str(TOKEN_2022)}, config)["value"]
        == []
    )


@pytest.mark.parametrize(
    ("method", "params", "message"),
    [
        ("getTokenAccountBalance", [str(person("x").pubkey())], "Invalid param: could not find account"),
        ("getTokenAccountBalance", [str(NATIVE_MINT)], "Invalid param: not a Token account"),
        ("getTokenSupply", [str(TOKEN)], "Invalid param: not a Token mint"),
        (
            "getTokenAccountsByOwner",
            [str(TOKEN), {"mint": str(TOKEN)}],
            "Invalid param: could not find mint",
        ),
        (
            "getTokenAccountsByOwner",
            [str(TOKEN), {"programId": str(NATIVE_MINT)}],
            "Invalid param: unrecognized Token program id",
        ),
        (
            "getTokenAccountsByOwner",
            [str(TOKEN), {}],
            "Invalid params: invalid value: map, expected map with a single key.",
        ),
    ],
)
def test_what_is_no_token(client: Client, method: str, params: list[object], message: str) -> None:
    """Absent and wrong accounts are told apart."""
    assert client.error(method, *params) == (-32602, message)
