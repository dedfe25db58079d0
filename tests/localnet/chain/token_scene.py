"""Token accounts, mints and instructions of every kind, and the questions about them that a real validator answered.

`python -m tests.localnet.chain.token_scene accounts DIR` writes the accounts for `solana-test-validator --account-dir`;
`python -m tests.localnet.chain.token_scene record URL` asks that validator and writes recorded/tokens-4.2.2.json.
"""

from __future__ import annotations

import base64
import json
import struct
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey

from localnet.chain.rpc.parsed.instruction import instruction_json
from localnet.chain.rpc.parsed.stake import STAKE
from localnet.chain.tokens import TOKEN, TOKEN_2022
from localnet.chain.wire import SYSTEM
from tests.localnet.chain.people import Client, make_chain
from tests.localnet.chain.token_calls import calls

RECORDED = Path(__file__).parent / "recorded" / "tokens-4.2.2.json"
MULTISIG_BYTES = 355
LAMPORTS = 10**9
NEVER = bytes(32)
_random = Random("token scene")


def key(name: str) -> Pubkey:
    """The address of an account of the scene."""
    return Pubkey(sha256(f"token scene {name}".encode()).digest())


CALL_ACCOUNTS = [key(f"of a call {number}") for number in range(10)]
_MASKS = {str(address): f"@{number}" for number, address in enumerate(CALL_ACCOUNTS)}


def masked(shown: Any) -> Any:
    """A parsed instruction with short names for the accounts of calls."""
    match shown:
        case dict():
            return {name: masked(value) for name, value in shown.items()}
        case list():
            return [masked(one) for one in shown]
        case str():
            return _MASKS.get(shown, shown)
    return shown


def some(size: int) -> bytes:
    """Bytes that look like nothing, the same in each run."""
    return _random.randbytes(size)


def long(value: int) -> bytes:
    """A number of 8 bytes, with a sign."""
    return struct.pack("<q", value)


def text(value: str) -> bytes:
    """Borsh's string."""
    return struct.pack("<I", len(value.encode())) + value.encode()


FEE = long(3) + long(5_000) + b"\x0a\0"
A, B = some(32), some(32)
METADATA = A + B + text("Näme") + text("SYM") + text("https://uri") + struct.pack("<I", 2)
METADATA += text("colour") + text("blue") + text("") + text("empty")
AUTHORITY_AND_KEY = A + B

