"""An instruction as jsonParsed shows it: which programs are known, and by which table each is read. Pure.

Source: Agave, transaction-status/src/parse_instruction.rs and parse_associated_token.rs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import based58
from solders.pubkey import Pubkey

from localnet.chain.bank import MEMO_PROGRAMS
from localnet.chain.genesis import LOADER_V3
from localnet.chain.rpc.parsed import loader, lookup, stake, system, token
from localnet.chain.rpc.parsed.forms import Data, Form, Unparsable, text_to_the_end, u8
from localnet.chain.runtime import LOOKUP_TABLE_PROGRAM
from localnet.chain.tokens import TOKEN_PROGRAMS
from localnet.chain.wire import SYSTEM

ATA_PROGRAM = Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")
# Its memos are parsed, but getSignaturesForAddress does not show them.
MEMO_4 = Pubkey.from_string("Memo4c2pN8afCj432Lb7RMVKi9PbQnnW7ewFFaV3oAH")
_CREATE = ("source", "account", "wallet", "mint", "systemProgram", "tokenProgram")
_NESTED = ("nestedSource", "nestedMint", "destination", "nestedOwner", "ownerMint", "wallet", "tokenProgram")
_ATA_FORMS = (
    Form(name="create", roles=_CREATE),
    Form(name="createIdempotent", roles=_CREATE),
    Form(name="recoverNested", roles=_NESTED),
)

Parse = Callable[[Sequence[str], bytes], Any]


def instruction_json(
    keys: Sequence[Pubkey], program: int, accounts: Sequence[int], data: bytes, height: int
) -> dict[str, Any]:
    """An instruction, parsed where its program is known, else with its addresses and its data in base58."""
    addresses = [str(keys[index]) for index in accounts]
    known = _PROGRAMS.get(keys[program])
    if known is not None:
        name, parse = known
        try:
            parsed = parse(addresses, data)
        except Unparsable:
            return _partly(str(keys[program]), addresses, data, height)
        return {"parsed": parsed, "program": name, "programId": str(keys[program]), "stackHeight": height}
    return _partly(str(keys[program]), addresses, data, height)


def _partly(program: str, addresses: list[str], data: bytes, height: int) -> dict[str, Any]:
    return {
        "accounts": addresses,
        "data": based58.b58encode(data).decode(),
        "programId": program,
        "stackHeight": height,
    }


def _associated(accounts: Sequence[str], raw: bytes) -> dict[str, Any]:
    """The associated token program: no data is the oldest way to say create."""
    kind = u8(Data(raw)) if raw else 0
    if len(raw) > 1 or kind >= len(_ATA_FORMS):
        raise Unparsable(Unparsable.__doc__)
    return _ATA_FORMS[kind].parsed(accounts, Data(b""))


def _memo(accounts: Sequence[str], raw: bytes) -> str:
    return text_to_the_end(Data(raw))


_PROGRAMS: dict[Pubkey, tuple[str, Parse]] = {
    SYSTEM: ("system", system.parse),
    LOADER_V3: ("bpf-upgradeable-loader", loader.parse),
    ATA_PROGRAM: ("spl-associated-token-account", _associated),
    stake.STAKE: ("stake", stake.parse),
    LOOKUP_TABLE_PROGRAM: ("address-lookup-table", lookup.parse),
    **dict.fromkeys(TOKEN_PROGRAMS, ("spl-token", token.parse)),
    **dict.fromkeys((*MEMO_PROGRAMS, MEMO_4), ("spl-memo", _memo)),
}
