"""The relay route: taken once, repeated safely, refused with its reason."""

from __future__ import annotations

import base64
from collections.abc import Callable

import httpx
import pytest
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import Transaction

from idl import addresses, instructions
from idl.program import WSOL_MINT
from tests.api.world import Place, World, blockhash, wallet

MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")


@pytest.fixture
def place(world: World) -> Place:
    """A market of this test's own."""
    return world.market("relay", "Does the relay take this?")


def build(client: httpx.Client, place: Place, name: str = "bob", **more: object) -> Transaction:
    """A built stake of this wallet, unsigned."""
    body = {"wallet": str(wallet(name).pubkey()), "market": place.address, "outcome": 0, "amount": "2000000", **more}
    answer = client.post("/v1/transactions/stake", json=body)
    assert answer.status_code == 200, answer.text
    return Transaction.from_bytes(base64.b64decode(answer.json()["transaction"]))


def signed(transaction: Transaction, name: str = "bob") -> bytes:
    """The same, signed by the wallet."""
    transaction.sign([wallet(name)], transaction.message.recent_blockhash)
    return bytes(transaction)


def post(client: httpx.Client, wire: bytes, key: str | None, **more: object) -> httpx.Response:
    """Hand it to the relay."""
    headers = {} if key is None else {"idempotency-key": key}
    body = {"transaction": base64.b64encode(wire).decode(), **more}
    return client.post("/v1/relay", json=body, headers=headers)


def test_taken_once(client: httpx.Client, world: World, place: Place) -> None:
    """New is 202, the same again is 200 with the same intent, which can be followed."""
    wire = signed(build(client, place))

    first, again = post(client, wire, "once"), post(client, wire, "once")

    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json()
    assert first.json()["wallet"] == str(wallet("bob").pubkey())
    assert (first.json()["market"], first.json()["nonce"], first.json()["state"]) == (place.address, "1", "ACCEPTED")
    followed = client.get(f"/v1/intents/{first.json()['id']}")
    assert followed.json()["data"]["state"] == "ACCEPTED"
    assert followed.json()["data"]["kind"] == "wallet_tx"
    rows = world.db.execute("SELECT count(*) FROM relay.intent WHERE subject = %s", (place.address,)).fetchone()
    assert rows == (1,)


def test_keys_belong_to_wallets(client: httpx.Client, place: Place) -> None:
    """Two wallets may use the same key."""
    assert post(client, signed(build(client, place, "carol"), "carol"), "shared").status_code == 202
    assert post(client, signed(build(client, place, "dave"), "dave"), "shared").status_code == 202


def test_other_payload_under_a_key(client: httpx.Client, place: Place) -> None:
    """A key that stands for another transaction is 422."""
    assert post(client, signed(build(client, place)), "reused").status_code == 202
    other = post(client, signed(build(client, place, amount="3000000")), "reused")

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")


def test_nonce_in_use(client: httpx.Client, place: Place) -> None:
    """Another open intent with the same nonce is 409."""
    first, second = build(client, place, nonce="5"), build(client, place, nonce="5", amount="3000000")
    assert post(client, signed(first), "n1").status_code == 202
    answer = post(client, signed(second), "n2")

    assert (answer.status_code, answer.json()["code"]) == (409, "nonce_in_use")


@pytest.mark.parametrize("key", [None, "", "x" * 129, "tab\there"])
def test_missing_key(client: httpx.Client, place: Place, key: str | None) -> None:
    """Without a usable Idempotency-Key nothing is taken."""
    answer = post(client, signed(build(client, place)), key)

    assert (answer.status_code, answer.json()["code"]) == (400, "missing_idempotency_key")


@pytest.mark.parametrize("text", ["", "!!!!", "AAAA", "AQ==", base64.b64encode(bytes(2000)).decode()])
def test_not_a_transaction(client: httpx.Client, text: str) -> None:
    """Bytes that are no transaction are 400."""
    answer = client.post("/v1/relay", json={"transaction": text}, headers={"idempotency-key": "k"})

    assert answer.status_code == 400
    assert answer.json()["code"] in ("invalid_transaction", "invalid_request")


def tamper(wire: bytes) -> bytes:
    """The amount changed after signing: the stake's and the transfer's, so that only the signature can tell."""
    old, new = (2_000_000).to_bytes(8, "little"), (2_000_001).to_bytes(8, "little")
    assert wire.count(old) == 2
    return wire.replace(old, new)


