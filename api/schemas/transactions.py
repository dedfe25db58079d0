"""Wire values of building, relaying and following transactions."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from .wire import Address, Amount, UnixTime

AmountIn = Annotated[
    str,
    msgspec.Meta(
        description="base units: decimal digits only, no sign, point, exponent or space", examples=["2500000"]
    ),
]
AddressIn = Annotated[str, msgspec.Meta(min_length=32, max_length=44, description="base58 public key")]
Slippage = Annotated[int, msgspec.Meta(ge=0, le=1000, description="basis points below the quoted rate")]
Outcome = Annotated[int, msgspec.Meta(ge=0, le=7)]
U16 = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
I64 = Annotated[
    str, msgspec.Meta(pattern=r"^-?(0|[1-9][0-9]{0,18})$", description="a signed integer as a decimal string")
]
Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$", description="sha256 in hexadecimal")]
Payer = Literal["self", "sponsored"]
TokenProgram = Literal["token", "token-2022"]


class _Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request body refuses what it does not know."""


class StakeBody(_Body, frozen=True, kw_only=True):
    """Stake `amount` on `outcome`; `mint`, when given, must be the market's."""

    wallet: AddressIn
    market: AddressIn
    outcome: Annotated[int, msgspec.Meta(ge=0, le=7)]
    amount: AmountIn
    slippage_bps: Slippage = 200
    nonce: AmountIn | None = None
    payer: Payer = "self"
    mint: AddressIn | None = None
    token_program: TokenProgram = "token"


class TradeBody(_Body, frozen=True, kw_only=True):
    """What every trade of a wallet in a market says."""

    wallet: AddressIn
    market: AddressIn
    nonce: AmountIn | None = None
    payer: Payer = "self"
    token_program: TokenProgram = "token"


class BuyBody(TradeBody, frozen=True, kw_only=True):
    """Shares of the market maker for at most `amount`, the fee within."""

    outcome: Outcome
    amount: AmountIn
    slippage_bps: Slippage = 200


class SellBody(TradeBody, frozen=True, kw_only=True):
    """`shares` of an outcome back to the market maker."""

    outcome: Outcome
    shares: AmountIn
    slippage_bps: Slippage = 200


class SetsBody(TradeBody, frozen=True, kw_only=True):
    """`amount` of collateral for as many shares of every outcome, or back."""

    amount: AmountIn


class TransferBody(TradeBody, frozen=True, kw_only=True):
    """Shares of an outcome for the wallet `to`, which has a position in the market."""

    outcome: Outcome
    shares: AmountIn
    to: AddressIn


class OrderBody(TradeBody, frozen=True, kw_only=True):
    """An order in the book: `tick` is the worst price of the outcome's share in hundredths.

    bound: of a buy the most it may cost, of a sale the least it must bring at once; by default what the tick says.
    """

    side: Literal["buy", "sell"]
    outcome: Annotated[int, msgspec.Meta(ge=0, le=1, description="0 YES, 1 NO")]
    tick: Annotated[int, msgspec.Meta(ge=1, le=99)]
    lots: AmountIn
    kind: Literal["limit", "ioc", "fok", "post_only"] = "limit"
    expiry: Annotated[int, msgspec.Meta(ge=0, le=2**62, description="unix seconds; 0: never")] = 0
    client_id: AmountIn = "0"
    max_matches: Annotated[int, msgspec.Meta(ge=0, le=16)] = 8
    bound: AmountIn | None = None


class CancelBody(TradeBody, frozen=True, kw_only=True):
    """One order, by its place in the book and its id."""

    index: Annotated[int, msgspec.Meta(ge=0, le=127)]
    order_id: AmountIn


class CancelAllBody(TradeBody, frozen=True, kw_only=True):
    """Every order of the wallet."""


class WithdrawBody(TradeBody, frozen=True, kw_only=True):
    """Free collateral back to the wallet."""

    amount: AmountIn


class VoteBody(_Body, frozen=True, kw_only=True):
    """A vote: on a proposal side 1 likes it, in a dispute side is an outcome (n = INVALID) and weight collateral."""

    wallet: AddressIn
    market: AddressIn
    side: Annotated[int, msgspec.Meta(ge=0, le=8)]
    weight: AmountIn = "1"
    payer: Payer = "self"
    token_program: TokenProgram = "token"


class ProposeBody(_Body, frozen=True, kw_only=True):
    """How a market ended, with a bond; outcome n is INVALID. evidence: sha256 of what shows it."""

    wallet: AddressIn
    market: AddressIn
    outcome: Annotated[int, msgspec.Meta(ge=0, le=8)]
    evidence: Hash | None = None
    payer: Payer = "self"
    token_program: TokenProgram = "token"


class DisputeBody(_Body, frozen=True, kw_only=True):
    """Contradict a proposed outcome with the same bond."""

    wallet: AddressIn
    market: AddressIn
    payer: Payer = "self"
    token_program: TokenProgram = "token"


class ClaimVoteBody(_Body, frozen=True, kw_only=True):
    """A vote back: of a proposal (round 0) its rent, of a dispute (round 1) its weight too."""

    wallet: AddressIn
    market: AddressIn
    round: Annotated[int, msgspec.Meta(ge=0, le=1)] = 1
    payer: Payer = "self"
    token_program: TokenProgram = "token"


