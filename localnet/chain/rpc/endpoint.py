"""The chain as one listener sees it: its name for faults, and how many blocks late it is."""

from __future__ import annotations

from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey

from localnet.chain.errors import RpcError
from localnet.chain.model import Block, Commitment
from localnet.chain.node import Chain
from localnet.chain.rpc.params import Config

API_VERSION = "4.2.2"


class Endpoint:
    """One listener's view of the chain."""

    def __init__(self, chain: Chain, name: str = "main") -> None:
        self.chain = chain
        self.name = name

    @property
    def behind(self) -> int:
        """How many blocks late this endpoint is."""
        return self.chain.faults.lag(self.name)

    @property
    def tip(self) -> Block:
        """The newest block it knows."""
        return self.chain.at("processed", self.behind)

    def at(self, commitment: Commitment) -> Block:
        """The newest block of a commitment it knows."""
        return self.chain.at(commitment, self.behind)

    def context_block(self, config: Config) -> Block:
        """The block a call is answered from; -32016 when it is older than the caller's minContextSlot."""
        block = self.at(config.commitment())
        require_slot(config, block)
        return block

    def account(self, key: Pubkey, at: Block) -> Account | None:
        """An account at a block."""
        return self.chain.account(key, at)

    def knows(self, slot: int, commitment: Commitment) -> Block | None:
        """The block of a slot if it has this commitment here."""
        block = self.chain.ledger.block(slot)
        return block if block is not None and block.height <= self.at(commitment).height else None


def require_slot(config: Config, block: Block) -> None:
    """-32016 with the context slot when a block is older than the caller demands."""
    least = config.number("minContextSlot")
    if least is not None and block.slot < least:
        raise RpcError(-32016, "Minimum context slot has not been reached", {"contextSlot": block.slot})


def with_context(block: Block, value: Any) -> dict[str, Any]:
    """A value with the slot it is of."""
    return {"context": {"apiVersion": API_VERSION, "slot": block.slot}, "value": value}
