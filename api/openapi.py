"""The OpenAPI document: made once from the handlers, with an example in every body and the one shape of errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Litestar
from litestar.openapi.config import OpenAPIConfig

from .metrics import package_version
from .schemas.wire import Problem

_WALLET, _MARKET = "7v91N7iZ9mNicL8WfG6cgSCKyRXydQjLh6UYBWwm6y1Q", "FAw8nAVb9ndrktAWHTQMj7jVMRyxs8v5jJbaeyGJ1qZW"
_SOL = "So11111111111111111111111111111111111111112"
EXAMPLES: dict[str, dict[str, Any]] = {
    "/v1/transactions/stake": {"wallet": _WALLET, "market": _MARKET, "outcome": 0, "amount": "2500000"},
    "/v1/transactions/claim": {"wallet": _WALLET, "market": _MARKET},
    "/v1/transactions/activate": {"wallet": _WALLET, "market": _MARKET},
    "/v1/transactions/create_market": {
        "wallet": _WALLET,
        "mint": _SOL,
        "question": "Will BTC close above 120,000 USD on Friday?",
        "times": {
            "open": 1_784_851_200,
            "lock": 1_784_937_600,
            "event": 1_784_937_660,
            "resolve_by": 1_785_024_000,
            "void_after": 1_785_456_000,
        },
        "source": _WALLET,
    },
    **{
        f"/v1/transactions/{kind}": {"wallet": _WALLET} | body
        for kind, body in {
            "buy": {"market": _MARKET, "outcome": 0, "amount": "2500000"},
            "sell": {"market": _MARKET, "outcome": 0, "shares": "2500000"},
            "split": {"market": _MARKET, "amount": "2500000"},
            "merge": {"market": _MARKET, "amount": "2500000"},
            "transfer_shares": {"market": _MARKET, "outcome": 0, "shares": "2500000", "to": _WALLET},
            "order": {"market": _MARKET, "side": "buy", "outcome": 0, "tick": 42, "lots": "10"},
            "cancel": {"market": _MARKET, "index": 3, "order_id": "17"},
            "cancel_all": {"market": _MARKET},
            "withdraw": {"market": _MARKET, "amount": "2500000"},
            "vote": {"market": _MARKET, "side": 1},
            "propose": {"market": _MARKET, "outcome": 0},
            "dispute": {"market": _MARKET},
            "claim_vote": {"market": _MARKET},
            "claim_bond": {"market": _MARKET},
            "pool_create": {"mint": _SOL, "a": "5", "c": "1000000", "lock_s": 86_400, "shares": "1"},
            "shares_buy": {"pool": _MARKET, "shares": "3"},
            "shares_sell": {"pool": _MARKET, "shares": "3"},
            "dividend_claim": {"pool": _MARKET},
        }.items()
    },
    "/v1/relay": {"transaction": "AQAAAAAAAA...", "replaces": None},
    "/v1/metadata": {"description": "Settled by the daily close.", "tags": ["btc"], "outcome_labels": ["Yes", "No"]},
}
_PROBLEM = {
    "description": "400 unreadable, 404 unknown, 409 in the way, 422 against the rules, 429 too often, 503 later",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def document(handlers: Sequence[Any], dependencies: dict[str, Any]) -> bytes:
    """The document as JSON; the application that it is drawn from never serves."""
    config = OpenAPIConfig(
        title="Sealbook API",
        version=package_version(),
        description="Prediction markets that prove themselves: reads of the mirror, unsigned transactions, one relay.",
        use_handler_docstrings=True,
        servers=[],
    )
    drawn = Litestar(handlers, dependencies=dependencies, openapi_config=config, logging_config=None)
    schema: dict[str, Any] = msgspec.to_builtins(drawn.openapi_schema.to_schema())
    _, components = msgspec.json.schema_components([Problem], ref_template="#/components/schemas/{name}")
    schema["components"]["schemas"].update(components)
    for path, item in schema["paths"].items():
        for operation in item.values():
            responses = operation["responses"]
            responses.pop("400", None)
            responses["default"] = _PROBLEM
            for media in operation.get("requestBody", {}).get("content", {}).values():
                media["examples"] = {"plain": {"value": EXAMPLES[path]}}
    return msgspec.json.encode(schema)
