"""The methods that register webhooks and tell what became of their deliveries; only this chain has them."""

from __future__ import annotations

from typing import Any

import msgspec

from localnet.chain.errors import BadHook, invalid_params
from localnet.chain.hooks.model import Registration, Webhook
from localnet.chain.rpc.endpoint import Endpoint
from localnet.chain.rpc.params import Params


def add(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """Register `{webhookURL, webhookType, accountAddresses, transactionTypes, authHeader, securityToken}`."""
    try:
        return _json(endpoint.chain.hooks.add(msgspec.convert(params.get(0), Registration)))
    except (BadHook, msgspec.ValidationError) as error:
        raise invalid_params(str(error)) from error


def remove(endpoint: Endpoint, params: Params) -> bool:
    """Forget a webhook by its id; whether there was one."""
    return endpoint.chain.hooks.remove(params.text(0))


def registered(endpoint: Endpoint, params: Params) -> list[dict[str, Any]]:
    """All webhooks, oldest first."""
    return [_json(one) for one in endpoint.chain.hooks.registered]


def deliveries(endpoint: Endpoint, params: Params) -> list[Any]:
    """The newest deliveries with their attempts, oldest first; with `after`, only those of a higher number."""
    after = params.get(0) or 0
    return [msgspec.to_builtins(one) for one in endpoint.chain.hooks.records if one.number > after]


def _json(hook: Webhook) -> dict[str, Any]:
    return {"webhookID": hook.id, **msgspec.to_builtins(hook.asked)}
