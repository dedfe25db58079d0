//! Dividends by an accumulator: what one share has earned since the pool began, in 2^-32 atoms.
//!
//! Nothing is lost by rounding while shares stand still: what cannot be divided is carried to the next dividend, and a holder's
//! fraction of an atom stays with the holder. Nothing is ever made: all that is owed is at most what was recorded.

/// Fraction bits of the accumulator.
pub const FRACTION_BITS: u32 = 32;

/// The accumulator and its carry after `amount` came in for `supply` > 0 shares.
pub fn accrue(acc: u128, carry: u64, amount: u64, supply: u64) -> Option<(u128, u64)> {
    let units = (u128::from(amount) << FRACTION_BITS).checked_add(u128::from(carry))?;
    // A 128-bit division costs the chain hundreds of units; most dividends are small.
    let (each, rest) = match u64::try_from(units) {
        Ok(small) => (u128::from(small.checked_div(supply)?), small.checked_rem(supply)?),
        Err(_) => {
            let wide = u128::from(supply);
            (units.checked_div(wide)?, u64::try_from(units.checked_rem(wide)?).ok()?)
        }
    };
    Some((acc.checked_add(each)?, rest))
}

/// What shares have earned since `debt`: whole atoms, and the fraction left in 2^-32 atoms.
pub fn earned(shares: u64, acc: u128, debt: u128) -> Option<(u64, u64)> {
    let units = acc.checked_sub(debt)?.checked_mul(u128::from(shares))?;
    let fraction = u64::try_from(units & ((1 << FRACTION_BITS) - 1)).ok()?;
    Some((u64::try_from(units >> FRACTION_BITS).ok()?, fraction))
}

/// The debt that leaves `shares` no more than a fraction already earned.
pub fn debt_after(acc: u128, shares: u64, fraction: u64) -> u128 {
    acc.saturating_sub(u128::from(fraction.checked_div(shares).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edges() {
        assert_eq!(accrue(0, 0, 1, 0), None);
        assert_eq!(accrue(0, 0, 0, 7), Some((0, 0)));
        assert_eq!(accrue(5, 0, 1, 1 << 20), Some((5 + (1 << 12), 0)));
        assert_eq!(accrue(0, 2, 1, 3), Some((((1u128 << 32) + 2) / 3, 0)));
        assert_eq!(accrue(u128::MAX, 0, 1, 1), None);
        assert_eq!(accrue(0, 0, u64::MAX, 1), Some((u128::from(u64::MAX) << 32, 0)));
        assert_eq!(earned(3, 1 << 32, 0), Some((3, 0)));
        assert_eq!(earned(1, (1 << 33) + 7, 1 << 32), Some((1, 7)));
        assert_eq!(earned(1, 0, 1), None);
        assert_eq!(debt_after(10, 3, 7), 8);
        assert_eq!(debt_after(10, 0, 7), 10);
        assert_eq!(debt_after(1, 1, 7), 0);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Dividend(u64),
        Shares(usize, u64),
        Pay(usize),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            prop_oneof![0u64..50, any::<u64>().prop_map(|x| x >> 8)].prop_map(Step::Dividend),
            (0usize..4, prop_oneof![0u64..5, 0u64..1 << 18]).prop_map(|(who, n)| Step::Shares(who, n)),
            (0usize..4).prop_map(Step::Pay),
        ];
        prop::collection::vec(step, 1..60)
    }

    #[derive(Default)]
    struct Model {
        acc: u128,
        carry: u64,
        recorded: u128,
        paid: u128,
        held: [(u64, u128, u64); 4],
    }

    impl Model {
        fn supply(&self) -> u64 {
            self.held.iter().map(|h| h.0).sum()
        }

        fn touch(&mut self, who: usize, shares: u64) {
            let (old, debt, pending) = self.held[who];
            let (whole, fraction) = earned(old, self.acc, debt).unwrap();
            self.held[who] = (shares, debt_after(self.acc, shares, fraction), pending + whole);
        }

        fn apply(&mut self, step: &Step) {
            match *step {
                Step::Dividend(amount) if self.supply() > 0 && self.recorded < 1 << 62 => {
                    (self.acc, self.carry) = accrue(self.acc, self.carry, amount, self.supply()).unwrap();
                    self.recorded += u128::from(amount);
                }
                Step::Dividend(_) => {}
                Step::Shares(who, n) => self.touch(who, n),
                Step::Pay(who) => {
                    self.touch(who, self.held[who].0);
                    self.paid += u128::from(std::mem::take(&mut self.held[who].2));
                }
            }
        }

        /// All that holders may still take, in units.
        fn owed(&self) -> u128 {
            let of = |(shares, debt, pending): (u64, u128, u64)| {
                u128::from(shares) * (self.acc - debt) + (u128::from(pending) << FRACTION_BITS)
            };
            self.held.iter().map(|h| of(*h)).sum::<u128>() + u128::from(self.carry)
        }
    }

    proptest! {
        /// What is owed, with the carry, is never more than what came in, and less only by crumbs.
        #[test]
        fn conserves(steps in steps()) {
            let mut model = Model::default();
            for (done, step) in steps.iter().enumerate() {
                model.apply(step);
                let left = (model.recorded - model.paid) << FRACTION_BITS;
                prop_assert!(model.owed() <= left);
                // Each touch drops less than one atom where shares left, and less than their number of units where they stay.
                prop_assert!(left - model.owed() <= (done as u128 + 1) << FRACTION_BITS);
            }
        }

        /// Being paid after each dividend or once at the end comes to the same atoms, but for crumbs of 2^-12 of one.
        #[test]
        fn no_loss_by_often(amounts in prop::collection::vec(0u64..1_000, 1..200), shares in 1u64..1 << 20, others in 0u64..1 << 20) {
            let supply = shares + others;
            let (mut acc, mut carry, mut debt, mut often) = (0, 0, 0, 0);
            for amount in amounts {
                (acc, carry) = accrue(acc, carry, amount, supply).unwrap();
                let (whole, fraction) = earned(shares, acc, debt).unwrap();
                (debt, often) = (debt_after(acc, shares, fraction), often + whole);
            }
            let once = earned(shares, acc, 0).unwrap().0;
            prop_assert!(often == once || often + 1 == once);
        }
    }
}
