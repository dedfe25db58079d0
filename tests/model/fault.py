"""What a planted fault is: it does to accounts and events what a faulty program would have done."""

import struct
from typing import Any, Final, TypeVar

import msgspec
from solders.account import Account as Raw
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from idl.accounts import Account
from idl.codec import decode_account, encode_account
from idl.events import Event
from idl.program import MARKET_ID
from tests.model.chain import Chain, Result, tokens_in
from tests.model.offered import SLOTS
from tests.model.stage import Stage

replace: Final = msgspec.structs.replace
Kind = TypeVar("Kind")


class Fault:
    """By itself none: what is sent is run."""

    def __init__(self, chain: Chain, stage: Stage) -> None:
        self.chain, self.stage = chain, stage

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        """What a transaction comes to; `good` is what `sent` was before a hostile hand spoiled it."""
        return self.chain.run(sent)

    # what the faults are made of

    def put(self, result: Result, where: Pubkey, raw: Raw) -> None:
        """Leaves an account otherwise than the program did."""
        result.before.setdefault(where, self.chain.account(where))
        self.chain.change(where, raw)
        result.after[where] = raw

    def edit(self, result: Result, where: Pubkey, **changes: Any) -> None:
        """Changes fields of one of the program's accounts."""
        raw = result.after[where]
        account = replace(decode_account(bytes(raw.data)), **changes)  # type: ignore[type-var]
        self.put(result, where, Raw(raw.lamports, encode_account(account), raw.owner))

    def add_tokens(self, result: Result, where: Pubkey, amount: int) -> None:
        """Adds tokens to an account, or lamports where it has none."""
        raw = result.after.get(where) or self.chain.account(where)
        held = tokens_in(raw)
        if held is None:
            self.put(result, where, Raw(raw.lamports + amount, bytes(raw.data), raw.owner))
            return
        data = bytearray(raw.data)
        struct.pack_into("<Q", data, 64, held + amount)
        native = amount if data[109] else 0
        self.put(result, where, Raw(raw.lamports + native, bytes(data), raw.owner))

    def undo(self, result: Result) -> None:
        """Takes back all that a transaction did."""
        for where, raw in result.before.items():
            self.chain.change(where, raw)

    def tell(self, result: Result, old: Event, **changes: Any) -> None:
        """Changes what an event says."""
        at = result.events.index(old)
        result.events[at] = replace(old, **changes)  # type: ignore[type-var]

    def held(self, where: Pubkey, kind: type[Kind]) -> Kind | None:
        """An account as it is now."""
        raw = self.chain.account(where)
        found: Account | None = decode_account(bytes(raw.data)) if raw.owner == MARKET_ID and raw.data else None
        return found if isinstance(found, kind) else None


def slot(name: str, instruction: Instruction, wanted: str) -> Pubkey:
    """The account in a slot of an instruction."""
    return instruction.accounts[SLOTS[name].index(wanted)].pubkey


def event_of(result: Result, kind: type[Kind]) -> Kind | None:
    """The event of a kind, if there is one."""
    return next((one for one in result.events if isinstance(one, kind)), None)
