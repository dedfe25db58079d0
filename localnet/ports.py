"""The ports of a world: the ones everybody knows, or free ones where 0 was asked for.

It only looks whether a port is free. Called once, before anything is started.
"""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from typing import Final

from localnet.errors import PortTaken

RPC: Final = 8899
GEYSER: Final = 10_000
API: Final = 8000
PRIVATE: Final = 9101
LAST: Final = 65_535
_HOST: Final = "127.0.0.1"
_PAIRS_MAX: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where everything listens, on loopback."""

    rpc: int
    pubsub: int
    geyser: int | None
    api: int
    indexer_private: int
    work_private: int
    keep_private: int
    api_private: int


def choose(
    *,
    rpc: int = RPC,
    pubsub: int | None = None,
    geyser: int | None = GEYSER,
    api: int = API,
    private: int = PRIVATE,
) -> Ports:
    """Free ports for a world; 0 picks, geyser None: not served. Raises PortTaken naming the one that is not free and
    its option."""
    rpc = rpc or _free_pair()
    pubsub = rpc + 1 if pubsub is None else pubsub or free()
    geyser = free() if geyser == 0 else geyser
    api = api or free()
    privates = [private + n for n in range(4)] if private else [free() for _ in range(4)]
    for port, what, option in (
        (rpc, "RPC", "--rpc-port"),
        (pubsub, "PubSub", "--pubsub-port"),
        (geyser, "Yellowstone gRPC", "--geyser-port"),
        (api, "API", "--api-port"),
    ):
        if port is not None:
            _require_free(port, what, option)
    for port in privates:
        _require_free(port, "health and metrics", "--private-port")
    indexer, work, keep, own = privates
    return Ports(
        rpc=rpc,
        pubsub=pubsub,
        geyser=geyser,
        api=api,
        indexer_private=indexer,
        work_private=work,
        keep_private=keep,
        api_private=own,
    )


def is_free(port: int) -> bool:
    """Whether nobody listens on that loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
        return True


def _require_free(port: int, what: str, option: str) -> None:
    if port > LAST:
        raise PortTaken(f"there is no port {port} ({what}): choose another with {option} (0 picks)")
    if not is_free(port):
        raise PortTaken(
            f"port {port} ({what}) is taken: stop what listens there or choose another with {option} (0 picks)"
        )


def free() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _free_pair() -> int:
    """A free port whose successor is free too: clients take PubSub to be RPC + 1."""
    for _ in range(_PAIRS_MAX):
        port = free()
        if port < LAST and is_free(port + 1):
            return port
    raise PortTaken("no two neighbouring ports are free")
