"""The values of the webhook sender: a registration as asked for, a webhook, a delivery, what became of it. Pure."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

import msgspec
from solders.pubkey import Pubkey

from localnet.chain.errors import BadHook

ADDRESSES_MAX = 100_000
State = Literal["held", "waiting", "delivered", "lost"]


class Registration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a webhook is asked to be, in the words of Helius' API; no address is every transaction.

    `authHeader` comes back as the Authorization of each delivery. `securityToken` keys QuickNode's signature.
    """

    url: str = msgspec.field(name="webhookURL")
    body: Literal["raw", "enhanced"] = msgspec.field(name="webhookType", default="raw")
    addresses: tuple[str, ...] = msgspec.field(name="accountAddresses", default=())
    types: tuple[str, ...] = msgspec.field(name="transactionTypes", default=("ANY",))
    authorization: str | None = msgspec.field(name="authHeader", default=None)
    token: str | None = msgspec.field(name="securityToken", default=None)


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A registered webhook."""

    id: str
    asked: Registration
    addresses: frozenset[Pubkey]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One body on its way to one webhook; `number` counts all deliveries of a chain."""

    number: int
    hook: Webhook
    slot: int
    signature: str
    body: bytes


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try: the HTTP status that came back, or why none did."""

    status: int | None
    error: str | None = None

    @property
    def accepted(self) -> bool:
        """The receiver has it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def final(self) -> bool:
        """No further try would be made: it was accepted, or answered 403."""
        return self.accepted or self.status == 403


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a delivery so far."""

    number: int
    webhook: str = msgspec.field(name="webhookID")
    slot: int
    signature: str
    state: State
    attempts: tuple[Attempt, ...] = ()


def webhook(id_: str, asked: Registration) -> Webhook:
    """The webhook of a registration; BadHook names what cannot be."""
    if not _is_url(asked.url):
        raise BadHook(f"webhookURL {asked.url!r}: an http or https URL is wanted")
    if len(asked.addresses) > ADDRESSES_MAX:
        raise BadHook(f"accountAddresses: at most {ADDRESSES_MAX}")
    for name, value in (("authHeader", asked.authorization), ("securityToken", asked.token)):
        if value is not None and not (value.isascii() and value.isprintable() and value):
            raise BadHook(f"{name}: printable ASCII is wanted")
    return Webhook(id=id_, asked=asked, addresses=frozenset(_address(one) for one in asked.addresses))


def _is_url(text: str) -> bool:
    """Whether there is a scheme, a host and a port that can be posted to."""
    try:
        parts = urlsplit(text)
        named = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port beyond 65535, brackets without an address
        return False
    return named and text.isprintable() and " " not in text


def _address(text: str) -> Pubkey:
    try:
        return Pubkey.from_string(text)
    except ValueError as error:
        raise BadHook(f"accountAddresses: {text!r} is no address") from error
