//! The pool engine: winners share what losers staked, less the fee on the losers.
//!
//! Nobody who is right gets less than their stake, and payouts never sum to more than the pool.

use crate::fees::loser_fee;
use crate::fixed::{mul_div_floor, BPS};

/// What shares are worth: outcome i is paid num / den a share where bit i of mask is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payout {
    pub mask: u8,
    pub num: u64,
    /// Never 0.
    pub den: u64,
    /// Owed to creator, resolver and protocol together.
    pub fee: u64,
}

/// Open interest: all that was staked.
pub fn open_interest(supply: &[u64]) -> Option<u64> {
    supply.iter().try_fold(0u64, |sum, shares| sum.checked_add(*shares))
}

/// Everyone gets back what they staked, without fee; 1 to 8 outcomes.
pub fn void_payout(outcomes: usize) -> Payout {
    let mask = u8::MAX >> (8 - outcomes.clamp(1, 8));
    Payout { mask, num: 1, den: 1, fee: 0 }
}

/// The payout when `outcome` wins; the void one if nobody staked on it, None if there is no such outcome.
pub fn payout(supply: &[u64], outcome: usize, fee_bps_total: u64) -> Option<Payout> {
    let winners = *supply.get(outcome)?;
    let pool = open_interest(supply)?;
    if winners == 0 {
        return Some(void_payout(supply.len()));
    }
    let fee = loser_fee(pool - winners, fee_bps_total)?;
    Some(Payout {
        mask: 1u8.checked_shl(u32::try_from(outcome).ok()?)?,
        num: pool.checked_sub(fee)?,
        den: winners,
        fee,
    })
}

/// Sum of the shares whose outcome is in the mask.
pub fn masked(shares: &[u64], mask: u8) -> u128 {
    let in_mask = shares.iter().take(8).enumerate().filter(|(i, _)| mask >> i & 1 == 1);
    in_mask.map(|(_, s)| u128::from(*s)).sum()
}

/// What a position gets of a decided market: its shares in mask at num / den, floored once.
pub fn worth(shares: &[u64], mask: u8, num: u64, den: u64) -> Option<u64> {
    let shares = masked(shares, mask);
    match u64::try_from(shares) {
        Ok(shares) => mul_div_floor(shares, num, den),
        Err(_) => u64::try_from(shares.checked_mul(u128::from(num))?.checked_div(u128::from(den))?).ok(),
    }
}

/// floor((W + s + L - fee) * 10000 / (W + s)): what a unit would pay if `outcome` won after a stake of s > 0 on it.
pub fn stake_rate_bps(supply: &[u64], outcome: usize, amount: u64, fee_bps_total: u64) -> Option<u64> {
    let before = *supply.get(outcome)?;
    let losers = open_interest(supply)? - before;
    let winners = before.checked_add(amount)?;
    let paid = winners.checked_add(losers)?.checked_sub(loser_fee(losers, fee_bps_total)?)?;
    mul_div_floor(paid, BPS, winners)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn supplies() -> impl Strategy<Value = Vec<u64>> {
        prop::collection::vec(prop_oneof![Just(0), 1u64..100, 0..u64::MAX / 8], 2..=8)
    }

    /// Cuts a supply into positions at the given fractions of 2^16.
    fn cut(total: u64, cuts: &[u16]) -> Vec<u64> {
        let mut left = total;
        let mut parts: Vec<u64> = cuts
            .iter()
            .map(|c| {
                let part = mul_div_floor(left, u64::from(*c), 65_536).unwrap();
                left -= part;
                part
            })
            .collect();
        parts.push(left);
        parts
    }

    #[test]
    fn examples() {
        let p = payout(&[300, 100], 0, 250).unwrap();
        assert_eq!(p, Payout { mask: 1, num: 397, den: 300, fee: 3 });
        assert_eq!(worth(&[150, 9], p.mask, p.num, p.den), Some(198));
        assert_eq!(payout(&[0, 100], 0, 250), Some(Payout { mask: 3, num: 1, den: 1, fee: 0 }));
        assert_eq!(payout(&[1, 1], 2, 0), None);
        assert_eq!(payout(&[u64::MAX, 1], 0, 0), None);
        assert_eq!(void_payout(8).mask, 255);
        assert_eq!(worth(&[1 << 62; 8], 255, 1, 8), Some(1 << 62));
        assert_eq!(worth(&[u64::MAX; 8], 255, u64::MAX, 8), None);
        assert_eq!(stake_rate_bps(&[0, 0], 0, 5, 300), Some(10_000));
        assert_eq!(stake_rate_bps(&[0, 100], 0, 100, 300), Some(19_700));
    }

    proptest! {
        /// Whoever is right gets at least their stake; payouts and fee never exceed the pool.
        #[test]
        fn solvent(supply in supplies(), pick in any::<prop::sample::Index>(), bps in 0u64..=1_000,
                   cuts in prop::collection::vec(any::<u16>(), 0..12)) {
            let winner = pick.index(supply.len());
            let pool = open_interest(&supply).unwrap();
            let p = payout(&supply, winner, bps).unwrap();
            let mut paid = u128::from(p.fee);
            for (outcome, total) in supply.iter().enumerate() {
                for part in cut(*total, &cuts) {
                    let mut shares = vec![0; supply.len()];
                    shares[outcome] = part;
                    let worth = worth(&shares, p.mask, p.num, p.den).unwrap();
                    prop_assert!(p.mask >> outcome & 1 == 0 || worth >= part);
                    paid += u128::from(worth);
                }
            }
            prop_assert!(paid <= u128::from(pool));
            prop_assert!(u128::from(pool) - paid <= (supply.len() * (cuts.len() + 1)) as u128);
        }

        /// What is still owed after any burn is covered by what is still there.
        #[test]
        fn stays_solvent(w in 1u64..u64::MAX / 4, l in 0u64..u64::MAX / 4, bps in 0u64..=1_000, part in any::<u64>()) {
            let p = payout(&[w, l], 0, bps).unwrap();
            let burnt = part % (w + 1);
            let left = p.num - worth(&[burnt, 0], p.mask, p.num, p.den).unwrap();
            let owed = (u128::from(w - burnt) * u128::from(p.num)).div_ceil(u128::from(p.den));
            prop_assert!(u128::from(left) >= owed);
        }

        /// A bet split in two never pays more than the bet.
        #[test]
        fn no_gain_by_splitting(w in 1u64..u64::MAX / 4, l in 0u64..u64::MAX / 4, bps in 0u64..=1_000, part in any::<u64>()) {
            let p = payout(&[w, l], 0, bps).unwrap();
            let a = part % (w + 1);
            let [one, x, y] = [w, a, w - a].map(|s| worth(&[s, 0], p.mask, p.num, p.den).unwrap());
            prop_assert!(u128::from(x) + u128::from(y) <= u128::from(one));
        }

        /// The bound of a stake is what the stake is paid if nothing follows it.
        #[test]
        fn rate_is_the_payout(supply in supplies(), pick in any::<prop::sample::Index>(), bps in 0u64..=1_000,
                              amount in 1u64..1 << 60) {
            let outcome = pick.index(supply.len());
            let rate = stake_rate_bps(&supply, outcome, amount, bps).unwrap();
            let mut after = supply.clone();
            after[outcome] += amount;
            let p = payout(&after, outcome, bps).unwrap();
            prop_assert_eq!(u128::from(rate), u128::from(p.num) * 10_000 / u128::from(p.den));
            prop_assert!(rate >= 10_000);
        }
    }
}