# The extensions of mints: type, bytes.
MINT_EXTENSIONS: dict[str, tuple[int, bytes]] = {
    "transfer fee": (1, A + NEVER + long(77) + FEE + long(4) + long(-1) + b"\x10\x27"),
    "close authority": (3, A),
    "no close authority": (3, NEVER),
    "confidential transfers": (4, A + b"\x01" + B),
    "confidential transfers of nobody": (4, NEVER + b"\0" + NEVER),
    "frozen at first": (6, b"\x02"),
    "usable at first": (6, b"\x01"),
    "unknown at first": (6, b"\x09"),
    "not transferable": (9, b""),
    "interest": (10, A + long(1_600_000_000) + b"\xf4\x01" + long(1_650_000_000) + b"\x2c\x01"),
    "negative interest": (10, NEVER + long(1_600_000_000) + b"\x0c\xfe" + long(1_700_000_000) + b"\x9c\xff"),
    "endless interest": (10, A + long(-(2**40)) + b"\xff\x7f" + long(2**40) + b"\xff\x7f"),
    "permanent delegate": (12, B),
    "hook": (14, A + B),
    "no hook": (14, A + NEVER),
    "confidential fees": (16, A + B + b"\x01" + some(64)),
    "confidential fees of nobody": (16, NEVER + NEVER + b"\0" + bytes(64)),
    "metadata pointer": (18, AUTHORITY_AND_KEY),
    "metadata": (19, METADATA),
    "metadata and more": (19, METADATA + b"more"),
    "metadata cut": (19, METADATA[:-3]),
    "metadata of nobody": (19, NEVER + B + text("") * 3 + bytes(4)),
    "group pointer": (20, AUTHORITY_AND_KEY),
    "group": (21, A + B + long(2) + long(9)),
    "member pointer": (22, AUTHORITY_AND_KEY),
    "member": (23, A + B + long(7)),
    "confidential supply": (24, some(64) + some(36) + some(32) + some(64)),
    "scaled": (25, A + struct.pack("<dqd", 1.5, 1_600_000_000, 2.25)),
    "scaled later": (25, NEVER + struct.pack("<dqd", 0.1, 2**40, 1e300)),
    "scaled to nothing": (25, A + struct.pack("<dqd", 5e-324, 0, 1e-7)),
    "scaled to infinity": (25, A + struct.pack("<dqd", -0.0, 0, float("inf"))),
    "scaled to no number": (25, A + struct.pack("<dqd", 1e22, 0, float("nan"))),
    "pausable": (26, A + b"\x01"),
    "not paused": (26, NEVER + b"\0"),
    "permissioned burn": (28, A),
    "of an account": (2, long(5)),
    "of an account without words": (7, b""),
    "too long": (3, A + b"\0"),
    "too short": (21, A),
}
ACCOUNT_EXTENSIONS: dict[str, tuple[int, bytes]] = {
    "fee withheld": (2, long(2**40)),
    "confidential": (5, b"\x01" + some(32 + 3 * 64 + 36) + b"\x01\0" + long(1) + long(2) + long(3) + long(-1)),
    "owner stays": (7, b""),
    "memo wanted": (8, b"\x01"),
    "no memo wanted": (8, b"\0"),
    "guarded": (11, b"\x01"),
    "not transferable": (13, b""),
    "in transfer": (15, b"\x02"),
    "confidential fee withheld": (17, some(64)),
    "paused": (27, b""),
    "of a mint": (12, A),
    "of a mint without words": (9, b""),
    "nothing": (0, b""),
}
# Everything after byte 165, as it stands.
ODD_TAILS: dict[str, bytes] = {
    "no extension": b"",
    "one byte": b"\x07",
    "a type alone": b"\x07\0",
    "type of none": b"\x1d\0\0\0",
    "longer than it is": b"\x08\0\x05\0\x01",
    "twice": b"\x08\0\x01\0\x01" + b"\x08\0\x01\0\0",
    "nothing after nothing": b"\0\0\0\0" + b"\x08\0\x01\0\x01",
    "as long as a multisig": b"\x08\0\x01\0\x01" + bytes(MULTISIG_BYTES - 166 - 5),
}


def mint_data(tail: bytes | None, *, decimals: int = 6, supply: int = 123_456_789) -> bytes:
    """A mint; with a tail one that may have extensions."""
    base = b"\1\0\0\0" + A + supply.to_bytes(8, "little") + bytes([decimals, 1]) + bytes(36)
    return base if tail is None else base + bytes(83) + b"\x01" + tail


def holding_data(mint: Pubkey, tail: bytes | None, *, amount: int = 987_654_321) -> bytes:
    """A token account of the owner of the scene, with a delegate."""
    option = b"\1\0\0\0"
    base = bytes(mint) + bytes(key("owner")) + amount.to_bytes(8, "little") + option + bytes(key("delegate"))
    base += b"\x01" + bytes(12) + long(1_000_001) + option + B
    return base if tail is None else base + b"\x02" + tail


def entry(kind: int, raw: bytes) -> bytes:
    """An extension as it stands in an account."""
    return struct.pack("<HH", kind, len(raw)) + raw


def accounts() -> dict[str, Account]:
    """Every account of the scene, by name."""
    found = {"plain mint": _of(mint_data(None)), "mint of the old program": _of(mint_data(None), TOKEN)}
    for name, one in MINT_EXTENSIONS.items():
        found[f"mint {name}"] = _of(mint_data(entry(*one)))
        if one[0] in (10, 25):
            found[f"holding of {name}"] = _of(holding_data(key(f"mint {name}"), b""))
    both = entry(*MINT_EXTENSIONS["scaled"]) + entry(*MINT_EXTENSIONS["interest"])
    found["mint of both"] = _of(mint_data(both + entry(*MINT_EXTENSIONS["metadata"]), decimals=9))
    found["holding of both"] = _of(holding_data(key("mint of both"), b"\0" * 7))
    found["mint without decimals"] = _of(mint_data(entry(*MINT_EXTENSIONS["interest"]), decimals=0))
    plain = key("plain mint")
    for name, one in ACCOUNT_EXTENSIONS.items():
        found[f"holding {name}"] = _of(holding_data(plain, entry(*one)))
    found["holding with all"] = _of(holding_data(plain, b"".join(entry(*one) for one in ACCOUNT_EXTENSIONS.values())))
    for name, tail in ODD_TAILS.items():
        found[f"holding {name}"] = _of(holding_data(plain, tail))
    found["mint padded wrongly"] = _of(mint_data(None) + bytes(82) + b"\x01\x01")
    found["holding of no mint"] = _of(holding_data(key("nobody"), None))
    nonce = struct.pack("<II", 1, 1) + A + B + long(5000)
    found["nonce"] = Account(LAMPORTS, nonce, SYSTEM)
    meta = long(2_282_880) + A + B + long(-5) + long(7) + A
    delegated = B + long(3) + long(4) + long(-1) + struct.pack("<dQB", 0.25, 99, 0)
    states = {"none": b"", "made": meta, "delegated": meta + delegated, "of rewards": b"", "unknown": b""}
    for kind, (name, state) in enumerate(states.items()):
        found[f"stake {name}"] = Account(LAMPORTS, struct.pack("<I", kind) + state.ljust(196, b"\0"), STAKE)
    found["stake cut"] = Account(LAMPORTS, struct.pack("<I", 2) + meta + delegated[:-1], STAKE)
    return found


