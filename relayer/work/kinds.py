"""What the loop must know of a wallet's transaction: when it happened, and when it never can. Pure."""

from collections.abc import Sequence

from solders.pubkey import Pubkey

from idl.accounts import Market, Position
from idl.codec import decode_account
from idl.enums import State
from idl.errors import DecodeError
from idl.limits import NONCE_WINDOW
from relayer.message import parse
from relayer.model import WALLET_TX, Intent, Verdict
from relayer.policy import Reading, Refusal, read


class WalletTx:
    """model.Kind of a transaction that a wallet signed: done is its own signature, and it is never signed again."""

    name = WALLET_TX
    resigned = False
    by_signature = True
    batch = False

    def __init__(self, payers: frozenset[Pubkey]) -> None:
        self._payers = payers

    def effect(self, intent: Intent) -> tuple[Pubkey, ...]:
        """The market and, where it has one, the position."""
        reading = self._reading(intent)
        if reading is None:
            return ()
        return (reading.market,) if reading.position is None else (reading.market, reading.position)

    def verdict(self, intent: Intent, values: Sequence[bytes | None]) -> Verdict:
        """Closed once its nonce is used or dead, or the state it needs is past."""
        reading = self._reading(intent)
        if reading is None:
            return Verdict()
        market = _market(values[0])
        position = _position(values[1]) if len(values) > 1 else None
        return Verdict(closed=_closed(reading, market, position))

    def remainder(self, intent: Intent, values: Sequence[bytes | None]) -> tuple[str, ...]:
        """A wallet's transaction leaves nothing over."""
        return ()

    def _reading(self, intent: Intent) -> Reading | None:
        reading = read(parse(intent.payload), self._payers)
        return None if isinstance(reading, Refusal) else reading


def _closed(reading: Reading, market: Market | None, position: Position | None) -> bool:
    match reading.instruction:
        case "create_market":
            return market is not None
        case "activate":
            return market is None or market.state != State.Approved
        case "claim":
            return market is None or (market.state in (State.Finalized, State.Void) and position is None)
        case "propose_outcome":
            return market is None or market.state != State.Active
        case "stake":
            return market is None or market.state != State.Active or _used(reading.nonce, position)
        case _:
            return _used(reading.nonce, position)


def _used(nonce: int | None, position: Position | None) -> bool:
    """Whether the 64-bit window says that this nonce acted or never can; a position not seen yet used none."""
    if nonce is None or position is None or nonce > position.last_nonce:
        return False
    back = position.last_nonce - nonce
    return back >= NONCE_WINDOW or bool(position.nonce_bits >> back & 1)


def _market(data: bytes | None) -> Market | None:
    account = _account(data)
    return account if isinstance(account, Market) else None


def _position(data: bytes | None) -> Position | None:
    account = _account(data)
    return account if isinstance(account, Position) else None


def _account(data: bytes | None) -> object:
    """The account that these bytes are, None if they are none of ours."""
    try:
        return decode_account(data) if data else None
    except DecodeError:
        return None
