//! Multiply and divide with one rounding, in 128 bits between.

/// 100 % in basis points.
pub const BPS: u64 = 10_000;

/// floor(a * b / d); None where d = 0 or the result is no u64.
pub fn mul_div_floor(a: u64, b: u64, d: u64) -> Option<u64> {
    let product = u128::from(a) * u128::from(b);
    // A 128-bit division costs the chain hundreds of units; most products are small.
    match u64::try_from(product) {
        Ok(small) => small.checked_div(d),
        Err(_) => u64::try_from(product.checked_div(u128::from(d))?).ok(),
    }
}

/// ceil(a * b / d); None where d = 0 or the result is no u64.
pub fn mul_div_ceil(a: u64, b: u64, d: u64) -> Option<u64> {
    let floor = mul_div_floor(a, b, d)?;
    let exact = u128::from(floor) * u128::from(d) == u128::from(a) * u128::from(b);
    if exact {
        Some(floor)
    } else {
        floor.checked_add(1)
    }
}

/// floor(a * b / 2^64): the product of a number with a fraction in Q64.
#[inline(always)]
pub const fn mul_hi(a: u64, b: u64) -> u64 {
    ((a as u128 * b as u128) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edges() {
        assert_eq!(mul_div_floor(u64::MAX, u64::MAX, u64::MAX), Some(u64::MAX));
        assert_eq!(mul_div_floor(u64::MAX, 2, 1), None);
        assert_eq!(mul_div_floor(1, 1, 0), None);
        assert_eq!(mul_div_ceil(u64::MAX, u64::MAX, u64::MAX - 1), None);
        assert_eq!(mul_div_ceil(0, 5, 3), Some(0));
        assert_eq!(mul_div_ceil(7, 1, 3), Some(3));
        assert_eq!(mul_div_ceil(6, 1, 3), Some(2));
    }

    proptest! {
        /// The fast path and the wide one say what 128 bits say.
        #[test]
        fn as_wide(a in any::<u64>(), b in any::<u64>(), d in 1u64..) {
            let wide = u128::from(a) * u128::from(b);
            prop_assert_eq!(mul_div_floor(a, b, d), u64::try_from(wide / u128::from(d)).ok());
            prop_assert_eq!(mul_div_ceil(a, b, d), u64::try_from(wide.div_ceil(u128::from(d))).ok());
        }
    }
}