class ClaimBondBody(_Body, frozen=True, kw_only=True):
    """The bond of a proposal or a dispute back."""

    wallet: AddressIn
    market: AddressIn
    payer: Payer = "self"
    token_program: TokenProgram = "token"


class PoolCreateBody(_Body, frozen=True, kw_only=True):
    """A pool of the wallet's own: the share that follows k others costs a * k^2 + c."""

    wallet: AddressIn
    mint: AddressIn
    a: AmountIn
    c: AmountIn
    lock_s: Annotated[int, msgspec.Meta(ge=1, le=2**32 - 1)] = 86_400
    shares: AmountIn = "1"
    payer: Payer = "self"
    token_program: TokenProgram = "token"


class SharesBody(_Body, frozen=True, kw_only=True):
    """Shares of a creator's pool to buy or to sell."""

    wallet: AddressIn
    pool: AddressIn
    shares: AmountIn
    slippage_bps: Slippage = 200
    nonce: AmountIn | None = None
    payer: Payer = "self"
    token_program: TokenProgram = "token"


class DividendClaimBody(_Body, frozen=True, kw_only=True):
    """Take a pool's dividends; by default into the wallet's own token account."""

    wallet: AddressIn
    pool: AddressIn
    destination: AddressIn | None = None
    payer: Payer = "self"
    token_program: TokenProgram = "token"


class ClaimBody(_Body, frozen=True, kw_only=True):
    """Take what a decided market owes the wallet; by default into the wallet itself, or its own token account."""

    wallet: AddressIn
    market: AddressIn
    destination: AddressIn | None = None
    payer: Payer = "self"
    token_program: TokenProgram = "token"


class ActivateBody(_Body, frozen=True, kw_only=True):
    """Open an approved market; `subsidy` funds its market maker, where it has one."""

    wallet: AddressIn
    market: AddressIn
    subsidy: AmountIn = "0"
    payer: Payer = "self"
    token_program: TokenProgram = "token"


class Times(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A market's times: open < lock <= event < resolve_by, then void_after."""

    open: UnixTime
    lock: UnixTime
    event: UnixTime
    resolve_by: UnixTime
    void_after: UnixTime


class CreateMarketBody(_Body, frozen=True, kw_only=True):
    """A new market; `source` is the feed of a price market, the proposing key of an optimistic one.

    lot_k, of a book: a lot is 100 * lot_k shares.
    """

    wallet: AddressIn
    mint: AddressIn
    question: Annotated[str, msgspec.Meta(max_length=280, examples=["Will BTC close above 120,000 USD on Friday?"])]
    times: Times
    source: Annotated[str, msgspec.Meta(max_length=64, description="base58 key, or 64 hexadecimal digits of a feed")]
    source_kind: Literal["price", "optimistic"] = "optimistic"
    engine: Literal["parimutuel", "lmsr", "book"] = "parimutuel"
    lot_k: AmountIn = "0"
    n: Annotated[int, msgspec.Meta(ge=2, le=8)] = 2
    op: Literal["gte", "gt", "lte", "lt", "updown"] = "gte"
    strike: I64 = "0"
    expo: Annotated[int, msgspec.Meta(ge=-18, le=18)] = 0
    creator_fee_bps: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    resolver_fee_bps: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    fee_to: AddressIn | None = None
    fee_to_account: bool = False
    dispute_s: Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1, description="0: the platform's default")] = 0
    uri: Annotated[str, msgspec.Meta(max_length=120)] = ""
    metadata_sha256: Hash | None = None
    payer: Payer = "self"


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What the transaction does if it lands in the state that was read: base units of the mint, rent in lamports.

    A cost below zero is what comes back to the wallet.
    """

    cost: Annotated[str, msgspec.Meta(description="base units as a decimal string, below zero where it pays")]
    shares: Amount
    fee: Amount
    rent: Amount


class ProgramFault(msgspec.Struct, frozen=True, kw_only=True):
    """The program's own error that the transaction would meet now, though not for ever."""

    code: int
    name: str
    message: str


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """An unsigned legacy transaction in base64, and until when it can land."""

    transaction: str
    message_hash: str
    blockhash: str
    last_valid_block_height: int
    blocks_left: int
    nonce: Amount | None
    expected: Expected
    error: ProgramFault | None
    market: Address


class RelayBody(_Body, frozen=True, kw_only=True):
    """A transaction that its wallet has signed; `replaces` names an intent that was RETURNED."""

    transaction: Annotated[str, msgspec.Meta(min_length=1, max_length=6000, description="base64")]
    replaces: str | None = None


class Relayed(msgspec.Struct, frozen=True, kw_only=True):
    """What the relayer made of a signed transaction; follow it at /v1/intents/{id}."""

    id: str
    state: str
    wallet: Address
    market: Address
    nonce: Amount | None


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """What the relayer has done with a signed transaction so far."""

    id: str
    state: str
    kind: str
    wallet: Address | None
    market: Address | None
    nonce: Amount | None
    signature: str | None
    reason: str | None
    replaces: str | None


class TransactionEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a transaction."""

    subject: Address
    seq: int
    kind: str


class Transaction(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction that the mirror has seen in a sealed block."""

    signature: str
    slot: int
    tx_index: int
    err: str | None
    fee: Amount
    final: bool
    events: list[TransactionEvent]
