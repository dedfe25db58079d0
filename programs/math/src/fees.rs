//! What creator, resolver and protocol get: rounded up once, then split downwards with the rest to the protocol.

use crate::fixed::{mul_div_ceil, mul_div_floor, BPS};

/// ceil(losers * total_bps / 10000): the fee of a parimutuel pool, taken of the losing side only.
pub fn loser_fee(losers: u64, total_bps: u64) -> Option<u64> {
    mul_div_ceil(losers, total_bps, BPS)
}

/// A fee in the parts of creator, resolver, protocol, in proportion to their rates; the three sum to the fee.
pub fn split_fee(fee: u64, rates_bps: [u16; 3]) -> Option<[u64; 3]> {
    let [creator_bps, resolver_bps, protocol_bps] = rates_bps.map(u64::from);
    let total = creator_bps + resolver_bps + protocol_bps;
    if total == 0 {
        return Some([0, 0, fee]);
    }
    let creator = mul_div_floor(fee, creator_bps, total)?;
    let resolver = mul_div_floor(fee, resolver_bps, total)?;
    Some([creator, resolver, fee.checked_sub(creator)?.checked_sub(resolver)?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edges() {
        assert_eq!(loser_fee(0, 1_000), Some(0));
        assert_eq!(loser_fee(1, 1), Some(1));
        assert_eq!(loser_fee(10_000, 250), Some(250));
        assert_eq!(loser_fee(10_001, 250), Some(251));
        assert_eq!(loser_fee(u64::MAX, 0), Some(0));
        assert_eq!(split_fee(7, [0, 0, 0]), Some([0, 0, 7]));
        assert_eq!(split_fee(10, [1, 1, 1]), Some([3, 3, 4]));
    }

    proptest! {
        /// A fee is never above the losers and never split into more or less than itself.
        #[test]
        fn conserves(losers in any::<u64>(), rates in prop::array::uniform3(0u16..334)) {
            let total = rates.iter().map(|r| u64::from(*r)).sum();
            let fee = loser_fee(losers, total).unwrap();
            prop_assert!(fee <= losers);
            let parts = split_fee(fee, rates).unwrap();
            prop_assert_eq!(parts.iter().map(|p| u128::from(*p)).sum::<u128>(), u128::from(fee));
            for (part, rate) in parts.iter().zip(rates).take(2) {
                prop_assert!(u128::from(*part) * u128::from(total) <= u128::from(fee) * u128::from(rate));
            }
        }
    }
}
