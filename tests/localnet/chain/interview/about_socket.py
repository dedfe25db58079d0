"""What is asked on a WebSocket: good and bad subscriptions, their ends, and messages that are no requests."""

from __future__ import annotations

from typing import Any

from tests.localnet.chain.interview.talk import CONFIRMED, ME, PROCESSED, TOKEN, UNKNOWN, Question

ALL_KINDS = ["account", "program", "logs", "signature", "slot", "slotsUpdates", "root", "block", "vote"]
SUBSCRIPTIONS: dict[str, Question] = {
    "account": ("accountSubscribe", ME),
    "account with options": ("accountSubscribe", ME, {**CONFIRMED, "encoding": "jsonParsed"}),
    "account from slot": ("accountSubscribe", ME, {"minContextSlot": 10**9}),
    "program": ("programSubscribe", TOKEN),
    "program with options": ("programSubscribe", TOKEN, {**PROCESSED, "filters": [{"dataSize": 1}]}),
    "logs": ("logsSubscribe", "all"),
    "logs with votes": ("logsSubscribe", "allWithVotes", CONFIRMED),
    "logs mentioning": ("logsSubscribe", {"mentions": [ME]}),
    "signature": ("signatureSubscribe", UNKNOWN),
    "signature with options": ("signatureSubscribe", UNKNOWN, {**CONFIRMED, "enableReceivedNotification": True}),
    "slot": ("slotSubscribe",),
    "slots updates": ("slotsUpdatesSubscribe",),
    "root": ("rootSubscribe",),
    "block": ("blockSubscribe", "all"),
    "block with options": ("blockSubscribe", {"mentionsAccountOrProgram": ME}, {**CONFIRMED, "showRewards": True}),
    "vote": ("voteSubscribe",),
}
BAD_OPTIONS: dict[str, Any] = {
    "a number": 5,
    "a word": "x",
    "a list": [],
    "commitment a number": {"commitment": 5},
    "commitment unknown": {"commitment": "recent"},
    "encoding unknown": {"encoding": "foo"},
    "encoding a number": {"encoding": 5},
    "slice short": {"dataSlice": {"offset": 1}},
    "filters a number": {"filters": 5},
    "filters unknown": {"filters": [{"foo": 1}]},
    "filters many": {"filters": [{"dataSize": 1}] * 5},
    "filter bytes bad": {"filters": [{"memcmp": {"offset": 0, "bytes": "0"}}]},
    "received a number": {"enableReceivedNotification": 5},
    "details unknown": {"transactionDetails": "foo"},
    "version great": {"maxSupportedTransactionVersion": 256},
    "rewards a number": {"showRewards": 5},
}
_TARGETS: dict[str, Any] = {
    "accountSubscribe": ME,
    "programSubscribe": TOKEN,
    "logsSubscribe": "all",
    "signatureSubscribe": UNKNOWN,
    "blockSubscribe": "all",
}
_WRONG: dict[str, Any] = {
    "short": "abc",
    "letters": "0OIl",
    "empty": "",
    "a number": 5,
    "null": None,
    "a list": [ME],
    "a map": {},
    "mentions none": {"mentions": []},
    "mentions two": {"mentions": [ME, TOKEN]},
    "mentions bad": {"mentions": ["abc"]},
    "mentions a word": {"mentions": "x"},
    "mentions numbers": {"mentions": [5]},
    "mentions in block bad": {"mentionsAccountOrProgram": "abc"},
    "mentions in block a number": {"mentionsAccountOrProgram": 5},
    "two": {"mentions": [ME], "mentionsAccountOrProgram": ME},
}
REFUSED: dict[str, Question] = {
    **{
        f"{method} options {name}": (method, target, options)
        for method, target in _TARGETS.items()
        for name, options in BAD_OPTIONS.items()
    },
    **{f"{method} of {name}": (method, value) for method in _TARGETS for name, value in _WRONG.items()},
    **{f"{kind} of nothing": (f"{kind}Subscribe",) for kind in ("account", "program", "logs", "signature", "block")},
    **{f"{kind} too many": (f"{kind}Subscribe", ME, None, None) for kind in ALL_KINDS},
    **{f"{kind} with null": (f"{kind}Subscribe", None) for kind in ("slot", "root", "slotsUpdates", "vote")},
    "unknown kind": ("nothingSubscribe", ME),
    "unknown method": ("nothing",),
    "version": ("getVersion",),
    "version of more": ("getVersion", 1),
    **{
        method: (method, *params)
        for method, *params in (
            ("getSlot",),
            ("getHealth",),
            ("getBalance", ME),
            ("sendTransaction", "AAAA"),
            ("simulateTransaction", "AAAA"),
        )
    },
}
BAD_ENDS: dict[str, Question] = {
    f"end of {kind} {name}": (f"{kind}Unsubscribe", *params)
    for kind in ALL_KINDS
    for name, params in {
        "unknown": [10**6],
        "below zero": [-1],
        "a word": ["x"],
        "null": [None],
        "missing": [],
        "two": [1, 2],
        "a half": [0.5],
    }.items()
}
_GOOD = '{"jsonrpc":"2.0","id":1,"method":"slotUnsubscribe","params":[1000000]}'
MESSAGES: dict[str, str | bytes] = {
    "garbage": "xx",
    "empty": "",
    "number": "5",
    "text": '"x"',
    "null": "null",
    "half": _GOOD[:-4],
    "empty batch": "[]",
    "batch": f"[{_GOOD},{_GOOD}]",
    "batch with a number": f"[{_GOOD},5]",
    "empty map": "{}",
    "in binary": _GOOD.encode(),
    "garbage in binary": b"\xff\xfe\x00",
    "no version": '{"id":1,"method":"slotUnsubscribe","params":[1000000]}',
    "version 1": '{"jsonrpc":"1.0","id":1,"method":"slotUnsubscribe","params":[1000000]}',
    "no method": '{"jsonrpc":"2.0","id":1}',
    "method number": '{"jsonrpc":"2.0","id":1,"method":5}',
    "params map": '{"jsonrpc":"2.0","id":1,"method":"slotSubscribe","params":{}}',
    "params map of account": '{"jsonrpc":"2.0","id":1,"method":"accountSubscribe","params":{"a":1}}',
    "params number": '{"jsonrpc":"2.0","id":1,"method":"slotSubscribe","params":5}',
    "params null": '{"jsonrpc":"2.0","id":1,"method":"slotUnsubscribe","params":null}',
    "id null": '{"jsonrpc":"2.0","id":null,"method":"slotUnsubscribe","params":[1000000]}',
    "id text": '{"jsonrpc":"2.0","id":"a","method":"slotUnsubscribe","params":[1000000]}',
    "id half": '{"jsonrpc":"2.0","id":1.5,"method":"slotUnsubscribe","params":[1000000]}',
    "more": '{"jsonrpc":"2.0","id":1,"method":"slotUnsubscribe","params":[1000000],"more":1}',
}
