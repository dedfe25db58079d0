"""solana-py (`AsyncClient`, `SolanaWsClient`, `spl.token`) with Sealbook: an optimistic market in SOL.

`python -m tests.e2e.clients.solana_py scene.json`. Instructions and accounts are those of our package `idl`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Final

import httpx
import msgspec
from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed
from solana.rpc.models import TxOpts
from solana.rpc.websocket_api import SolanaWsClient
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.rpc.responses import SignatureNotification
from solders.signature import Signature
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction
from spl.token.instructions import close_account, create_idempotent_associated_token_account, sync_native
from spl.token.models import CloseAccountParams, SyncNativeParams

from idl import accounts, addresses, codec, instructions
from idl.enums import State
from idl.events import Event, OutcomeProposed, PaidOut
from idl.limits import BPS
from idl.program import TOKEN_PROGRAM
from tests.e2e.clients import told
from tests.e2e.clients.scene import Scene

AIRDROP: Final = 10_000_000_000
WAIT_S: Final = 60.0


class Player:
    """A wallet with a connection to the chain."""

    def __init__(self, scene: Scene, client: AsyncClient, socket: SolanaWsClient) -> None:
        self.scene = scene
        self.client = client
        self.socket = socket
        self.key = Keypair.from_bytes(bytes(scene.wallet))
        self.owner = self.key.pubkey()
        self.market = Pubkey.from_string(scene.market)
        self.mint = Pubkey.from_string(scene.mint)
        self.position = addresses.position(self.market, self.owner).address
        self.resolution = addresses.resolution(self.market).address
        self.token = addresses.ata(self.owner, self.mint).address

    async def send(self, *calls: Instruction) -> Signature:
        """Sign with the newest blockhash, send, and wait for the notification that it is confirmed."""
        recent = (await self.client.get_latest_blockhash()).value.blockhash
        message = MessageV0.try_compile(self.owner, list(calls), [], recent)
        signed = VersionedTransaction(message, [self.key])
        signature = signed.signatures[0]
        await self.socket.signature_subscribe(signature=signature, commitment=Confirmed)
        await self.client.send_transaction(signed, TxOpts(preflight_commitment=Confirmed))
        notice = await asyncio.wait_for(self.socket.recv(), WAIT_S)
        while not isinstance(notice, SignatureNotification):  # a slot from before the unsubscribe
            notice = await asyncio.wait_for(self.socket.recv(), WAIT_S)
        assert notice.result.value.err is None, notice
        return signature

    async def read_market(self) -> accounts.Market:
        """The market's account, decoded."""
        found = (await self.client.get_account_info(self.market)).value
        assert found is not None
        market = codec.decode_account(bytes(found.data))
        assert isinstance(market, accounts.Market)
        return market

    async def reach(self, to: int) -> None:
        """Chain time `to`: the embedded chain jumps there, a validator has no such method and is waited for."""
        jump = {"jsonrpc": "2.0", "id": 1, "method": "localnet_advanceClock", "params": [{"to": to}]}
        async with httpx.AsyncClient(trust_env=False) as plain:
            await plain.post(self.scene.rpc_url, json=jump)
        slots = await self.socket.slot_subscribe()
        while ((await self.client.get_block_time((await self.client.get_slot()).value)).value or 0) < to:
            await asyncio.wait_for(self.socket.recv(), WAIT_S)
        await self.socket.unsubscribe(slots)

    async def told(self, signature: Signature) -> list[Event]:
        """The events of a transaction."""
        found = await self.client.get_transaction(signature, "base64", max_supported_transaction_version=0)
        assert found.value is not None
        return told.events(found.value)

    async def stake(self) -> Signature:
        """Wrap what is staked and what a proposal will put up, and stake on outcome 0."""
        airdrop = (await self.client.request_airdrop(self.owner, AIRDROP)).value
        await self.client.confirm_transaction(airdrop, sleep_seconds=0.1)
        assert (await self.client.get_balance(self.owner)).value == AIRDROP
        bond = _bond(await self.read_market(), self.scene.stake)
        lamports = self.scene.stake + bond
        staking = instructions.stake(
            outcome=0,
            amount=self.scene.stake,
            min_rate_bps=BPS,
            nonce=1,
            valid_until=(await self.client.get_slot()).value + 1_500,
            market=self.market,
            vault=addresses.vault(self.market).address,
            position=self.position,
            owner=self.owner,
            payer=self.owner,
            owner_token=self.token,
            mint=self.mint,
        )
        done = await self.send(
            create_idempotent_associated_token_account(self.owner, self.owner, self.mint),
            transfer(TransferParams(from_pubkey=self.owner, to_pubkey=self.token, lamports=lamports)),
            sync_native(SyncNativeParams(program_id=TOKEN_PROGRAM, account=self.token)),
            staking,
        )
        assert (await self.client.get_token_account_balance(self.token)).value.amount == str(bond)
        assert (await self.read_market()).supply[0] == self.scene.stake
        return done

    async def resolve(self) -> list[Signature]:
        """Say that outcome 0 happened, and finalize once nobody can dispute any more."""
        await self.reach(self.scene.event)
        proposing = instructions.propose_outcome(
            outcome=0,
            evidence=bytes(32),
            market=self.market,
            resolution=self.resolution,
            bond_vault=addresses.bond_vault(self.market).address,
            proposer=self.owner,
            payer=self.owner,
            proposer_token=self.token,
            mint=self.mint,
        )
        proposed = await self.send(proposing)
        (event,) = [one for one in await self.told(proposed) if isinstance(one, OutcomeProposed)]
        await self.reach(event.window_end)
        finalized = await self.send(instructions.finalize(market=self.market, resolution=self.resolution))
        assert (await self.read_market()).state == State.Finalized
        return [proposed, finalized]

    async def claim(self) -> tuple[Signature, int]:
        """Take what was won, and the bond back, and unwrap it; answers what was won, lamports."""
        won = instructions.claim(
            market=self.market,
            vault=addresses.vault(self.market).address,
            mint=self.mint,
            position=self.position,
            owner=self.owner,
            destination=self.owner,
            payer=self.owner,
        )
        bond = instructions.claim_bond(
            market=self.market,
            resolution=self.resolution,
            bond_vault=addresses.bond_vault(self.market).address,
            mint=self.mint,
            owner=self.owner,
            destination=self.token,
        )
        done = await self.send(
            won,
            bond,
            close_account(
                CloseAccountParams(program_id=TOKEN_PROGRAM, account=self.token, dest=self.owner, owner=self.owner)
            ),
        )
        (event,) = [one for one in await self.told(done) if isinstance(one, PaidOut)]
        assert (await self.client.get_account_info(self.position)).value is None
        return done, event.items[0].amount


def _bond(market: accounts.Market, stake: int) -> int:
    """What a proposal will put up once `stake` is in, base units."""
    return max(market.min_bond, (sum(market.supply) + stake) * market.bond_bps // BPS)


async def play(scene: Scene) -> dict[str, object]:
    """Stake, resolve, claim; answers signatures, what was won and the names of the events on the way."""
    async with AsyncClient(scene.rpc_url, commitment=Confirmed) as client, SolanaWsClient(scene.pubsub_url) as socket:
        player = Player(scene, client, socket)
        staked = await player.stake()
        resolved = await player.resolve()
        claimed, paid = await player.claim()
        names = [type(event).__name__ for one in (staked, *resolved, claimed) for event in await player.told(one)]
        return {
            "stake": str(staked),
            "resolve": [*map(str, resolved)],
            "claim": str(claimed),
            "paid": paid,
            "events": names,
        }


if __name__ == "__main__":
    read = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Scene)
    print(msgspec.json.encode(asyncio.run(play(read))).decode())
