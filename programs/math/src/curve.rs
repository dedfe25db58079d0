//! The price of a creator's shares: the k-th one (from 0) costs a * k^2 + c, and a trade exactly the sum of its shares.
//!
//! Buying and selling the same shares cost alike, so that what a pool holds is always the price of all its shares.

/// Most shares of one pool.
pub const SUPPLY_MAX: u64 = 1 << 20;
/// The curve's steepness is below this.
pub const A_BOUND: u64 = 1 << 40;
/// The price of the first share is below this.
pub const C_BOUND: u64 = 1 << 62;

/// Sum of k^2 for k < m; m <= SUPPLY_MAX + 1.
fn squares_below(m: u64) -> Option<u64> {
    // (m - 1) m (2 m - 1) / 6 with m <= 2^20 + 1 stays below 2^62.
    let product = m.saturating_sub(1).checked_mul(m)?.checked_mul((2 * m).saturating_sub(1))?;
    Some(product / 6)
}

/// a * k^2 + c: the price of the share that follows k others.
pub fn price(a: u64, c: u64, k: u64) -> Option<u64> {
    let square = u128::from(k.checked_mul(k)?);
    u64::try_from(u128::from(a).checked_mul(square)?.checked_add(u128::from(c))?).ok()
}

/// What n shares cost that follow s others; None beyond SUPPLY_MAX shares or a u64.
pub fn cost(a: u64, c: u64, s: u64, n: u64) -> Option<u64> {
    let end = s.checked_add(n).filter(|end| *end <= SUPPLY_MAX)?;
    let squares = squares_below(end)?.checked_sub(squares_below(s)?)?;
    let rising = u128::from(a).checked_mul(u128::from(squares))?;
    let level = u128::from(c).checked_mul(u128::from(n))?;
    u64::try_from(rising.checked_add(level)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edges() {
        assert_eq!(cost(1, 0, 0, 0), Some(0));
        assert_eq!(cost(1, 0, 0, 1), Some(0));
        assert_eq!(cost(1, 0, 0, 4), Some(1 + 4 + 9));
        assert_eq!(cost(2, 5, 2, 2), Some(2 * (4 + 9) + 10));
        assert_eq!(cost(0, 1, 0, SUPPLY_MAX), Some(SUPPLY_MAX));
        assert_eq!(cost(0, 1, SUPPLY_MAX, 0), Some(0));
        assert_eq!(cost(0, 1, 0, SUPPLY_MAX + 1), None);
        assert_eq!(cost(0, 1, SUPPLY_MAX, 1), None);
        assert_eq!(cost(0, 1, u64::MAX, 1), None);
        assert_eq!(cost(0, C_BOUND - 1, 0, 5), None);
        assert_eq!(cost(A_BOUND - 1, C_BOUND - 1, 0, SUPPLY_MAX), None);
        assert_eq!(squares_below(SUPPLY_MAX), Some(384_306_618_446_643_200));
        assert_eq!(price(u64::MAX, u64::MAX, u64::MAX), None);
    }

    proptest! {
        /// A sum is the sum of its prices.
        #[test]
        fn sums_prices(a in 0..1u64 << 20, c in 0..1u64 << 30, s in 0..SUPPLY_MAX - 64, n in 0u64..64) {
            let sum = (s..s + n).map(|k| price(a, c, k).map(u128::from)).sum::<Option<u128>>();
            prop_assert_eq!(cost(a, c, s, n), sum.and_then(|sum| u64::try_from(sum).ok()));
        }

        /// However a way is cut into trades, it costs the same.
        #[test]
        fn path_independent(a in 0..A_BOUND, c in 0..C_BOUND, s in 0..SUPPLY_MAX, cuts in prop::collection::vec(0u64..5_000, 1..5)) {
            let (mut at, mut paid) = (s, Some(0u64));
            for n in cuts {
                paid = paid.and_then(|paid| paid.checked_add(cost(a, c, at, n)?));
                at += n;
            }
            prop_assert_eq!(cost(a, c, s, at - s), paid);
        }

        /// A later share is never cheaper.
        #[test]
        fn rises(a in 0..A_BOUND, c in 0..1u64 << 40, s in 0..SUPPLY_MAX - 1) {
            if let (Some(now), Some(next)) = (cost(a, c, s, 1), cost(a, c, s + 1, 1)) {
                prop_assert!(now <= next);
            }
        }
    }
}
