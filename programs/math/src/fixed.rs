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

/// a * b / 2^64, too small by less than 3, and growing with either: three multiplications of 64 bits, where an exact one would
/// cost the chain a call.
#[inline(always)]
pub const fn mul_near(a: u64, b: u64) -> u64 {
    let (a1, a0, b1, b0) = (a >> 32, a & 0xffff_ffff, b >> 32, b & 0xffff_ffff);
    a1.wrapping_mul(b1).wrapping_add(a1.wrapping_mul(b0) >> 32).wrapping_add(a0.wrapping_mul(b1) >> 32)
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
        /// Near the product, and never falling where a factor grows.
        #[test]
        fn near(a in any::<u64>(), b in any::<u64>()) {
            let (exact, found) = ((u128::from(a) * u128::from(b) >> 64) as u64, mul_near(a, b));
            prop_assert!(found <= exact && exact - found < 3);
            prop_assert!(mul_near(a.saturating_add(1), b) >= found && mul_near(a, b.saturating_add(1)) >= found);
        }

        /// The fast path and the wide one say what 128 bits say.
        #[test]
        fn as_wide(a in any::<u64>(), b in any::<u64>(), d in 1u64..) {
            let wide = u128::from(a) * u128::from(b);
            prop_assert_eq!(mul_div_floor(a, b, d), u64::try_from(wide / u128::from(d)).ok());
            prop_assert_eq!(mul_div_ceil(a, b, d), u64::try_from(wide.div_ceil(u128::from(d))).ok());
        }
    }
}
