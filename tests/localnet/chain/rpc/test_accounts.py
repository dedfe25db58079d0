"""Reading accounts: encodings, slices, filters, commitments."""

from __future__ import annotations

import base64

import pytest
import zstandard
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from localnet.chain.node import Chain
from localnet.chain.tokens import NATIVE_MINT, TOKEN
from tests.localnet.chain.people import SOL, Client, making_token, pay, person, signed, token_account

TOP = {"commitment": "processed"}


@pytest.fixture
def token(chain: Chain, alice: Keypair) -> Pubkey:
    """A mint of which Alice has 5 tokens."""
    mint = person("mint")
    chain.submit(signed(chain, alice, making_token(alice, mint), signers=[mint]))
    chain.produce()
    return mint.pubkey()


def test_encodings_hold_the_same_bytes(chain: Chain, client: Client, token: Pubkey) -> None:
    """base58, base64, base64+zstd and the old binary are the same bytes."""
    account = chain.account(token)
    assert account is not None

    def data(encoding: str | None) -> list[str]:
        config = TOP if encoding is None else {**TOP, "encoding": encoding}
        return client.ask("getAccountInfo", str(token), config)["value"]["data"]

    assert base64.b64decode(data("base64")[0]) == account.data
    assert zstandard.decompress(base64.b64decode(data("base64+zstd")[0])) == account.data
    assert data("base58")[0] == data(None) == data("binary")
    assert data("base58")[1] == "base58"


def test_long_data_wants_base64(chain: Chain, client: Client, alice: Keypair, token: Pubkey) -> None:
    """Over 128 bytes base58 is refused."""
    holder = token_account(alice.pubkey(), token)
    assert client.error("getAccountInfo", str(holder), TOP)[0] == -32600


def test_data_slice(client: Client) -> None:
    """A slice beyond the end is what there is."""
    config = {"encoding": "base64", "dataSlice": {"offset": 44, "length": 2}}
    value = client.ask("getAccountInfo", str(NATIVE_MINT), config)["value"]
    assert (base64.b64decode(value["data"][0]), value["space"]) == (bytes([9, 1]), 82)
    far = {"encoding": "base64", "dataSlice": {"offset": 80, "length": 99}}
    assert base64.b64decode(client.ask("getAccountInfo", str(NATIVE_MINT), far)["value"]["data"][0]) == bytes(2)


def test_parsed_token_accounts(client: Client, alice: Keypair, token: Pubkey) -> None:
    """jsonParsed knows mints and token accounts, and gives base64 for the rest."""
    config = {**TOP, "encoding": "jsonParsed"}
    mint = client.ask("getAccountInfo", str(token), config)["value"]["data"]["parsed"]
    assert (mint["type"], mint["info"]["decimals"], mint["info"]["supply"]) == ("mint", 6, "5000000")
    (held,) = client.ask("getTokenAccountsByOwner", str(alice.pubkey()), {"mint": str(token)}, config)["value"]
    info = held["account"]["data"]["parsed"]["info"]
    assert held["pubkey"] == str(token_account(alice.pubkey(), token))
    assert info["tokenAmount"] == {"amount": "5000000", "decimals": 6, "uiAmount": 5.0, "uiAmountString": "5"}
    assert client.ask("getAccountInfo", str(alice.pubkey()), config)["value"]["data"] == ["", "base64"]


