"""Building transactions: what is signed is what was asked for, and what can never land is refused with its reason."""

from __future__ import annotations

import base64
import uuid

import httpx
import pytest
from solders.pubkey import Pubkey

from idl import addresses
from idl.enums import Flag, Pause, State
from idl.instructions import ActivateArgs, ClaimArgs, StakeArgs
from idl.maths.parimutuel import stake_rate_bps
from idl.program import ATA_PROGRAM, MARKET_ID, SYSTEM_PROGRAM, TOKEN_PROGRAM
from tests.api.built import arguments, calls, unsigned
from tests.api.world import Place, World, blockhash, signature, wallet

BUDGET = Pubkey.from_string("ComputeBudget111111111111111111111111111111")


def stake_body(place: Place, **more: object) -> dict:
    """A stake of bob's that is fine, and changes to it."""
    body = {"wallet": str(wallet("bob").pubkey()), "market": place.address, "outcome": 0, "amount": "2000000"}
    return {**body, **more}


def test_stake_in_sol(client: httpx.Client, world: World) -> None:
    """A SOL stake wraps exactly its amount before and unwraps after, and is bound by rate, nonce and slot."""
    place = world.market("sol", "Is a stake in SOL wrapped?")
    world.stake(place, "carol", 1, 6_000_000)

    built = client.post("/v1/transactions/stake", json=stake_body(place, slippage_bps=100)).json()

    transaction = unsigned(built)
    programs = [program for program, _ in calls(transaction)]
    assert programs == [BUDGET, ATA_PROGRAM, SYSTEM_PROGRAM, TOKEN_PROGRAM, MARKET_ID, TOKEN_PROGRAM]
    assert calls(transaction)[2][1] == (2).to_bytes(4, "little") + (2_000_000).to_bytes(8, "little")
    rate = stake_rate_bps([0, 6_000_000], 0, 2_000_000, 250)
    assert arguments(transaction) == StakeArgs(
        outcome=0, amount=2_000_000, min_rate_bps=rate * 9900 // 10_000, nonce=1, valid_until=world.slot + 150
    )
    assert transaction.message.account_keys[0] == wallet("bob").pubkey()
    assert built["blockhash"] == blockhash(world.slot, world.fork)
    assert built["last_valid_block_height"] == world.slot - 100 + 150
    assert built["blocks_left"] == 150
    assert built["nonce"] == "1"
    assert built["market"] == place.address
    assert built["expected"]["cost"] == "2000000"
    assert built["expected"]["rent"] == str((144 + 16 + 128) * 6960)
    assert built["error"] is None


def test_stake_in_tokens(client: httpx.Client, world: World) -> None:
    """A stake in another mint moves tokens from the wallet's own account and wraps nothing."""
    token = wallet("usd").pubkey()
    place = world.market("tok", "Is a stake in tokens plain?", mint=token)

    built = client.post("/v1/transactions/stake", json=stake_body(place, mint=str(token))).json()

    transaction = unsigned(built)
    assert [program for program, _ in calls(transaction)] == [BUDGET, MARKET_ID]
    assert addresses.ata(wallet("bob").pubkey(), token).address in transaction.message.account_keys


def test_stake_passes_the_relayers_policy(client: httpx.Client, world: World) -> None:
    """What we build, signed, is what the relay takes: SOL, tokens, sponsored or not."""
    payer = str(wallet("sponsor").pubkey())
    world.insert("relay.payer", address=payer, state="active", lamports=10**9)
    place = world.market("policy", "Does the policy take what we build?")
    for mode in ("self", "sponsored"):
        built = client.post("/v1/transactions/stake", json=stake_body(place, payer=mode)).json()
        transaction = unsigned(built)
        first = wallet("sponsor" if mode == "sponsored" else "bob").pubkey()
        assert transaction.message.account_keys[0] == first
        transaction.partial_sign([wallet("bob")], transaction.message.recent_blockhash)
        body = {"transaction": base64.b64encode(bytes(transaction)).decode()}
        answer = client.post("/v1/relay", json=body, headers={"idempotency-key": built["message_hash"]})
        assert answer.status_code == 202, answer.text
        world.db.execute("DELETE FROM relay.intent")
    world.db.execute("DELETE FROM relay.payer")


