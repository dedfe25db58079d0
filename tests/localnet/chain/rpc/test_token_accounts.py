"""Token balances, supplies and accounts of an owner."""

from __future__ import annotations

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

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


def approving(owner: Pubkey, holder: Pubkey, delegate: Pubkey) -> Instruction:
    """Let a delegate spend 7 base units."""
    metas = [AccountMeta(holder, False, True), AccountMeta(delegate, False, False), AccountMeta(owner, True, False)]
    return Instruction(TOKEN, b"\4" + (7).to_bytes(8, "little"), metas)


def test_accounts_of_a_delegate(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """What somebody may spend from, by mint and by program; the owner is no delegate."""
    mint = person("mint")
    holder = token_account(alice.pubkey(), mint.pubkey())
    approve = approving(alice.pubkey(), holder, bob.pubkey())
    chain.submit(signed(chain, alice, [*making_token(alice, mint), approve], signers=[mint]))
    chain.produce()
    config = {**TOP, "encoding": "jsonParsed"}
    for wanted in ({"mint": str(mint.pubkey())}, {"programId": str(TOKEN)}):
        (found,) = client.ask("getTokenAccountsByDelegate", str(bob.pubkey()), wanted, config)["value"]
        info = found["account"]["data"]["parsed"]["info"]
        assert (found["pubkey"], info["delegate"], info["delegatedAmount"]["amount"]) == (
            str(holder),
            str(bob.pubkey()),
            "7",
        )
        assert client.ask("getTokenAccountsByDelegate", str(alice.pubkey()), wanted, config)["value"] == []


def test_largest_accounts(chain: Chain, client: Client, alice: Keypair) -> None:
    """The holders of one mint with what they hold; other mints and wallets have none."""
    mint, other = person("mint"), person("other mint")
    for one in (mint, other):
        chain.submit(signed(chain, alice, making_token(alice, one), signers=[one]))
    chain.produce()
    assert client.ask("getTokenLargestAccounts", str(mint.pubkey()), TOP)["value"] == [
        {
            "address": str(token_account(alice.pubkey(), mint.pubkey())),
            "amount": "5000000",
            "decimals": 6,
            "uiAmount": 5.0,
            "uiAmountString": "5",
        }
    ]
    assert client.ask("getTokenLargestAccounts", str(NATIVE_MINT), TOP)["value"] == []


@pytest.mark.parametrize(
    ("method", "params", "message"),
    [
        ("getTokenAccountBalance", [str(person("x").pubkey())], "Invalid param: could not find account"),
        ("getTokenAccountBalance", [str(NATIVE_MINT)], "Invalid param: not a Token account"),
        ("getTokenSupply", [str(TOKEN)], "Invalid param: not a Token mint"),
        ("getTokenLargestAccounts", [str(person("x").pubkey())], "Invalid param: could not find mint"),
        ("getTokenLargestAccounts", [str(TOKEN)], "Invalid param: Token mint could not be unpacked"),
        (
            "getTokenAccountsByDelegate",
            [str(TOKEN), {"mint": str(person("x").pubkey())}],
            "Invalid param: could not find mint",
        ),
        (
            "getTokenAccountsByOwner",
            [str(TOKEN), {"mint": str(TOKEN)}],
            "Invalid param: Token mint could not be unpacked",
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
