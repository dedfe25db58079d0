"""Wallets that sign for tests of the chain, and a chain that makes blocks only when told."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import msgspec
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.solders import MessageV1, TransactionConfig
from solders.system_program import CreateAccountParams, TransferParams, create_account, transfer
from solders.transaction import VersionedTransaction

from localnet.chain.model import ChainOptions
from localnet.chain.node import Chain
from localnet.chain.rpc.dispatch import answer
from localnet.chain.rpc.endpoint import Endpoint
from localnet.chain.tokens import MINT_BYTES, TOKEN
from localnet.chain.wire import SYSTEM, Wire, from_signed

SOL = 10**9
GENESIS_TIME = 1_790_000_000
ATA_PROGRAM = Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")


def make_chain(**options: Any) -> Chain:
    """A chain without sockets; nothing happens unless told."""
    return Chain(ChainOptions(**{"slot_ms": 0, "genesis_time": GENESIS_TIME, **options}))


def person(name: str) -> Keypair:
    """A seeded wallet."""
    return Keypair.from_seed(name.encode().ljust(32, b"."))


def fund(chain: Chain, wallet: Keypair, lamports: int = 100 * SOL) -> None:
    """Give lamports by a real transfer from the faucet, in a block of its own."""
    chain.submit(pay(chain, chain.faucet, wallet.pubkey(), lamports))
    chain.produce()


def pay(chain: Chain, payer: Keypair, to: Pubkey, lamports: int, *, blockhash: str | None = None) -> Wire:
    """A signed version 0 transfer on the newest blockhash, or on the one given."""
    return signed(chain, payer, [moving(payer.pubkey(), to, lamports)], blockhash=blockhash)


def moving(payer: Pubkey, to: Pubkey, lamports: int) -> Instruction:
    """The transfer instruction."""
    return transfer(TransferParams(from_pubkey=payer, to_pubkey=to, lamports=lamports))


def signed(
    chain: Chain,
    payer: Keypair,
    instructions: Sequence[Instruction],
    *,
    blockhash: str | None = None,
    signers: Sequence[Keypair] = (),
    version: int | None = 0,
    config: TransactionConfig | None = None,
) -> Wire:
    """A signed transaction of any version."""
    recent = Hash.from_string(blockhash or chain.tip.blockhash)
    message: Message | MessageV0 | MessageV1
    match version:
        case None:
            message = Message.new_with_blockhash(instructions, payer.pubkey(), recent)
        case 0:
            message = MessageV0.try_compile(payer.pubkey(), instructions, [], recent)
        case _:
            message = MessageV1.try_compile(payer.pubkey(), instructions, recent, config)
    return from_signed(VersionedTransaction(message, [payer, *signers]))


def b64(wire: Wire) -> str:
    """The transaction as sendTransaction takes it."""
    return base64.b64encode(wire.raw).decode()


def lamports(chain: Chain, key: Pubkey) -> int:
    """The balance now."""
    account = chain.account(key)
    return 0 if account is None else account.lamports


def making_token(owner: Keypair, mint: Keypair, *, rent: int = 1_461_600) -> list[Instruction]:
    """Create a 6-decimals mint, the owner's associated account, and 5 tokens in it."""
    made = create_account(
        CreateAccountParams(
            from_pubkey=owner.pubkey(), to_pubkey=mint.pubkey(), lamports=rent, space=MINT_BYTES, owner=TOKEN
        )
    )
    key, holder = mint.pubkey(), token_account(owner.pubkey(), mint.pubkey())
    begin = Instruction(TOKEN, bytes([20, 6]) + bytes(owner.pubkey()) + b"\0", [AccountMeta(key, False, True)])
    hold = Instruction(
        ATA_PROGRAM,
        b"\x01",
        [
            AccountMeta(owner.pubkey(), True, True),
            AccountMeta(holder, False, True),
            AccountMeta(owner.pubkey(), False, False),
            AccountMeta(key, False, False),
            AccountMeta(SYSTEM, False, False),
            AccountMeta(TOKEN, False, False),
        ],
    )
    mint_to = Instruction(
        TOKEN,
        b"\x07" + (5_000_000).to_bytes(8, "little"),
        [AccountMeta(key, False, True), AccountMeta(holder, False, True), AccountMeta(owner.pubkey(), True, False)],
    )
    return [made, begin, hold, mint_to]


def token_account(owner: Pubkey, mint: Pubkey) -> Pubkey:
    """The associated token account."""
    return Pubkey.find_program_address([bytes(owner), bytes(TOKEN), bytes(mint)], ATA_PROGRAM)[0]


class Client:
    """JSON-RPC without a socket."""

    def __init__(self, chain: Chain, endpoint: str = "main") -> None:
        self.endpoint = Endpoint(chain, endpoint)

    def ask(self, method: str, *params: Any) -> Any:
        """The result; AssertionError when it is an error."""
        reply = self.reply(method, *params)
        assert "error" not in reply, reply
        return reply["result"]

    def error(self, method: str, *params: Any) -> tuple[int, str]:
        """The (code, message) of a call that must fail."""
        error = self.reply(method, *params)["error"]
        return error["code"], error["message"]

    def reply(self, method: str, *params: Any) -> dict[str, Any]:
        """The whole reply."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        return self.raw(msgspec.json.encode(body))

    def raw(self, body: bytes) -> Any:
        """The reply to any bytes; None when nothing is answered."""
        reply = answer(self.endpoint, body)
        return msgspec.json.decode(reply) if reply else None