def test_nonces(client: httpx.Client, world: World) -> None:
    """The next nonce is above the position's last and above every open intent's; an own choice is checked."""
    place = world.market("nonces", "Which nonce comes next?")
    world.stake(place, "bob", 0, 1_000_000)
    world.stake(place, "bob", 0, 1_000_000)

    def nonce() -> str:
        return client.post("/v1/transactions/stake", json=stake_body(place)).json()["nonce"]

    assert nonce() == "3"
    bob = str(wallet("bob").pubkey())
    world.insert(
        "relay.intent", id=uuid.uuid4(), tenant=bob, idem_key="n", fingerprint=b"f", kind="wallet_tx", wallet=bob,
        subject=place.address, nonce=7, state="IN_FLIGHT", payload=b"",
    )  # fmt: skip
    assert nonce() == "8"
    world.db.execute("DELETE FROM relay.intent")

    for used in ("1", "2", "0"):
        answer = client.post("/v1/transactions/stake", json=stake_body(place, nonce=used))
        assert (answer.status_code, answer.json()["code"]) == (422, "nonce_used")
    ahead = client.post("/v1/transactions/stake", json=stake_body(place, nonce="40"))
    assert ahead.json()["nonce"] == "40"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount": "0"}, 422, "amount_too_small"),
        ({"amount": "999999"}, 422, "amount_too_small"),
        ({"amount": "1000000000001"}, 422, "amount_too_large"),
        ({"amount": "1.5"}, 400, "invalid_amount"),
        ({"amount": "-1"}, 400, "invalid_amount"),
        ({"amount": "+1000000"}, 400, "invalid_amount"),
        ({"amount": "1e9"}, 400, "invalid_amount"),
        ({"amount": " 1000000"}, 400, "invalid_amount"),
        ({"amount": "1000000\n"}, 400, "invalid_amount"),
        ({"amount": ""}, 400, "invalid_amount"),
        ({"amount": "18446744073709551616"}, 400, "invalid_amount"),
        ({"amount": 2000000}, 400, "invalid_request"),
        ({"amount": 1.5}, 400, "invalid_request"),
        ({"amount": None}, 400, "invalid_request"),
        ({"outcome": 2}, 422, "outcome_out_of_range"),
        ({"outcome": -1}, 400, "invalid_request"),
        ({"outcome": 0.5}, 400, "invalid_request"),
        ({"slippage_bps": 1001}, 400, "invalid_request"),
        ({"wallet": "zero"}, 400, "invalid_request"),
        ({"wallet": "0" * 43}, 400, "invalid_address"),
        ({"market": str(Pubkey.default())}, 404, "unknown_market"),
        ({"market": "slug"}, 400, "invalid_request"),
        ({"mint": str(wallet("usd").pubkey())}, 422, "wrong_mint"),
        ({"nonce": "18446744073709551616"}, 400, "invalid_amount"),
        ({"payer": "you"}, 400, "invalid_request"),
        ({"payer": "sponsored"}, 422, "no_payer"),
        ({"surprise": 1}, 400, "invalid_request"),
    ],
)
def test_bad_stakes(client: httpx.Client, world: World, change: dict, status: int, code: str) -> None:
    """Every wrong stake has its own status and code."""
    place = world.market("bad", "Which stakes are refused?")

    answer = client.post("/v1/transactions/stake", json=stake_body(place, **change))

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"locks": -1}, "market_locked"),
        ({"locks": 0}, "market_locked"),
        ({"state": State.Approved}, "market_not_active"),
        ({"state": State.Resolving}, "market_not_active"),
        ({"state": State.Finalized}, "market_not_active"),
        ({"state": State.Void}, "market_not_active"),
        ({"engine": 1}, "wrong_engine"),
    ],
)
def test_stake_in_a_wrong_state(client: httpx.Client, world: World, terms: dict, code: str) -> None:
    """After lock, before opening by its creator, once decided: no stake is built."""
    place = world.market("state", "Is this market open?", **terms)

    answer = client.post("/v1/transactions/stake", json=stake_body(place))

    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_stake_that_time_may_mend(client: httpx.Client, world: World) -> None:
    """Not open yet, halted or paused: the transaction is built and names the program's error."""
    early = world.market("early", "Is it open yet?", opens=50)
    halted = world.market("halted", "Is it halted?", flags=int(Flag.HALTED))
    fine = world.market("fine", "Are stakes paused?")

    def error(place: Place) -> tuple[int, str] | None:
        found = client.post("/v1/transactions/stake", json=stake_body(place)).json()["error"]
        return found and (found["code"], found["name"])

    assert error(early) == (6206, "NotOpen")
    assert error(halted) == (6117, "Halted")
    assert error(fine) is None
    world.db.execute("UPDATE chain.config SET pause = %s", (int(Pause.STAKE),))
    assert error(fine) == (6007, "Paused")
    world.db.execute("UPDATE chain.config SET pause = 0")


