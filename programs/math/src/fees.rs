//! What creator, resolver and protocol get: rounded up once, then split downwards with the rest to the protocol.

use crate::fixed::{mul_div_floor, BPS};

/// ceil(losers * total_bps / 10000): the fee of a parimutuel pool, taken of the losing side only.
pub fn loser_fee(losers: u64, total_bps: u64) -> Option<u64> {
    // In two parts, each of which 64 bits can divide.
    let (whole, rest) = (losers / BPS, losers % BPS);
    whole.checked_mul(total_bps)?.checked_add(rest.checked_mul(total_bps)?.div_ceil(BPS))
}

/// ceil(min(v, s - v) * total_bps / 10000) for v of collateral against s shares: a trade and its complement cost alike.
pub fn trade_fee(shares: u64, value: u64, total_bps: u64) -> Option<u64> {
    loser_fee(value.min(shares.saturating_sub(value)), total_bps)
}

/// floor(total * 10000 / (10000 + total_bps)): what is left for shares of all that a taker pays.
pub fn net_of(total: u64, total_bps: u64) -> Option<u64> {
    let gross = BPS.checked_add(total_bps)?;
    let (whole, rest) = (total / gross, total % gross);
    whole.checked_mul(BPS)?.checked_add(rest.checked_mul(BPS)? / gross)
}

/// A fee in the parts of creator, resolver, protocol, in proportion to their rates; the three sum to the fee.
pub fn split_fee(fee: u64, rates_bps: [u16; 3]) -> Option<[u64; 3]> {
    let [creator_bps, resolver_bps, protocol_bps] = rates_bps.map(u64::from);
    let total = creator_bps + resolver_bps + protocol_bps;
    if total == 0 || fee == 0 {
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
        assert_eq!(trade_fee(100, 30, 300), Some(1));
        assert_eq!(trade_fee(100, 70, 300), Some(1));
        assert_eq!(trade_fee(100_000, 99_999, 300), Some(1));
        assert_eq!((trade_fee(5, 5, 300), trade_fee(5, 6, 300), trade_fee(5, 2, 0)), (Some(0), Some(0), Some(0)));
        assert_eq!((net_of(10_300, 300), net_of(10_299, 300), net_of(7, 0)), (Some(10_000), Some(9_999), Some(7)));
        assert_eq!(split_fee(7, [0, 0, 0]), Some([0, 0, 7]));
        assert_eq!(split_fee(10, [1, 1, 1]), Some([3, 3, 4]));
    }

    proptest! {
        /// Both halves of the 64-bit ways say what 128 bits say, and what is paid in all is never above what was named.
        #[test]
        fn taker(shares in 0..u64::MAX / 2, value in 0..u64::MAX / 2, bps in 0u64..=1_000, total in any::<u64>()) {
            let base = u128::from(value.min(shares.saturating_sub(value)));
            let fee = trade_fee(shares, value, bps).unwrap();
            prop_assert_eq!(u128::from(fee), (base * u128::from(bps)).div_ceil(10_000));
            prop_assert!(shares < value || trade_fee(shares, shares - value, bps) == Some(fee));
            let net = net_of(total, bps).unwrap();
            prop_assert_eq!(u128::from(net), u128::from(total) * 10_000 / u128::from(10_000 + bps));
            prop_assert!(u128::from(net) + (u128::from(net) * u128::from(bps)).div_ceil(10_000) <= u128::from(total));
        }

        /// A fee is never above the losers and never split into more or less than itself.
        #[test]
        fn conserves(losers in any::<u64>(), rates in prop::array::uniform3(0u16..334)) {
            let total = rates.iter().map(|r| u64::from(*r)).sum();
            let fee = loser_fee(losers, total).unwrap();
            prop_assert_eq!(u128::from(fee), (u128::from(losers) * u128::from(total)).div_ceil(10_000));
            prop_assert!(fee <= losers);
            let parts = split_fee(fee, rates).unwrap();
            prop_assert_eq!(parts.iter().map(|p| u128::from(*p)).sum::<u128>(), u128::from(fee));
            for (part, rate) in parts.iter().zip(rates).take(2) {
                prop_assert!(u128::from(*part) * u128::from(total) <= u128::from(fee) * u128::from(rate));
            }
        }
    }
}
