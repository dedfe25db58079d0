"""Wallet transactions as builders write them, and the pieces with which attackers would change them."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Literal

from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import Message, MessageV0, MessageV1, TransactionConfig, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from idl.addresses import ata, position, vault
from idl.instructions import claim, stake
from idl.program import ATA_PROGRAM, SYSTEM_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from relayer.message import COMPUTE_BUDGET

Form = Literal["legacy", "0", "1"]

BLOCKHASH = Hash(sha256(b"a block").digest())
MARKET = Pubkey(sha256(b"a market").digest())
AMOUNT = 5_000_000
CONFIG = TransactionConfig(compute_unit_limit=150_000, loaded_accounts_data_size_limit=1 << 24)


def key(name: str) -> Keypair:
    """A keypair of a name."""
    return Keypair.from_seed(sha256(name.encode()).digest())


WALLET, PAYER, OTHER = key("wallet"), key("payer"), key("other")
PAYERS = frozenset({PAYER.pubkey(), key("second payer").pubkey()})
WRAPPED = ata(WALLET.pubkey(), WSOL_MINT).address


def meta(address: Pubkey, *, signer: bool = False, writable: bool = False) -> AccountMeta:
    """An account of an instruction."""
    return AccountMeta(address, signer, writable)


def create_wrapped(funder: Pubkey | None = None, owner: Pubkey | None = None) -> Instruction:
    """CreateIdempotent of the owner's wrapped-SOL account."""
    who = owner or WALLET.pubkey()
    metas = [
        meta(funder or WALLET.pubkey(), signer=True, writable=True),
        meta(ata(who, WSOL_MINT).address, writable=True),
        *(meta(a) for a in (who, WSOL_MINT, SYSTEM_PROGRAM, TOKEN_PROGRAM)),
    ]
    return Instruction(ATA_PROGRAM, b"\x01", metas)


def transfer(lamports: int = AMOUNT, *, source: Pubkey | None = None, to: Pubkey = WRAPPED) -> Instruction:
    """System transfer."""
    data = (2).to_bytes(4, "little") + lamports.to_bytes(8, "little")
    return Instruction(
        SYSTEM_PROGRAM, data, [meta(source or WALLET.pubkey(), signer=True, writable=True), meta(to, writable=True)]
    )


def sync(account: Pubkey = WRAPPED) -> Instruction:
    """SyncNative."""
    return Instruction(TOKEN_PROGRAM, b"\x11", [meta(account, writable=True)])


def close(account: Pubkey = WRAPPED, *, to: Pubkey | None = None) -> Instruction:
    """CloseAccount by the wallet."""
    wallet = WALLET.pubkey()
    metas = [meta(account, writable=True), meta(to or wallet, writable=True), meta(wallet, signer=True)]
    return Instruction(TOKEN_PROGRAM, b"\x09", metas)


def stake_call(
    *, nonce: int = 1, amount: int = AMOUNT, rent: Pubkey | None = None, owner: Keypair = WALLET, outcome: int = 0
) -> Instruction:
    """A stake of the wallet, rent paid by itself unless named."""
    who = owner.pubkey()
    return stake(
        outcome=outcome,
        amount=amount,
        min_rate_bps=0,
        nonce=nonce,
        valid_until=1_000,
        market=MARKET,
        vault=vault(MARKET).address,
        position=position(MARKET, who).address,
        owner=who,
        payer=rent or who,
        owner_token=ata(who, WSOL_MINT).address,
        mint=WSOL_MINT,
    )


def claim_call(*, rent_to: Pubkey, destination: Pubkey | None = None) -> Instruction:
    """A claim of the wallet; the position's rent goes back to who paid it."""
    who = WALLET.pubkey()
    return claim(
        market=MARKET,
        vault=vault(MARKET).address,
        mint=WSOL_MINT,
        position=position(MARKET, who).address,
        owner=who,
        destination=destination or who,
        payer=rent_to,
    )


def steps(call: Instruction | None = None) -> list[Instruction]:
    """The five steps of a stake in SOL."""
    return [create_wrapped(), transfer(), sync(), call or stake_call(), close()]


def limit(units: int) -> Instruction:
    """SetComputeUnitLimit."""
    return Instruction(COMPUTE_BUDGET, b"\x02" + units.to_bytes(4, "little"), [])


def price(micro: int) -> Instruction:
    """SetComputeUnitPrice."""
    return Instruction(COMPUTE_BUDGET, b"\x03" + micro.to_bytes(8, "little"), [])


def build(
    calls: Sequence[Instruction],
    *,
    payer: Keypair = WALLET,
    signers: Sequence[Keypair] = (WALLET,),
    form: Form = "legacy",
    config: TransactionConfig = CONFIG,
) -> bytes:
    """Serialized bytes with the signatures of these signers; other slots stay empty."""
    account = payer.pubkey()
    message: Message | MessageV0 | MessageV1
    if form == "legacy":
        message = Message.new_with_blockhash(list(calls), account, BLOCKHASH)
    elif form == "0":
        message = MessageV0.try_compile(account, list(calls), [], BLOCKHASH)
    else:
        message = MessageV1.try_compile(account, list(calls), BLOCKHASH, config)
    body = bytes(to_bytes_versioned(message))
    known = {s.pubkey(): s for s in signers}
    keys = list(message.account_keys)[: message.header.num_required_signatures]
    signatures = [known[k].sign_message(body) if k in known else Signature.default() for k in keys]
    return bytes(VersionedTransaction.populate(message, signatures))