def _of(data: bytes, owner: Pubkey = TOKEN_2022) -> Account:
    return Account(LAMPORTS, data, owner)


def questions() -> Iterator[tuple[str, str, list[Any]]]:
    """A name, a method, its parameters: what is asked about the accounts."""
    shown = {"encoding": "jsonParsed", "commitment": "processed"}
    now = {"commitment": "processed"}
    for name in accounts():
        yield f"account {name}", "getAccountInfo", [str(key(name)), shown]
    for name in ("interest", "negative interest", "scaled", "scaled later", "endless interest", "scaled to no number"):
        yield f"balance {name}", "getTokenAccountBalance", [str(key(f"holding of {name}")), now]
        yield f"supply {name}", "getTokenSupply", [str(key(f"mint {name}")), now]
        yield f"largest {name}", "getTokenLargestAccounts", [str(key(f"mint {name}")), now]
    both = str(key("mint of both"))
    yield "owned", "getTokenAccountsByOwner", [str(key("owner")), {"mint": both}, shown]
    yield "delegated", "getTokenAccountsByDelegate", [str(key("delegate")), {"mint": both}, shown]
    filters = [{"memcmp": {"offset": 0, "bytes": both}}]
    yield "of the program", "getProgramAccounts", [str(TOKEN_2022), {**shown, "filters": filters, "withContext": True}]


def ours(unix_time: int) -> dict[str, Any]:
    """What the embedded chain answers at a time, as a record of a validator is made."""
    chain = make_chain(genesis_time=unix_time)
    for name, account in accounts().items():
        chain.bank.runtime.write(key(name), account)
    client = Client(chain)
    answers = {name: answer(client.reply(method, *params)) for name, method, params in questions()}
    return {"unixTime": unix_time, "answers": answers, "calls": [_shown(*call) for call in calls()]}


def answer(reply: dict[str, Any]) -> Any:
    """What is compared of a reply: not the slot."""
    found = {"error": reply["error"]} if "error" in reply else reply["result"]
    return found.get("value", found)


def _shown(program: Pubkey, data: bytes, count: int) -> Any:
    keys = [*CALL_ACCOUNTS, program]
    return masked(instruction_json(keys, len(CALL_ACCOUNTS), range(count), data, 1).get("parsed"))


def write_accounts(folder: Path) -> None:
    """One file an account, as a validator reads them at its genesis."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, one in accounts().items():
        data = [base64.b64encode(one.data).decode(), "base64"]
        account = {
            "data": data,
            "executable": False,
            "lamports": one.lamports,
            "owner": str(one.owner),
            "rentEpoch": 2**64 - 1,
            "space": len(one.data),
        }
        text_ = json.dumps({"pubkey": str(key(name)), "account": account})
        (folder / f"{key(name)}.json").write_text(text_)


def _lines(rows: list[str]) -> str:
    return ",\n".join(rows)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["accounts", folder]:
            write_accounts(Path(folder))
        case ["record", url]:
            from tests.localnet.chain.token_recorder import record

            found = record(url)
            answers = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in found["answers"].items()]
            shown = [f"  {json.dumps(one)}" for one in found["calls"]]
            parts = f'"answers": {{\n{_lines(answers)}\n }},\n "calls": [\n{_lines(shown)}\n ]'
            RECORDED.write_text(f'{{\n "unixTime": {found["unixTime"]},\n {parts}\n}}\n')
