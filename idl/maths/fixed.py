"""Integer division with its rounding named, and the bounds of Rust's integers. Twin of market-math `fixed.rs`."""

from idl.limits import U64_MAX


def floor_div(numerator: int, denominator: int) -> int:
    """floor(numerator / denominator) of two natural numbers."""
    return numerator // denominator


def ceil_div(numerator: int, denominator: int) -> int:
    """ceil(numerator / denominator) of two natural numbers."""
    return -(-numerator // denominator)


def u64(value: int) -> int:
    """The value itself, or OverflowError where the program would refuse it as larger than a u64 or negative."""
    if not 0 <= value <= U64_MAX:
        raise OverflowError(f"{value} is not a u64")
    return value


def mul_near(a: int, b: int) -> int:
    """a * b / 2^64, too small by less than 3, as Rust makes it of three products of 32 bits by 32."""
    a1, b1 = a >> 32, b >> 32
    return a1 * b1 + (a1 * (b & 0xFFFF_FFFF) >> 32) + ((a & 0xFFFF_FFFF) * b1 >> 32)
