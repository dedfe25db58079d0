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
