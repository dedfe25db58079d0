"""What the loop must know of a wallet's transaction: when it happened, and when it never can. Pure."""

from collections.abc import Sequence

from solders.pubkey import Pubkey

from idl.accounts import Holder, Market, Position, Resolution, Vote
from idl.codec import decode_account
from idl.enums import ResolutionFlag, State
from idl.errors import DecodeError
from idl.limits import NONCE_WINDOW
from relayer.message import parse
from relayer.model import WALLET_TX, Intent, Verdict
from relayer.policy import Reading, Refusal, read

WHILE_ACTIVE = frozenset({"stake", "buy", "sell", "split", "place_order", "transfer_shares"})
OF_POOL = frozenset({"create_pool", "buy_shares", "sell_shares", "claim_dividend"})


class WalletTx:
    """model.Kind of a transaction that a wallet signed: done is its own signature, and it is never signed again."""

    name = WALLET_TX
    resigned = False
    by_signature = True
    batch = False

    def __init__(self, payers: frozenset[Pubkey]) -> None:
        self._payers = payers

    def effect(self, intent: Intent) -> tuple[Pubkey, ...]:
        """The market or pool and, where it has one, the position, holder or vote."""
        reading = self._reading(intent)
        if reading is None:
            return ()
        return (reading.market,) if reading.position is None else (reading.market, reading.position)

    def verdict(self, intent: Intent, values: Sequence[bytes | None]) -> Verdict:
        """Closed once its nonce is used or dead, or the state it needs is past."""
        reading = self._reading(intent)
        if reading is None:
            return Verdict()
        subject, own = _account(values[0]), _account(values[1]) if len(values) > 1 else None
        return Verdict(closed=_closed(reading, subject, own))

    def remainder(self, intent: Intent, values: Sequence[bytes | None]) -> tuple[str, ...]:
        """A wallet's transaction leaves nothing over."""
        return ()

    def _reading(self, intent: Intent) -> Reading | None:
        reading = read(parse(intent.payload), self._payers)
        return None if isinstance(reading, Refusal) else reading


def _closed(reading: Reading, subject: object, own: object) -> bool:
    """subject: the market or pool; own: the position, holder or vote, where the instruction has one."""
    if reading.instruction in OF_POOL:
        made = reading.instruction == "create_pool" and subject is not None
        return made or _used(reading.nonce, own if isinstance(own, Holder) else None)
    market = subject if isinstance(subject, Market) else None
    position = own if isinstance(own, Position) else None
    match reading.instruction:
        case "create_market":
            return market is not None
        case "activate":
            return market is None or market.state != State.Approved
        case "claim":
            return market is None or (market.state in (State.Finalized, State.Void) and position is None)
        case "propose_outcome":
            return market is None or market.state != State.Active
        case "dispute":
            return market is None or market.state != State.Resolving
        case "vote":
            return market is None or market.state not in (State.Proposed, State.Disputed) or isinstance(own, Vote)
        case "claim_vote":
            return not isinstance(own, Vote)
        case "claim_bond":
            return not isinstance(own, Resolution) or _paid(own, reading.wallet)
        case "cancel_order" | "cancel_all" | "sweep_seat":
            return market is None
        case name if name in WHILE_ACTIVE:
            return market is None or market.state != State.Active or _used(reading.nonce, position)
        case _:
            return _used(reading.nonce, position)


def _paid(resolution: Resolution, wallet: Pubkey) -> bool:
    """Whether every bond of this wallet was returned."""
    sides = ((resolution.proposer, ResolutionFlag.PROPOSER_PAID), (resolution.disputer, ResolutionFlag.DISPUTER_PAID))
    return all(resolution.flags & flag for owner, flag in sides if owner == bytes(wallet))


def _used(nonce: int | None, holding: Position | Holder | None) -> bool:
    """Whether the 64-bit window says that this nonce acted or never can; an account not seen yet used none."""
    if nonce is None or holding is None or nonce > holding.last_nonce:
        return False
    back = holding.last_nonce - nonce
    return back >= NONCE_WINDOW or bool(holding.nonce_bits >> back & 1)


def _account(data: bytes | None) -> object:
    """The account that these bytes are, None if they are none of ours."""
    try:
        return decode_account(data) if data else None
    except DecodeError:
        return None