def test_claim(client: httpx.Client, world: World) -> None:
    """A SOL claim pays the wallet itself, a token claim its own account, made first; the rent goes to who paid it."""
    token = wallet("usd").pubkey()
    sol, tokens = world.market("csol", "Is a SOL claim plain?"), world.market("ctok", "Is a token claim?", mint=token)
    for place in (sol, tokens):
        world.stake(place, "bob", 0, 2_000_000)
        world.stake(place, "carol", 1, 3_000_000)
        world.settle(place, 0)
    bob = wallet("bob").pubkey()

    plain, made = (
        client.post("/v1/transactions/claim", json={"wallet": str(bob), "market": place.address}).json()
        for place in (sol, tokens)
    )

    assert [program for program, _ in calls(unsigned(plain))] == [BUDGET, MARKET_ID]
    assert [program for program, _ in calls(unsigned(made))] == [BUDGET, ATA_PROGRAM, MARKET_ID]
    assert arguments(unsigned(plain)) == ClaimArgs()
    assert addresses.ata(bob, token).address in unsigned(made).message.account_keys
    total, won = 5_000_000 - 3_000_000 * 250 // 10_000, 2_000_000
    assert plain["expected"]["shares"] == str(2_000_000 * total // won)
    assert plain["nonce"] is None


def test_claim_to_another_destination(client: httpx.Client, world: World) -> None:
    """The owner may name any destination."""
    place, other = world.market("cdest", "Where does a claim go?"), wallet("elsewhere").pubkey()
    world.stake(place, "bob", 0, 2_000_000)
    world.settle(place, 0)
    body = {"wallet": str(wallet("bob").pubkey()), "market": place.address, "destination": str(other)}

    built = client.post("/v1/transactions/claim", json=body).json()

    assert other in unsigned(built).message.account_keys


def test_nothing_to_claim(client: httpx.Client, world: World) -> None:
    """Before the decision, and for a wallet without a position, there is nothing to claim."""
    place = world.market("cnone", "Is there anything to claim?")
    world.stake(place, "bob", 0, 2_000_000)

    def code(name: str) -> str:
        body = {"wallet": str(wallet(name).pubkey()), "market": place.address}
        answer = client.post("/v1/transactions/claim", json=body)
        assert answer.status_code == 422
        return answer.json()["code"]

    assert code("bob") == "nothing_to_claim"
    world.settle(place, 0)
    assert code("nobody here") == "nothing_to_claim"


def test_activate(client: httpx.Client, world: World) -> None:
    """Only the creator's, and only of an approved market."""
    place = world.market("act", "Is this market opened?", state=State.Approved)
    active = world.market("act2", "Is this one open already?")

    def answer(name: str, where: Place) -> httpx.Response:
        body = {"wallet": str(wallet(name).pubkey()), "market": where.address}
        return client.post("/v1/transactions/activate", json=body)

    built = answer("alice", place).json()
    assert arguments(unsigned(built)) == ActivateArgs(0)
    assert built["expected"]["rent"] == str((165 + 128) * 6960)
    assert answer("bob", place).json()["code"] == "not_the_creator"
    assert answer("alice", active).json()["code"] == "market_not_active"


def test_transaction_in_the_mirror(client: httpx.Client, world: World) -> None:
    """A landed transaction is shown with its events, and says whether it is final."""
    place = world.market("tx", "Is a transaction found by its signature?")
    landed = world.stake(place, "bob", 0, 2_000_000)

    young = client.get(f"/v1/transactions/{landed}").json()["data"]
    for _ in range(12):
        world.block([])
    old = client.get(f"/v1/transactions/{landed}").json()["data"]

    assert [(event["kind"], event["subject"]) for event in young["events"]] == [("Staked", place.address)]
    assert (young["err"], young["final"], old["final"]) == (None, False, True)


@pytest.mark.parametrize("name", ["5", "0OIl", signature(1, 1)])
def test_unknown_transaction(client: httpx.Client, name: str) -> None:
    """A signature that the mirror has not seen, or none at all, is 404."""
    answer = client.get(f"/v1/transactions/{name}")

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_transaction")


def test_unit_price_follows_the_network(client: httpx.Client, world: World) -> None:
    """The priority fee is what recent blocks asked, within a cap; without samples none is set."""
    place = world.market("fees", "What does landing cost?")
    world.insert("relay.fee_sample", slot=1, p50=321, p90=900)
    built = client.post("/v1/transactions/stake", json=stake_body(place)).json()
    world.db.execute("DELETE FROM relay.fee_sample")

    prices = [data for program, data in calls(unsigned(built)) if program == BUDGET and data[0] == 3]
    assert prices == [b"\x03" + (321).to_bytes(8, "little")]
