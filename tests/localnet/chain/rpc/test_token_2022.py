"""A token of Token-2022 with extensions, made, moved and shown on the embedded chain."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, create_account

from localnet.chain.node import Chain
from localnet.chain.tokens import TOKEN_2022
from localnet.chain.wire import SYSTEM
from tests.localnet.chain.people import ATA_PROGRAM, GENESIS_TIME, Client, person, signed

MINT_BYTES = 166 + 4 + 108 + 4 + 52 + 4 + 64
YEAR_S = 31_556_736
METADATA = "d2e11ea258b84d8d"


def account_of(owner: Pubkey, mint: Pubkey) -> Pubkey:
    """The associated token account."""
    return Pubkey.find_program_address([bytes(owner), bytes(TOKEN_2022), bytes(mint)], ATA_PROGRAM)[0]


def call(data: bytes, *accounts: tuple[Pubkey, bool, bool]) -> Instruction:
    """An instruction of Token-2022."""
    return Instruction(TOKEN_2022, data, [AccountMeta(*one) for one in accounts])


def making(owner: Keypair, mint: Keypair) -> list[Instruction]:
    """A mint with a transfer fee of 1 %, 5 % interest and its metadata within itself."""
    key, me = mint.pubkey(), owner.pubkey()
    params = CreateAccountParams(from_pubkey=me, to_pubkey=key, lamports=10**9, space=MINT_BYTES, owner=TOKEN_2022)
    named = b"".join(struct.pack("<I", len(one)) + one for one in (b"Token", b"TKN", b""))
    return [
        create_account(params),
        call(b"\x1a\0\1" + bytes(me) + b"\0" + struct.pack("<HQ", 100, 10**6), (key, False, True)),
        call(b"\x21\0" + bytes(me) + struct.pack("<h", 500), (key, False, True)),
        call(b"\x27\0" + bytes(me) + bytes(key), (key, False, True)),
        call(b"\x14\x06" + bytes(me) + b"\0", (key, False, True)),
        call(
            bytes.fromhex(METADATA) + named,
            (key, False, True),
            (me, False, False),
            (key, False, False),
            (me, True, False),
        ),
    ]


def opening(payer: Pubkey, owner: Pubkey, mint: Pubkey) -> Instruction:
    """The associated account of a wallet."""
    metas = [(payer, True, True), (account_of(owner, mint), False, True), (owner, False, False), (mint, False, False)]
    metas += [(SYSTEM, False, False), (TOKEN_2022, False, False)]
    return Instruction(ATA_PROGRAM, b"\1", [AccountMeta(*one) for one in metas])


@pytest.fixture
def token(chain: Chain, alice: Keypair, bob: Keypair) -> Pubkey:
    """The mint; Alice was given 5 tokens, and sends Bob one of them in the newest block."""
    mint = person("mint")
    key, me = mint.pubkey(), alice.pubkey()
    chain.submit(signed(chain, alice, making(alice, mint), signers=[mint]))
    chain.produce()
    holder, other = account_of(me, key), account_of(bob.pubkey(), key)
    minted = call(b"\x07" + struct.pack("<Q", 5 * 10**6), (key, False, True), (holder, False, True), (me, True, False))
    opened = [opening(me, one, key) for one in (me, bob.pubkey())]
    chain.submit(signed(chain, alice, [*opened, minted]))
    chain.produce()
    sent = struct.pack("<QBQ", 10**6, 6, 10**4)
    accounts = ((holder, False, True), (key, False, False), (other, False, True), (me, True, False))
    chain.submit(signed(chain, alice, [call(b"\x1a\x01" + sent, *accounts)]))
    chain.produce(3)
    return key


def test_the_mint_shows_its_extensions(token: Pubkey, client: Client) -> None:
    """Each with its values, in the order they were made."""
    config = {"encoding": "jsonParsed", "commitment": "confirmed"}
    data = client.ask("getAccountInfo", str(token), config)["value"]["data"]
    found: dict[str, Any] = {one["extension"]: one["state"] for one in data["parsed"]["info"]["extensions"]}
    assert data["program"] == "spl-token-2022"
    assert list(found) == ["transferFeeConfig", "interestBearingConfig", "metadataPointer", "tokenMetadata"]
    assert found["transferFeeConfig"]["newerTransferFee"] == {
        "epoch": 0,
        "maximumFee": 10**6,
        "transferFeeBasisPoints": 100,
    }
    assert found["tokenMetadata"] | {"updateAuthority": ""} == {
        "additionalMetadata": [],
        "mint": str(token),
        "name": "Token",
        "symbol": "TKN",
        "updateAuthority": "",
        "uri": "",
    }


def test_accounts_are_found(token: Pubkey, chain: Chain, client: Client, bob: Keypair) -> None:
    """By owner and program, with the fee that was withheld; amounts grow by interest, supplies too."""
    config = {"encoding": "jsonParsed", "commitment": "confirmed"}
    wanted = {"programId": str(TOKEN_2022)}
    (one,) = client.ask("getTokenAccountsByOwner", str(bob.pubkey()), wanted, config)["value"]
    info = one["account"]["data"]["parsed"]["info"]
    assert info["tokenAmount"]["amount"] == "990000"
    assert {"extension": "transferFeeAmount", "state": {"withheldAmount": 10_000}} in info["extensions"]
    assert {"extension": "immutableOwner"} in info["extensions"]
    supply = client.ask("getTokenSupply", str(token), {"commitment": "confirmed"})["value"]
    assert (supply["amount"], supply["uiAmount"]) == ("5000000", 5.0)
    client.ask("localnet_advanceClock", {"to": GENESIS_TIME + YEAR_S})
    chain.produce(2)
    grown = client.ask("getTokenSupply", str(token), {"commitment": "confirmed"})["value"]
    assert (grown["amount"], round(grown["uiAmount"], 3)) == ("5000000", 5.256)


def test_the_transfer_is_shown(token: Pubkey, client: Client, alice: Keypair) -> None:
    """With its fee; the balances of the transaction are the plain ones, without interest."""
    (newest, *_) = client.ask("getSignaturesForAddress", str(alice.pubkey()), {"commitment": "confirmed"})
    config = {"encoding": "jsonParsed", "commitment": "confirmed", "maxSupportedTransactionVersion": 0}
    found = client.ask("getTransaction", newest["signature"], config)
    (shown,) = found["transaction"]["message"]["instructions"]
    assert (shown["program"], shown["parsed"]["type"]) == ("spl-token", "transferCheckedWithFee")
    assert shown["parsed"]["info"]["feeAmount"]["uiAmountString"] == "0.01"
    balances = {one["uiTokenAmount"]["amount"]: one["programId"] for one in found["meta"]["postTokenBalances"]}
    assert balances == {"4000000": str(TOKEN_2022), "990000": str(TOKEN_2022)}
