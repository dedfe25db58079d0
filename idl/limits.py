"""Bounds that the market program enforces. Equal to the Rust constants; builders and forms refuse early by them."""

from typing import Final

BPS: Final = 10_000
FEE_BPS_TOTAL_MAX: Final = 1_000

OUTCOMES_MIN: Final = 2
OUTCOMES_MAX: Final = 8
QUESTION_BYTES_MIN: Final = 10
QUESTION_BYTES_MAX: Final = 280
URI_BYTES_MAX: Final = 120

LOT_K_MAX: Final = 1 << 40
MATCHES_MAX: Final = 16
TICK_MAX: Final = 99
SIDE_ORDERS: Final = 64
SEATS: Final = 48

U64_MAX: Final = 2**64 - 1
NONCE_WINDOW: Final = 64

# A market maker's liquidity and supplies, beyond which its arithmetic is not promised.
B_MIN: Final = 2**10
B_MAX: Final = 2**54 - 1
SUPPLY_MAX: Final = 2**62

# market id = slot << ID_SLOT_SHIFT | k, for a slot not older than ID_SLOT_AGE_MAX when the market is created.
ID_SLOT_SHIFT: Final = 16
ID_SLOT_AGE_MAX: Final = 150
CLOSE_AFTER_SLOTS: Final = 150

EVENT_AFTER_LOCK_PRICE_S: Final = 60
PRICE_WINDOW_S: Final = 60
PRICE_EXPO_SHIFT_MAX: Final = 12
RESOLVE_SPAN_S_MAX: Final = 30 * 86_400
VOID_AFTER_MIN_S: Final = 3 * 86_400
VOID_AFTER_MAX_S: Final = 30 * 86_400
DECIDED_DEADLINE_S: Final = 30 * 86_400
CONFIG_CHANGE_OPEN_S: Final = 7 * 86_400

# A creator's pool: most shares, and what its curve a k^2 + c stays below.
POOL_SUPPLY_MAX: Final = 1 << 20
POOL_A_BOUND: Final = 1 << 40
POOL_C_BOUND: Final = 1 << 62
LOCK_S_MIN_LOCALNET: Final = 1
LOCK_S_MIN: Final = 86_400

# A transaction v1 names at most so many accounts (SIMD-0385).
V1_KEYS_MAX: Final = 64

# pay_out: triples of [position, destination, payer] that fit one transaction, by message version and mint. Those of
# SOL hold where owners or few others paid the rents: a triple then is two accounts, with a payer of its own three.
PAY_OUT_LEGACY_MAX: Final = 8
PAY_OUT_LEGACY_NATIVE_MAX: Final = 11
PAY_OUT_V1_MAX: Final = 18
PAY_OUT_V1_NATIVE_MAX: Final = 27
# pay_dividends: pairs of [holder, destination] likewise.
PAY_DIVIDENDS_LEGACY_MAX: Final = 11
PAY_DIVIDENDS_V1_MAX: Final = 28


def market_id(slot: int, k: int) -> int:
    """The id of the k-th market (0..65535) that its creator makes from this recent slot."""
    if not 0 <= k < 1 << ID_SLOT_SHIFT or not 0 <= slot < 1 << (64 - ID_SLOT_SHIFT):
        raise ValueError(f"no market id for slot {slot}, k {k}")
    return slot << ID_SLOT_SHIFT | k


def id_slot(market_id: int) -> int:
    """The slot inside a market id."""
    return market_id >> ID_SLOT_SHIFT
