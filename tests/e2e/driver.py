"""A chain driven by hand: batches of signed transactions into one block each, and every outcome looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from localnet.chain import wire
from localnet.chain.model import Landed
from localnet.chain.node import Chain


class Driver:
    """Signs with the newest blockhash and makes a block of each batch."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.landed = 0
        self._waiting: list[str] = []

    def fund(self, owners: Sequence[Pubkey], lamports: int) -> None:
        """Queue lamports of the chain's faucet for each owner."""
        faucet = self.chain.faucet
        for owner in owners:
            terms = TransferParams(from_pubkey=faucet.pubkey(), to_pubkey=owner, lamports=lamports)
            self.queue([transfer(terms)], [faucet])

    def queue(self, instructions: Sequence[Instruction], signers: Sequence[Keypair]) -> None:
        """Queue one transaction for the next block; the first signer pays."""
        blockhash = Hash.from_string(self.chain.tip.blockhash)
        message = Message.new_with_blockhash(list(instructions), signers[0].pubkey(), blockhash)
        places = {key.pubkey(): key for key in signers}
        signed = bytes(message)
        names = [
            places[key].sign_message(signed) for key in message.account_keys[: message.header.num_required_signatures]
        ]
        self._waiting.append(self.chain.submit(wire.from_signed(VersionedTransaction.populate(message, names))))

    async def block(self) -> list[Landed]:
        """Make a block of what was queued; all must have succeeded. Lets the chain's listeners answer."""
        queued, self._waiting = self._waiting, []
        done: list[Landed] = []
        while self.chain.pending:
            done += self.chain.produce().transactions
            await asyncio.sleep(0)
        failed = [(one.outcome.error, one.outcome.logs) for one in done if one.outcome.error is not None]
        assert not failed, failed[0]
        assert {one.wire.signature for one in done} == set(queued)
        self.landed += len(done)
        return done

    async def clock(self, to: int) -> None:
        """The next block's time is at least `to` (unix seconds); blocks are not made for the time between."""
        self.chain.advance_clock(to)
        self.chain.produce()
        await asyncio.sleep(0)

    async def empty(self, count: int) -> None:
        """So many blocks without transactions."""
        for _ in range(count):
            self.chain.produce()
            await asyncio.sleep(0)
