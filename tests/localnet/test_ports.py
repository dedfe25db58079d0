"""Ports: the known ones, free ones, and a clear word about a taken one."""

import socket

import pytest

from localnet import ports
from localnet.errors import PortTaken


def test_zero_picks_free_ones() -> None:
    """With 0 everywhere all ports differ, and PubSub follows RPC."""
    chosen = ports.choose(rpc=0, geyser=0, api=0, private=0)
    numbers = [
        chosen.rpc,
        chosen.pubsub,
        chosen.geyser,
        chosen.api,
        chosen.indexer_private,
        chosen.work_private,
        chosen.keep_private,
        chosen.api_private,
    ]
    assert len(set(numbers)) == len(numbers)
    assert chosen.pubsub == chosen.rpc + 1


@pytest.mark.parametrize(
    ("option", "keyword"),
    [("--rpc-port", "rpc"), ("--api-port", "api"), ("--pubsub-port", "pubsub"), ("--geyser-port", "geyser")],
)
def test_taken_port_is_named(option: str, keyword: str) -> None:
    """The error says which port is taken and which option chooses another."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        asked = {"rpc": 0, "geyser": 0, "api": 0, "private": 0, keyword: port}
        with pytest.raises(PortTaken, match=rf"port {port} .*{option}"):
            ports.choose(**asked)


def test_no_such_port_is_named() -> None:
    """RPC + 1 of the last port is none; the error says which option chooses another."""
    with pytest.raises(PortTaken, match=r"no port 65536 \(PubSub\).*--pubsub-port"):
        ports.choose(rpc=0, geyser=0, api=0, private=0, pubsub=ports.LAST + 1)


def test_taken_private_port_is_named() -> None:
    """A private port that is taken is named too."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"port {port} .*--private-port"):
            ports.choose(rpc=0, geyser=0, api=0, private=port)


def test_no_geyser_needs_no_port() -> None:
    """Where no gRPC is served, the port that everybody knows for it may be taken."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if ports.is_free(ports.GEYSER):
            other.bind(("127.0.0.1", ports.GEYSER))
            other.listen()
        assert ports.choose(rpc=0, geyser=None, api=0, private=0).geyser is None