def test_commitments_read_their_own_state(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """A fresh payment is processed, then confirmed, then final; each with its slot."""
    chain.submit(pay(chain, alice, bob.pubkey(), SOL))
    paid = chain.produce().slot
    seen = {}
    for _ in range(33):
        for one in ("processed", "confirmed", "finalized"):
            answer = client.ask("getBalance", str(bob.pubkey()), {"commitment": one})
            if answer["value"]:
                seen.setdefault(one, (chain.tip.slot, answer["context"]["slot"]))
        chain.produce()
    assert seen == {"processed": (paid, paid), "confirmed": (paid + 1, paid), "finalized": (paid + 31, paid)}


def test_many_accounts_are_one_snapshot(client: Client, alice: Keypair, bob: Keypair) -> None:
    """Present ones and null, in order, of one slot; at most 100."""
    keys = [str(bob.pubkey()), str(alice.pubkey())]
    answer = client.ask("getMultipleAccounts", keys, TOP)
    assert [one and one["lamports"] for one in answer["value"]] == [None, 100 * SOL]
    assert client.error("getMultipleAccounts", keys * 51) == (-32602, "Too many inputs provided; max 100")


def test_program_accounts_and_filters(client: Client, alice: Keypair, token: Pubkey) -> None:
    """Size and bytes select; all filters must pass; context on demand."""

    def found(*filters: object) -> list[str]:
        config = {**TOP, "encoding": "base64", "filters": list(filters)}
        return [one["pubkey"] for one in client.ask("getProgramAccounts", str(TOKEN), config)]

    holder = str(token_account(alice.pubkey(), token))
    assert set(found()) == {holder, str(token), str(NATIVE_MINT)}
    assert found({"dataSize": 165}) == [holder]
    owner = {"memcmp": {"offset": 32, "bytes": str(alice.pubkey())}}
    assert found(owner) == [holder]
    assert found(owner, {"dataSize": 82}) == []
    packed = base64.b64encode(bytes(alice.pubkey())).decode()
    assert found({"memcmp": {"offset": 32, "bytes": packed, "encoding": "base64"}}) == [holder]
    config = {**TOP, "encoding": "base64", "withContext": True}
    assert set(client.ask("getProgramAccounts", str(TOKEN), config)) == {"context", "value"}


def test_largest_accounts(chain: Chain, client: Client, alice: Keypair) -> None:
    """The richest first, at most 20, whoever owns them; nothing is out of circulation."""
    for n in range(25):
        chain.submit(pay(chain, alice, person(f"poor {n}").pubkey(), SOL // 100))
    chain.produce()
    found = client.ask("getLargestAccounts", TOP)["value"]
    assert found[0] == {
        "address": str(chain.faucet.pubkey()),
        "lamports": client.ask("getBalance", str(chain.faucet.pubkey()), TOP)["value"],
    }
    assert [one["lamports"] for one in found] == sorted((one["lamports"] for one in found), reverse=True)
    assert len(found) == len({one["address"] for one in found}) == 20
    assert str(NATIVE_MINT) in {one["address"] for one in found}
    assert client.ask("getLargestAccounts", {"filter": "nonCirculating"})["value"] == []
    assert client.error("getLargestAccounts", {"filter": "rich"})[0] == -32602


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (["abc"], "Invalid param: WrongSize"),
        (["0OIl"], "Invalid param: Invalid"),
        ([5], "Invalid params: invalid type: integer `5`, expected a string."),
        ([str(TOKEN), 5], "Invalid params: invalid type: integer `5`, expected struct RpcAccountInfoConfig."),
        (
            [str(TOKEN), {"encoding": "json"}],
            "Invalid params: unknown variant `json`, expected one of `binary`, `base58`, `base64`, `jsonParsed`, "
            "`base64+zstd`.",
        ),
    ],
)
def test_bad_requests(client: Client, params: list[object], message: str) -> None:
    """Bad addresses, types and encodings have Agave's sentences."""
    assert client.error("getAccountInfo", *params) == (-32602, message)


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ([{"dataSize": 1}] * 5, "Too many filters provided; max 4"),
        (
            [{"foo": 1}],
            "Invalid params: unknown variant `foo`, expected one of `dataSize`, `memcmp`, `tokenAccountState`.",
        ),
        (
            [{"memcmp": {"offset": 0, "bytes": "0OIl"}}],
            "Invalid param: Base58DecodeError(InvalidCharacter { character: '0', index: 0 })",
        ),
    ],
)
def test_bad_filters(client: Client, filters: list[object], message: str) -> None:
    """So do bad filters."""
    assert client.error("getProgramAccounts", str(TOKEN), {"filters": filters}) == (-32602, message)
