"""Bodies that are not quite JSON-RPC, or not quite JSON."""

from __future__ import annotations

from tests.localnet.chain.interview.talk import Interview

_GOOD = '{"jsonrpc":"2.0","id":1,"method":"getSlot"}'
_BAD = '{"jsonrpc":"2.0","id":2,"method":"getNothing"}'
ENVELOPES: dict[str, str] = {
    "garbage": "xx",
    "empty": "",
    "space": " ",
    "number": "5",
    "null": "null",
    "text": '"getSlot"',
    "half": _GOOD[:-5],
    "two": _GOOD + _GOOD,
    "trailing": _GOOD + "x",
    "empty map": "{}",
    "empty batch": "[]",
    "batch": f"[{_GOOD},{_GOOD}]",
    "batch of good and bad": f"[{_GOOD},{_BAD}]",
    "batch with a number": f"[{_GOOD},5]",
    "batch with an empty map": f"[{_GOOD},{{}}]",
    "batch of batches": f"[[{_GOOD}]]",
    "batch of nothing to answer": '[{"jsonrpc":"2.0","method":"getSlot"}]',
    "version 1": '{"jsonrpc":"1.0","id":1,"method":"getSlot"}',
    "version number": '{"jsonrpc":2,"id":1,"method":"getSlot"}',
    "version null": '{"jsonrpc":null,"id":1,"method":"getSlot"}',
    "no version": '{"id":1,"method":"getSlot"}',
    "no version no id": '{"method":"getSlot"}',
    "no id": '{"jsonrpc":"2.0","method":"getSlot"}',
    "no method": '{"jsonrpc":"2.0","id":1}',
    "method number": '{"jsonrpc":"2.0","id":1,"method":5}',
    "method null": '{"jsonrpc":"2.0","id":1,"method":null}',
    "params object": '{"jsonrpc":"2.0","id":1,"method":"getSlot","params":{}}',
    "params object of balance": '{"jsonrpc":"2.0","id":1,"method":"getBalance","params":{"a":1}}',
    "params object of health": '{"jsonrpc":"2.0","id":1,"method":"getHealth","params":{}}',
    "params number": '{"jsonrpc":"2.0","id":1,"method":"getSlot","params":5}',
    "params text": '{"jsonrpc":"2.0","id":1,"method":"getSlot","params":"x"}',
    "params null": '{"jsonrpc":"2.0","id":1,"method":"getSlot","params":null}',
    "params null of balance": '{"jsonrpc":"2.0","id":1,"method":"getBalance","params":null}',
    "id null": '{"jsonrpc":"2.0","id":null,"method":"getSlot"}',
    "id text": '{"jsonrpc":"2.0","id":"a","method":"getSlot"}',
    "id half": '{"jsonrpc":"2.0","id":1.5,"method":"getSlot"}',
    "id below zero": '{"jsonrpc":"2.0","id":-1,"method":"getSlot"}',
    "id list": '{"jsonrpc":"2.0","id":[1],"method":"getSlot"}',
    "id true": '{"jsonrpc":"2.0","id":true,"method":"getSlot"}',
    "more": '{"jsonrpc":"2.0","id":1,"method":"getSlot","more":1}',
    **{
        f"{depth} deep": f'{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{"[" * depth}{"]" * depth}}}'
        for method, depth in (("getHealth", 125), ("getSlot", 126), ("getSlot", 127), ("getHealth", 450))
    },
    "number too great": _GOOD[:-1] + f',"params":[{{"minContextSlot":1{"0" * 309}}}]}}',
    "number too great in a batch": f'[{_GOOD},{_GOOD[:-1]},"params":[-1{"0" * 400}]}}]',
    "number of words": _GOOD[:-1] + ',"params":[1e400]}',
    "twice": '{"jsonrpc":"2.0","id":1,"id":2,"method":"getSlot"}',
}


def ask_envelopes(one: Interview) -> None:
    """Bodies that are not quite JSON-RPC."""
    for name, body in ENVELOPES.items():
        one.keep(f"envelope {name}", one.node.post(body.encode()), (body,))
