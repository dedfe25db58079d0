"""anchorpy with Sealbook, by the IDL in Anchor's older format (`idl/legacy`): a market in SOL that a price decides.

`.venv-anchorpy/bin/python tests/e2e/clients/anchorpy_client.py scene.json`: anchorpy wants an older solana than we do.
So it lives in an environment of its own, and nothing of the project is imported here.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Final

import based58
import httpx
from anchorpy import Context, Idl, Program, Provider, Wallet
from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed
from solana.rpc.types import MemcmpOpts, TxOpts
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.system_program import ID as SYSTEM_PROGRAM
from solders.system_program import TransferParams, transfer
from spl.token.constants import TOKEN_PROGRAM_ID
from spl.token.instructions import (
    CloseAccountParams,
    SyncNativeParams,
    close_account,
    create_idempotent_associated_token_account,
    get_associated_token_address,
    sync_native,
)

AIRDROP: Final = 10_000_000_000
STRIKE: Final = 64_000_00000000
FEE: Final = 5_000
FINALIZED: Final = 6
EVENT_TAG_BYTES: Final = 8
LOOK_S: Final = 0.1
OPTIONS: Final = TxOpts(skip_confirmation=False, preflight_commitment=Confirmed)


class Player:
    """A wallet with both programs, made from their IDL."""

    def __init__(self, scene: dict[str, Any], client: AsyncClient) -> None:
        self.scene = scene
        self.client = client
        self.key = Keypair.from_bytes(bytes(scene["wallet"]))
        self.owner = self.key.pubkey()
        provider = Provider(client, Wallet(self.key), OPTIONS)
        self.program = _program(scene, "market", provider)
        self.poster = _program(scene, "poster", provider)
        self.market = Pubkey.from_string(scene["market"])
        self.mint = Pubkey.from_string(scene["mint"])
        self.token = get_associated_token_address(self.owner, self.mint)
        self.position = self.find(b"position", bytes(self.market), bytes(self.owner))
        # What the older format cannot say: addresses that are always the same.
        self.fixed = {
            "config": self.find(b"config"),
            "event_authority": self.find(b"__event_authority"),
            "program": self.program.program_id,
            "token_program": TOKEN_PROGRAM_ID,
            "system_program": SYSTEM_PROGRAM,
        }

    def find(self, *seeds: bytes, poster: bool = False) -> Pubkey:
        """The address of our program, or of the poster, with these seeds."""
        program = self.poster if poster else self.program
        return Pubkey.find_program_address([*seeds], program.program_id)[0]

    async def reach(self, to: int) -> None:
        """Chain time `to`: the embedded chain jumps there, a validator has no such method and is waited for."""
        jump = {"jsonrpc": "2.0", "id": 1, "method": "localnet_advanceClock", "params": [{"to": to}]}
        async with httpx.AsyncClient(trust_env=False) as plain:
            await plain.post(self.scene["rpc_url"], json=jump)
        while not await self._reached(to):  # noqa: ASYNC110  # a clock is looked at, there is nothing to wait on
            await asyncio.sleep(LOOK_S)

    async def told(self, signature: Signature) -> list[Any]:
        """Events of a transaction, by anchorpy's coder: the program's calls of itself among the inner instructions."""
        found = (await self.client.get_transaction(signature, "json", Confirmed, 0)).value
        sent, meta = found.transaction.transaction, found.transaction.meta
        keys = sent.message.account_keys
        calls = [call for group in meta.inner_instructions for call in group.instructions]
        ours = [call for call in calls if keys[call.program_id_index] == self.program.program_id]
        return [self.program.coder.events.parse(based58.b58decode(one.data.encode())[EVENT_TAG_BYTES:]) for one in ours]

    async def stake(self) -> Signature:
        """Wrap what is staked, stake it on outcome 0, unwrap what is left."""
        airdrop = (await self.client.request_airdrop(self.owner, AIRDROP)).value
        await self.client.confirm_transaction(airdrop, sleep_seconds=LOOK_S)
        assert (await self.client.get_balance(self.owner)).value == AIRDROP
        amount = self.scene["stake"]
        terms = self.program.type["StakeArgs"](
            outcome=0,
            amount=amount,
            min_rate_bps=10_000,
            nonce=1,
            valid_until=(await self.client.get_slot()).value + 1_500,
        )
        accounts = {
            "market": self.market,
            "vault": self.find(b"vault", bytes(self.market)),
            "position": self.position,
            "owner": self.owner,
            "payer": self.owner,
            "owner_token": self.token,
            "mint": self.mint,
        }
        wrapping = [
            create_idempotent_associated_token_account(self.owner, self.owner, self.mint),
            transfer(TransferParams(from_pubkey=self.owner, to_pubkey=self.token, lamports=amount)),
            sync_native(SyncNativeParams(TOKEN_PROGRAM_ID, self.token)),
        ]
        unwrapping = [close_account(CloseAccountParams(TOKEN_PROGRAM_ID, self.token, self.owner, self.owner))]
        context = Context(accounts=self.fixed | accounts, pre_instructions=wrapping, post_instructions=unwrapping)
        signature = await self.program.rpc["stake"](terms, ctx=context)
        held = await self.program.account["Position"].fetch(self.position, Confirmed)
        assert held.owner == self.owner
        assert list(held.shares) == [amount, 0]
        filters = [MemcmpOpts(offset=8, bytes=str(self.market))]
        assert len(await self.program.account["Position"].all(filters=filters)) == 2  # ours and the rival's
        return signature

    async def resolve(self) -> Signature:
        """Post the first price of the market's last minute and resolve by it, in one transaction."""
        publish, feed = self.scene["event"], bytes.fromhex(self.scene["feed"])
        await self.reach(publish + 1)
        price = self.find(b"price", feed, publish.to_bytes(8, "little", signed=True), poster=True)
        terms = self.poster.type["PostArgs"](
            feed=[*feed], price=STRIKE, conf=0, expo=-8, publish=publish, prev=publish - 1
        )
        who = {"authority": self.owner, "payer": self.owner, "system_program": SYSTEM_PROGRAM}
        posting = self.poster.instruction["post"](terms, ctx=Context(accounts={"price": price, **who}))
        accounts = {
            "market": self.market,
            "resolution": self.find(b"resolution", bytes(self.market)),
            "price_update": price,
            "caller": self.owner,
            "payer": self.owner,
        }
        context = Context(accounts=self.fixed | accounts, pre_instructions=[posting])
        signature = await self.program.rpc["resolve_by_price"](ctx=context)
        assert (await self.program.account["Market"].fetch(self.market, Confirmed)).state == FINALIZED
        return signature

    async def claim(self) -> tuple[Signature, int]:
        """Take what was won; answers it, lamports: what the wallet has more, but fee and rent."""
        before = (await self.client.get_balance(self.owner)).value
        rent = (await self.client.get_balance(self.position)).value
        accounts = {
            "market": self.market,
            "vault": self.find(b"vault", bytes(self.market)),
            "mint": self.mint,
            "position": self.position,
            "owner": self.owner,
            "destination": self.owner,
            "payer": self.owner,
            "book": self.program.program_id,  # left out
        }
        signature = await self.program.rpc["claim"](ctx=Context(accounts=self.fixed | accounts))
        paid = (await self.client.get_balance(self.owner)).value - before - rent + FEE
        (event,) = [one for one in await self.told(signature) if one.name == "PaidOut"]
        assert event.data.items[0].amount == paid
        assert (await self.client.get_account_info(self.position)).value is None
        return signature, paid

    async def _reached(self, to: int) -> bool:
        slot = (await self.client.get_slot()).value
        return ((await self.client.get_block_time(slot)).value or 0) >= to


def _program(scene: dict[str, Any], name: str, provider: Provider) -> Program:
    """A program by its IDL in the older format."""
    text = (Path(scene["idl"]) / "legacy" / f"{name}.json").read_text()
    return Program(Idl.from_json(text), Pubkey.from_string(scene[f"{name}_program"]), provider)


async def play(scene: dict[str, Any]) -> dict[str, object]:
    """Stake, resolve, claim; answers signatures, what was won and the names of the events on the way."""
    async with AsyncClient(scene["rpc_url"], Confirmed) as client:
        player = Player(scene, client)
        staked, resolved = await player.stake(), await player.resolve()
        claimed, paid = await player.claim()
        events = [event.name for one in (staked, resolved, claimed) for event in await player.told(one)]
        return {"stake": str(staked), "resolve": [str(resolved)], "claim": str(claimed), "paid": paid, "events": events}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(play(json.loads(Path(sys.argv[1]).read_text())))))
