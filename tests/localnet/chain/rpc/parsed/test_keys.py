"""Which keys of a transaction can be written."""

from __future__ import annotations

from typing import Any

from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from localnet.chain.genesis import LOADER_V3
from localnet.chain.node import Chain
from localnet.chain.rpc.parsed.sysvars import RENT
from tests.localnet.chain.people import Client, signed

MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")


def shown(chain: Chain, client: Client, alice: Keypair, *others: Pubkey) -> dict[str, dict[str, Any]]:
    """The keys of a memo that asks to write the rent sysvar, itself and others, by address."""
    asked = [AccountMeta(key, False, True) for key in (RENT, MEMO, *others)]
    memo = Instruction(MEMO, b"x", [AccountMeta(alice.pubkey(), True, False)])
    wire = signed(chain, alice, [memo, Instruction(Pubkey.default(), b"", asked)])
    chain.submit(wire)
    chain.produce(2)
    config = {"commitment": "confirmed", "encoding": "jsonParsed", "maxSupportedTransactionVersion": 0}
    keys = client.ask("getTransaction", wire.signature, config)["transaction"]["message"]["accountKeys"]
    return {one["pubkey"]: one for one in keys}


def test_what_nobody_writes(chain: Chain, client: Client, alice: Keypair, bob: Keypair) -> None:
    """Sysvars and programs that are called are not writable whatever was asked; other keys are."""
    keys = shown(chain, client, alice, bob.pubkey())
    assert keys[str(alice.pubkey())] == {
        "pubkey": str(alice.pubkey()),
        "signer": True,
        "source": "transaction",
        "writable": True,
    }
    assert [keys[str(key)]["writable"] for key in (RENT, MEMO, bob.pubkey())] == [False, False, True]


def test_programs_beside_the_loader(chain: Chain, client: Client, alice: Keypair) -> None:
    """Beside the upgradeable loader a called program may be written: it may be upgraded."""
    keys = shown(chain, client, alice, LOADER_V3)
    assert (keys[str(MEMO)]["writable"], keys[str(LOADER_V3)]["writable"]) == (True, False)
