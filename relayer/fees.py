"""What a crank offers for its place in a block: pure, from recent fees, lanes and caps. Called by work."""

from collections.abc import Sequence

from relayer.message import LAMPORTS_PER_SIGNATURE, MICRO, UNITS_MAX

PERCENTILE = 75
PRICE_CAP_MICRO = 200_000
UNITS_MARGIN_PERCENT = 20
UNITS_MARGIN = 5_000


def percentile(samples: Sequence[int], percent: int) -> int:
    """The percent-th percentile of recent fees by nearest rank, 0 of none."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0


def unit_price(samples: Sequence[int], *, lane: int) -> int:
    """Micro-lamports a compute unit for this lane: doubled on each further lane, never above the cap."""
    base = percentile(samples, PERCENTILE)
    return min((base or (1 if lane else 0)) << (2 * lane if not base else lane), PRICE_CAP_MICRO)


def unit_limit(used: int) -> int:
    """The compute limit for a transaction that used this much in simulation."""
    return min(used + used * UNITS_MARGIN_PERCENT // 100 + UNITS_MARGIN, UNITS_MAX)


def fee_lamports(*, signatures: int, limit: int, price: int) -> int:
    """The whole fee of a transaction, rounded up as the runtime does."""
    return LAMPORTS_PER_SIGNATURE * signatures + -(-price * limit // MICRO)
