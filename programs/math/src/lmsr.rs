//! The market maker: what shares cost, and how many a sum buys.
//!
//! C~(q) = max(q) + floor(b * ln sum exp(-(max - q_j) / b)) + 1, a function of whole numbers alone. It is never below max(q)
//! and never falls when a supply grows, so whoever charges its differences can always pay the winners, however exact it is.
//! Trades divide nothing: 1 / b is made once.

use crate::explog::{exp2_neg, ln_above, neg_ln_below};
use crate::tables::{LN_OF, LOG2_E};

/// Bounds of b and of a supply, beyond which the arithmetic is not promised.
pub const B_MIN: u64 = 1 << 10;
pub const B_MAX: u64 = (1 << 54) - 1;
pub const SUPPLY_MAX: u64 = 1 << 62;

/// What the sum of the other outcomes is taken too large by, in ulps of Q64: more than cost and sum can be wrong together.
const GUARD_EACH: u64 = 4;
const GUARD: u64 = 16;

/// Liquidity b (atoms), and log2(e) / b as inv / 2^shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curve {
    pub b: u64,
    /// Its highest bit is set.
    pub inv: u64,
    /// From 73 to 117.
    pub shift: u8,
}

/// floor(b * l / 2^64) for l in Q64 of two words.
#[inline(always)]
fn scaled(b: u64, l: u128) -> u64 {
    let low = u128::from(b) * u128::from(l as u64) >> 64;
    (low as u64).wrapping_add(b.wrapping_mul((l >> 64) as u64))
}

impl Curve {
    /// The curve of a liquidity; None out of bounds.
    pub fn of(b: u64) -> Option<Self> {
        if !(B_MIN..=B_MAX).contains(&b) {
            return None;
        }
        let wide = LOG2_E / u128::from(b);
        let excess = 64 - wide.leading_zeros();
        Some(Self { b, inv: (wide >> excess) as u64, shift: (127 - excess) as u8 })
    }

    /// b = floor((subsidy - 2) / ln n), lowered until the subsidy covers C~(0); None out of bounds.
    pub fn funded(subsidy: u64, outcomes: usize) -> Option<Self> {
        let ln = *LN_OF.get(outcomes.checked_sub(2)?)?;
        let zeros = [0u64; 8];
        let mut b = u64::try_from((u128::from(subsidy.checked_sub(2)?) << 60) / u128::from(ln)).ok()?;
        loop {
            let curve = Self::of(b)?;
            if curve.cost(zeros.get(..outcomes)?)? <= subsidy {
                return Some(curve);
            }
            b -= 1;
        }
    }

    /// exp(-below / b) in Q64.
    #[inline(always)]
    fn weight(&self, below: u64) -> u64 {
        let wide = u128::from(below) * u128::from(self.inv);
        let (high, low, shift) = ((wide >> 64) as u64, wide as u64, u32::from(self.shift & 63));
        exp2_neg(high >> shift, high << (64 - shift) | low >> shift)
    }

    /// C~(q), None where it leaves 64 bits or there are no outcomes.
    pub fn cost(&self, supply: &[u64]) -> Option<u64> {
        if let [a, b] = supply {
            return self.cost_of_two(*a, *b);
        }
        let top = *supply.iter().max()?;
        let first = supply.iter().position(|held| *held == top)?;
        let others = supply.iter().enumerate().filter(|(i, _)| *i != first);
        let x = others.map(|(_, held)| u128::from(self.weight(top - held))).sum();
        top.checked_add(scaled(self.b, ln_above(x)))?.checked_add(1)
    }

    /// The same for two outcomes, where the sum of the others never reaches 1.
    fn cost_of_two(&self, a: u64, b: u64) -> Option<u64> {
        let (top, below) = if a < b { (b, b - a) } else { (a, a - b) };
        let l = crate::explog::ln_1p(self.weight(below));
        top.checked_add((u128::from(self.b) * u128::from(l) >> 64) as u64)?.checked_add(1)
    }

    /// Shares of an outcome that lift C~ from `cost` by at most `net`, in closed form: 0 where it buys none, None where there
    /// is no such outcome or a number leaves 64 bits.
    pub fn shares_for(&self, supply: &[u64], cost: u64, outcome: usize, net: u64) -> Option<u64> {
        let held = *supply.get(outcome)?;
        let Some(more) = net.checked_sub(1) else { return Some(0) };
        let target = cost.checked_add(more)?;
        let mut x = u128::from(GUARD);
        for (i, other) in supply.iter().enumerate() {
            if i != outcome {
                x += u128::from(self.weight(target.checked_sub(*other)?)) + u128::from(GUARD_EACH);
            }
        }
        let Ok(x) = u64::try_from(x) else { return Some(0) };
        let sunk = scaled(self.b, neg_ln_below(x.wrapping_neg()));
        Some(target.saturating_sub(sunk).saturating_sub(1).saturating_sub(held))
    }
}

/// Shares against collateral: `value` moves C~, which ends at `cost`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    pub shares: u64,
    pub value: u64,
    pub cost: u64,
}

/// The most shares of an outcome that at most `net` buys, which `supply` holds afterwards. None where a number leaves its range.
pub fn buy(curve: &Curve, supply: &mut [u64], cost: u64, outcome: usize, net: u64) -> Option<Trade> {
    let shares = curve.shares_for(supply, cost, outcome, net)?;
    let held = supply.get_mut(outcome)?;
    *held = held.checked_add(shares).filter(|after| *after <= SUPPLY_MAX)?;
    let lifted = curve.cost(supply)?;
    Some(Trade { shares, value: lifted.checked_sub(cost)?, cost: lifted })
}

/// What shares bring that `supply` holds no more afterwards. None where it holds less, or a number leaves its range.
pub fn sell(curve: &Curve, supply: &mut [u64], cost: u64, outcome: usize, shares: u64) -> Option<Trade> {
    let held = supply.get_mut(outcome)?;
    *held = held.checked_sub(shares)?;
    let lowered = curve.cost(supply)?;
    Some(Trade { shares, value: cost.checked_sub(lowered)?, cost: lowered })
}