def trailing(wire: bytes) -> bytes:
    """A byte too many."""
    return wire + b"\x00"


@pytest.mark.parametrize(
    ("change", "status", "code"), [(tamper, 422, "bad_signature"), (trailing, 400, "invalid_transaction")]
)
def test_tampered(client: httpx.Client, place: Place, change: Callable[[bytes], bytes], status: int, code: str) -> None:
    """Bytes changed after signing are found."""
    answer = post(client, change(signed(build(client, place))), "tampered")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_signed_by_another(client: httpx.Client, place: Place) -> None:
    """A signature of another wallet does not fit."""
    transaction = build(client, place)
    wrong = wallet("carol").sign_message(bytes(transaction.message))
    wire = bytes([1]) + bytes(wrong) + bytes(transaction.message)

    assert post(client, wire, "another").json()["code"] == "bad_signature"


def stake_call(owner: Keypair, place: Place, *, nonce: int, valid_until: int) -> Instruction:
    """A market instruction by hand."""
    key = Pubkey.from_string(place.address)
    return instructions.stake(
        outcome=0, amount=2_000_000, min_rate_bps=0, nonce=nonce, valid_until=valid_until, market=key,
        vault=addresses.vault(key).address, position=addresses.position(key, owner.pubkey()).address,
        owner=owner.pubkey(), payer=owner.pubkey(), owner_token=addresses.ata(owner.pubkey(), WSOL_MINT).address,
        mint=WSOL_MINT,
    )  # fmt: skip


def by_hand(world: World, calls: list[Instruction], slot: int | None = None) -> bytes:
    """A transaction of bob's that no builder of ours would make."""
    recent = Hash.from_string(blockhash(world.slot if slot is None else slot, world.fork))
    message = Message.new_with_blockhash(calls, wallet("bob").pubkey(), recent)
    return bytes(Transaction([wallet("bob")], message, recent))


def test_two_programs(client: httpx.Client, world: World, place: Place) -> None:
    """An instruction of a foreign program beside ours is refused, and so are two of ours."""
    bob = wallet("bob")
    ours = stake_call(bob, place, nonce=1, valid_until=world.slot + 10)
    memo = Instruction(MEMO, b"hello", [AccountMeta(bob.pubkey(), True, False)])

    foreign = post(client, by_hand(world, [ours, memo]), "two programs")
    twice = post(client, by_hand(world, [ours, stake_call(bob, place, nonce=2, valid_until=world.slot + 10)]), "twice")
    none = post(client, by_hand(world, [memo]), "none")

    assert (foreign.status_code, foreign.json()["code"]) == (422, "foreign_program")
    assert (twice.status_code, none.status_code) == (422, 422)


def test_expired(client: httpx.Client, world: World, place: Place) -> None:
    """valid_until in the past is refused and leaves nothing; a repeat of what was taken is still answered."""
    late = by_hand(world, [stake_call(wallet("bob"), place, nonce=1, valid_until=world.slot - 1)])
    good = signed(build(client, place, nonce="2"))
    assert post(client, good, "good").status_code == 202

    refused = post(client, late, "late")
    for _ in range(160):
        world.block([])
    repeated = post(client, good, "good")

    assert (refused.status_code, refused.json()["code"]) == (422, "transaction_expired")
    assert repeated.status_code == 200
    keys = world.db.execute("SELECT idem_key FROM relay.intent WHERE subject = %s", (place.address,)).fetchall()
    assert keys == [("good",)]


def test_old_blockhash(client: httpx.Client, world: World, place: Place) -> None:
    """A blockhash whose 150 blocks are over is refused, one that the mirror does not know is not judged here."""
    world.insert(
        "ledger.slot", slot=world.slot, blockhash=blockhash(world.slot, world.fork), height=world.slot - 100,
        status="sealed", source="test",
    )  # fmt: skip
    wire = by_hand(world, [stake_call(wallet("bob"), place, nonce=1, valid_until=world.slot + 400)])
    unknown = by_hand(world, [stake_call(wallet("bob"), place, nonce=2, valid_until=world.slot + 400)], slot=7)
    for _ in range(151):
        world.block([])

    assert post(client, wire, "old hash").json()["code"] == "transaction_expired"
    assert post(client, unknown, "new hash").status_code == 202


def test_replaces(client: httpx.Client, place: Place) -> None:
    """`replaces` is an intent's id or refused."""
    answer = post(client, signed(build(client, place)), "r", replaces="first")

    assert answer.json()["errors"][0]["field"] == "replaces"
