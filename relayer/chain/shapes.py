"""The shapes of JSON-RPC: one request, and what each method must answer; anything else is no answer."""

from typing import Any

import msgspec


class Call(msgspec.Struct, frozen=True, gc=False):
    """One request of a batch, and the shape that its result must have."""

    method: str
    params: list[Any]
    shape: Any


class Error(msgspec.Struct, frozen=True):
    """A JSON-RPC error."""

    code: int
    message: str = ""


class Answer(msgspec.Struct, frozen=True):
    """One answer of a batch; the result is decoded by the shape of its call."""

    id: int | None = None
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: Error | None = None


class Context(msgspec.Struct, frozen=True):
    """The slot at which a node answered."""

    slot: int


class EpochInfo(msgspec.Struct, frozen=True, rename="camel"):
    """getEpochInfo."""

    absolute_slot: int
    block_height: int


class Account(msgspec.Struct, frozen=True):
    """One account, data in base64."""

    data: tuple[str, str]
    owner: str
    lamports: int


class Accounts(msgspec.Struct, frozen=True):
    """getMultipleAccounts."""

    context: Context
    value: list[Account | None]


class Status(msgspec.Struct, frozen=True, rename="camel"):
    """One signature status; err as the node says it."""

    slot: int
    err: Any
    confirmation_status: str | None = None


class StatusPage(msgspec.Struct, frozen=True):
    """getSignatureStatuses."""

    context: Context
    value: list[Status | None]


class Simulation(msgspec.Struct, frozen=True, rename="camel"):
    """What a simulation says; balances are lamports, of one bank, in the order of the message's keys."""

    err: Any
    units_consumed: int | None = None
    pre_balances: list[int] | None = None
    post_balances: list[int] | None = None


class SimulationPage(msgspec.Struct, frozen=True):
    """simulateTransaction."""

    value: Simulation


class Latest(msgspec.Struct, frozen=True, rename="camel"):
    """A blockhash and its last valid height."""

    blockhash: str
    last_valid_block_height: int


class LatestPage(msgspec.Struct, frozen=True):
    """getLatestBlockhash."""

    context: Context
    value: Latest


class Balance(msgspec.Struct, frozen=True):
    """getBalance."""

    value: int


class FeeRow(msgspec.Struct, frozen=True, rename="camel"):
    """One block of getRecentPrioritizationFees."""

    prioritization_fee: int
