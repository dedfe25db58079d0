"""What one market or pool must have done to everybody's money, computed from what people did and from idl.maths.

Pure: amounts in base units. The parts of the story make these values, the proof compares them with chain and mirror.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from solders.pubkey import Pubkey

from idl.enums import FeeKind
from idl.limits import BPS
from idl.maths.fees import split_fee
from idl.maths.fixed import ceil_div
from idl.maths.parimutuel import payout, settle_amount, void_payout
from localnet import wallets
from localnet.story.cast import Made, show


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One subject: what each wallet won in its money, `paid` in payouts, and lamports that stay in accounts as rent."""

    name: str
    address: Pubkey
    native: bool
    net: Counter[str]
    paid: Mapping[str, int]
    kept: Mapping[str, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Everybody's win and loss, as people read it."""
        parts = [
            f"{who} {'+' if amount > 0 else '-'}{show(abs(amount), native=self.native)}"
            for who, amount in sorted(self.net.items())
            if amount
        ]
        return ", ".join(parts) or "everybody has what they had"

    @property
    def is_market(self) -> bool:
        """Whether it ends closed; a pool stays."""
        return not self.kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """Who proposed and disputed what with which bond, and the votes: (who, side, weight)."""

    proposer: str
    proposed: int
    disputer: str
    bond: int
    votes: tuple[tuple[str, int, int], ...]
    slash_bps: int


def staked(made: Made, *, resolver: str | None) -> Sum:
    """A parimutuel market, from its stakes alone; resolver: who gets that fee, None where nobody counts it."""
    terms = made.terms
    shares: dict[str, list[int]] = {}
    for bet in terms.bets:
        shares.setdefault(bet.who, [0] * len(terms.labels))[bet.outcome] += bet.amount
    supply = [sum(column) for column in zip(*shares.values(), strict=True)]
    decided = void_payout(len(supply)) if terms.winner is None else payout(supply, terms.winner, sum(terms.fee_bps))
    paid = {who: settle_amount(held, decided.mask, decided.num, decided.den, 0) for who, held in shares.items()}
    fees = split_fee(decided.fee, *terms.fee_bps)
    net = Counter({who: paid[who] - sum(held) for who, held in shares.items()})
    earn(net, fees, creator=terms.creator, resolver=resolver)
    # What rounding down leaves goes to the treasury when the market closes.
    net[wallets.TREASURY] += sum(supply) - sum(paid.values()) - sum(fees)
    return Sum(
        name=terms.name,
        address=made.address,
        native=terms.is_native,
        net=net,
        paid={who: amount for who, amount in paid.items() if amount},
    )


def earn(net: Counter[str], fees: tuple[int, ...] | list[int], *, creator: str | None, resolver: str | None) -> None:
    """Fees to whom they go; None where it is nobody's wallet of the story."""
    for who, kind in ((creator, FeeKind.CREATOR), (resolver, FeeKind.RESOLVER), (wallets.TREASURY, FeeKind.PROTOCOL)):
        if who is not None:
            net[who] += fees[kind]


def disputed(net: Counter[str], dispute: Dispute, winner: int) -> None:
    """Bonds and votes: who was right gets half of the other bond too, wrong votes are slashed for right ones."""
    right, wrong = (
        (dispute.proposer, dispute.disputer) if winner == dispute.proposed else (dispute.disputer, dispute.proposer)
    )
    net[right] += dispute.bond // 2
    net[wrong] -= dispute.bond
    agreed = sum(weight for _, side, weight in dispute.votes if side == winner)
    lost = sum(weight for _, side, weight in dispute.votes if side != winner)
    pot = lost * dispute.slash_bps // BPS
    rest = dispute.bond - dispute.bond // 2
    for who, side, weight in dispute.votes:
        change = weight * pot // agreed if side == winner else -ceil_div(weight * dispute.slash_bps, BPS)
        net[who] += change
        rest -= change
    net[wallets.TREASURY] += rest
