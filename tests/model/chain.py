"""The real programs, fast: no signatures are computed, and one world is put back to its beginning for each walk."""

import struct
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace
from solders.account import Account
from solders.instruction import Instruction
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import Transaction
from solders.transaction_metadata import FailedTransactionMetadata, TransactionMetadata

from idl import addresses
from idl.codec import decode_account, decode_event, encode_account
from idl.events import Event
from idl.program import EVENT_IX_TAG, PROGRAM_IDS, TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from tests.model.stage import MINT_OF, Stage
from tests.programs import tokens
from tests.programs.rebuild import Accounts
from tests.programs.world import MINTS, SLOT, SOL, START, Refused, World, key

LAMPORTS_PER_SIGNATURE: Final = 5_000
TOKEN_PROGRAMS: Final = (TOKEN_PROGRAM, TOKEN_2022_PROGRAM)
PURSE: Final = {"USDC": 10**14, "USDC_2022": 10**14, "SOL": 10**14}
LAMPORTS: Final = 10_000 * SOL
NOTHING: Final = Account(0, b"", Pubkey.default())


@dataclass(slots=True)
class Result:
    """What a transaction did: the accounts it could write, before and after it, and our events; or why it failed."""

    landed: bool
    refusal: str
    fee: int
    events: list[Event]
    before: dict[Pubkey, Account]
    after: dict[Pubkey, Account]


class Chain:
    """A LiteSVM whose accounts can be put back."""

    def __init__(self) -> None:
        self.world = World()
        svm = self.world.svm.with_sigverify(False).with_blockhash_check(False).with_transaction_history(0)
        self.world.svm = svm
        for name in (*Stage.EVERYBODY, Stage.FEES, "payer"):
            tokens.put(svm, key(name), b"", Pubkey.default(), LAMPORTS)
        for name in Stage.EVERYBODY:
            for mint, address in MINT_OF.items():
                tokens.put_tokens(svm, key(name), address, PURSE[mint], program=MINTS[address])
        self.blockhash = svm.latest_blockhash()
        self.first: dict[Pubkey, Account] = {}

    @property
    def svm(self) -> LiteSVM:
        """The machine."""
        return self.world.svm

    def reset(self) -> None:
        """Everything as it was at first."""
        for where, account in self.first.items():
            self.svm.set_account(where, account)
        self.first.clear()
        self.world.at(START, slot=SLOT)

    def account(self, where: Pubkey) -> Account:
        """An account as it is; an empty one where there is none."""
        return self.svm.get_account(where) or NOTHING

    def change(self, where: Pubkey, account: Account) -> None:
        """Puts an account there, to be put back by `reset`."""
        self.first.setdefault(where, self.account(where))
        self.svm.set_account(where, account)

    def run(self, *instructions: Instruction) -> Result:
        """One transaction, signed by all who are named as signers, its fee paid by a wallet apart."""
        message = Message.new_with_blockhash(instructions, key(Stage.FEES), self.blockhash)
        header, keys = message.header, message.account_keys
        count = header.num_required_signatures
        signing = keys[: count - header.num_readonly_signed_accounts]
        writable = signing + keys[count : len(keys) - header.num_readonly_unsigned_accounts]
        before = {one: self.account(one) for one in writable}
        for one, account in before.items():
            self.first.setdefault(one, account)
        answer = self.svm.send_transaction(Transaction.populate(message, [Signature.default()] * count))
        after = {one: self.account(one) for one in writable}
        fee = LAMPORTS_PER_SIGNATURE * count
        if isinstance(answer, FailedTransactionMetadata):
            return Result(False, Refused(answer).name, fee, [], before, after)
        return Result(True, "", fee, events_of(keys, answer), before, after)

    def freeze(self, name: str, mint: str, frozen: bool) -> None:
        """Freezes a wallet's token account, or thaws it, as the mint's authority could."""
        where = addresses.ata(key(name), MINT_OF[mint], MINTS[MINT_OF[mint]]).address
        account = self.account(where)
        data = bytearray(account.data)
        data[108] = tokens.FROZEN if frozen else tokens.INITIALIZED
        self.change(where, Account(account.lamports, bytes(data), account.owner))

    def settings(self, mode: int, council_s: int) -> Accounts:
        """Makes Config as if it had been made with these settings; what its events would tell then."""
        where = addresses.config().address
        raw = self.account(where)
        config = replace(decode_account(bytes(raw.data)), mode=mode, council_s=council_s)  # type: ignore[type-var]
        self.change(where, Account(raw.lamports, encode_account(config), raw.owner))
        return {where: config}


def events_of(keys: list[Pubkey], answer: TransactionMetadata) -> list[Event]:
    """Our events, in order."""
    found = []
    for inner in answer.inner_instructions():
        for one in inner:
            compiled = one.instruction()
            data, program = bytes(compiled.data), keys[compiled.program_id_index]
            if data.startswith(EVENT_IX_TAG) and program in PROGRAM_IDS:
                found.append(decode_event(program, data[len(EVENT_IX_TAG) :]))
    return found


def tokens_in(account: Account) -> int | None:
    """The tokens in a token account; None for any other."""
    if account.owner not in TOKEN_PROGRAMS or len(account.data) < tokens.ACCOUNT_BYTES:
        return None
    return struct.unpack_from("<Q", account.data, 64)[0]


def mint_of(account: Account) -> Pubkey:
    """The mint of a token account."""
    return Pubkey(account.data[:32])
