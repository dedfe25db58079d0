"""solders' RPC types over plain httpx and websockets with Sealbook: a market in SOL that a price decides.

`python -m tests.e2e.clients.solders_httpx scene.json`. No client library: typed requests out, typed answers in, the
instructions of other programs by their bytes. Instructions and accounts of ours are those of the package `idl`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
from solders.account_decoder import UiAccountEncoding
from solders.commitment_config import CommitmentLevel
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.rpc import requests as ask
from solders.rpc import responses as said
from solders.rpc.config import (
    RpcAccountInfoConfig,
    RpcContextConfig,
    RpcRequestAirdropConfig,
    RpcSendTransactionConfig,
    RpcTransactionConfig,
)
from solders.signature import Signature
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction
from solders.transaction_status import TransactionConfirmationStatus, UiTransactionEncoding
from websockets.sync.client import connect

from idl import accounts, addresses, codec, instructions
from idl.enums import State
from idl.events import Event, PaidOut
from idl.limits import BPS
from idl.program import ATA_PROGRAM, SYSTEM_PROGRAM, TOKEN_PROGRAM
from tests.e2e.clients import told
from tests.e2e.clients.scene import EXPO, STRIKE, Scene

CONFIRMED: Final = CommitmentLevel.Confirmed
AIRDROP: Final = 10_000_000_000
WAIT_S: Final = 60.0
LOOK_S: Final = 0.1
CREATE_IDEMPOTENT, CLOSE_ACCOUNT, SYNC_NATIVE = bytes([1]), bytes([9]), bytes([17])


class Player:
    """A wallet, and one HTTP connection to the chain."""

    def __init__(self, scene: Scene, http: httpx.Client) -> None:
        self.scene = scene
        self.http = http
        self.key = Keypair.from_bytes(bytes(scene.wallet))
        self.owner = self.key.pubkey()
        self.market = Pubkey.from_string(scene.market)
        self.mint = Pubkey.from_string(scene.mint)
        self.position = addresses.position(self.market, self.owner).address
        self.token = addresses.ata(self.owner, self.mint).address

    def call(self, request: Any, answer: Any) -> Any:
        """One request; its answer as the type that solders has for it. Raises TypeError with the text of an error."""
        text = self.http.post("/", content=request.to_json(), headers={"content-type": "application/json"}).text
        found = answer.from_json(text)
        if not isinstance(found, answer):
            raise TypeError(text)
        return found.value

    def slot(self) -> int:
        """The newest confirmed slot."""
        return self.call(ask.GetSlot(RpcContextConfig(CONFIRMED)), said.GetSlotResp)

    def confirm(self, signature: Signature) -> None:
        """Look until a transaction is confirmed; raises where it failed or never came."""
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            (status,) = self.call(ask.GetSignatureStatuses([signature]), said.GetSignatureStatusesResp)
            if status is not None and status.confirmation_status != TransactionConfirmationStatus.Processed:
                assert status.err is None, status
                return
            time.sleep(LOOK_S)
        raise TimeoutError(signature)

    def send(self, *calls: Instruction) -> Signature:
        """Sign with the newest blockhash, send, and wait until it is confirmed."""
        recent = self.call(ask.GetLatestBlockhash(RpcContextConfig(CONFIRMED)), said.GetLatestBlockhashResp)
        message = MessageV0.try_compile(self.owner, list(calls), [], recent.blockhash)
        config = RpcSendTransactionConfig(preflight_commitment=CONFIRMED)
        sending = ask.SendVersionedTransaction(VersionedTransaction(message, [self.key]), config)
        signature = self.call(sending, said.SendTransactionResp)
        self.confirm(signature)
        return signature

    def reach(self, to: int) -> None:
        """Chain time `to`: the embedded chain jumps there, a validator has no such method and is waited for."""
        jump = {"jsonrpc": "2.0", "id": 1, "method": "localnet_advanceClock", "params": [{"to": to}]}
        self.http.post("/", json=jump)
        while (self.call(ask.GetBlockTime(self.slot()), said.GetBlockTimeResp) or 0) < to:
            time.sleep(LOOK_S)

    def told(self, signature: Signature) -> list[Event]:
        """The events of a transaction."""
        config = RpcTransactionConfig(UiTransactionEncoding.Base64, CONFIRMED, 0)
        return told.events(self.call(ask.GetTransaction(signature, config), said.GetTransactionResp))

    def both(self) -> tuple[accounts.Market, int]:
        """The market, decoded, and what the wallet has, lamports: two requests in one batch."""
        config = RpcAccountInfoConfig(UiAccountEncoding.Base64, None, CONFIRMED)
        batch = [ask.GetAccountInfo(self.market, config), ask.GetBalance(self.owner, RpcContextConfig(CONFIRMED))]
        kinds = [said.GetAccountInfoResp, said.GetBalanceResp]
        headers = {"content-type": "application/json"}
        text = self.http.post("/", content=ask.batch_to_json(batch), headers=headers).text
        found, balance = said.batch_from_json(text, kinds)
        assert isinstance(found, said.GetAccountInfoResp)
        assert isinstance(balance, said.GetBalanceResp)
        assert found.value is not None
        market = codec.decode_account(bytes(found.value.data))
        assert isinstance(market, accounts.Market)
        return market, balance.value

    def stake(self) -> Signature:
        """Wrap what is staked, stake it on outcome 0, and unwrap what is left."""
        airdrop = ask.RequestAirdrop(self.owner, AIRDROP, RpcRequestAirdropConfig(commitment=CONFIRMED))
        self.confirm(self.call(airdrop, said.RequestAirdropResp))
        staking = instructions.stake(
            outcome=0,
            amount=self.scene.stake,
            min_rate_bps=BPS,
            nonce=1,
            valid_until=self.slot() + 1_500,
            market=self.market,
            vault=addresses.vault(self.market).address,
            position=self.position,
            owner=self.owner,
            payer=self.owner,
            owner_token=self.token,
            mint=self.mint,
        )
        lamports = TransferParams(from_pubkey=self.owner, to_pubkey=self.token, lamports=self.scene.stake)
        signature = self.send(
            Instruction(ATA_PROGRAM, CREATE_IDEMPOTENT, self._for_account()),
            transfer(lamports),
            Instruction(TOKEN_PROGRAM, SYNC_NATIVE, [_writable(self.token)]),
            staking,
            Instruction(
                TOKEN_PROGRAM, CLOSE_ACCOUNT, [_writable(self.token), _writable(self.owner), _signer(self.owner)]
            ),
        )
        assert self.both()[0].supply[0] == self.scene.stake
        return signature

    def resolve(self) -> Signature:
        """Post the first price of the market's last minute and resolve by it; an account subscription tells the end."""
        self.reach(self.scene.event + 1)
        feed, publish = bytes.fromhex(self.scene.feed), self.scene.event
        price = addresses.price(feed, publish).address
        posting = instructions.poster.post(
            feed=feed,
            price=STRIKE,
            conf=0,
            expo=EXPO,
            publish=publish,
            prev=publish - 1,
            price_account=price,
            authority=self.owner,
            payer=self.owner,
        )
        resolving = instructions.resolve_by_price(
            market=self.market,
            resolution=addresses.resolution(self.market).address,
            price_update=price,
            caller=self.owner,
            payer=self.owner,
        )
        config = RpcAccountInfoConfig(UiAccountEncoding.Base64, None, CONFIRMED)
        with connect(self.scene.pubsub_url, proxy=None) as socket:
            socket.send(ask.AccountSubscribe(self.market, config).to_json())
            (subscribed,) = said.parse_websocket_message(str(socket.recv(WAIT_S)))
            assert isinstance(subscribed, said.SubscriptionResult)
            signature = self.send(posting, resolving)
            (notice,) = said.parse_websocket_message(str(socket.recv(WAIT_S)))
        assert isinstance(notice, said.AccountNotification)
        market = codec.decode_account(bytes(notice.result.value.data))
        assert isinstance(market, accounts.Market)
        assert market.state == State.Finalized
        return signature

    def claim(self) -> tuple[Signature, int]:
        """Take what was won; answers it, lamports: what the wallet has more, but fee and rent."""
        _, before = self.both()
        config = RpcAccountInfoConfig(UiAccountEncoding.Base64, None, CONFIRMED)
        position = self.call(ask.GetAccountInfo(self.position, config), said.GetAccountInfoResp)
        claiming = instructions.claim(
            market=self.market,
            vault=addresses.vault(self.market).address,
            mint=self.mint,
            position=self.position,
            owner=self.owner,
            destination=self.owner,
            payer=self.owner,
        )
        signature = self.send(claiming)
        paid = self.both()[1] - before - position.lamports + 5_000
        (event,) = [one for one in self.told(signature) if isinstance(one, PaidOut)]
        assert event.items[0].amount == paid
        assert self.call(ask.GetAccountInfo(self.position, config), said.GetAccountInfoResp) is None
        return signature, paid

    def _for_account(self) -> list[AccountMeta]:
        """What the associated token program wants to make the wallet's account of wrapped SOL."""
        named = (self.owner, self.mint, SYSTEM_PROGRAM, TOKEN_PROGRAM)
        rest = [AccountMeta(one, is_signer=False, is_writable=False) for one in named]
        return [AccountMeta(self.owner, is_signer=True, is_writable=True), _writable(self.token), *rest]


def _writable(key: Pubkey) -> AccountMeta:
    return AccountMeta(key, is_signer=False, is_writable=True)


def _signer(key: Pubkey) -> AccountMeta:
    return AccountMeta(key, is_signer=True, is_writable=False)


def play(scene: Scene) -> dict[str, object]:
    """Stake, resolve, claim; answers signatures, what was won and the names of the events on the way."""
    with httpx.Client(base_url=scene.rpc_url, timeout=WAIT_S, trust_env=False) as http:
        player = Player(scene, http)
        staked, resolved = player.stake(), player.resolve()
        claimed, paid = player.claim()
        names = [type(event).__name__ for one in (staked, resolved, claimed) for event in player.told(one)]
        return {"stake": str(staked), "resolve": [str(resolved)], "claim": str(claimed), "paid": paid, "events": names}


if __name__ == "__main__":
    read = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Scene)
    print(msgspec.json.encode(play(read)).decode())
