"""A chain, and a client of it, for one test."""

from __future__ import annotations

import pytest
from solders.keypair import Keypair

from localnet.chain.node import Chain
from tests.localnet.chain.people import Client, fund, make_chain, person


@pytest.fixture
def chain() -> Chain:
    """A chain that makes blocks only when told."""
    return make_chain()


@pytest.fixture
def client(chain: Chain) -> Client:
    """A client of it."""
    return Client(chain)


@pytest.fixture
def alice(chain: Chain) -> Keypair:
    """A wallet with 100 SOL, given in block 1."""
    wallet = person("alice")
    fund(chain, wallet)
    return wallet


@pytest.fixture
def bob() -> Keypair:
    """A wallet with nothing."""
    return person("bob")
