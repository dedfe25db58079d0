//! 2^-d and ln in fixed point: tables of 64 steps and a short series between them; no division, no allocation.
//!
//! Qn is an integer that stands for itself over 2^n. Both functions never step the wrong way, not even between two tables'
//! steps, so that whatever is made of them is monotone too. Errors are below two ulps of Q64 (tests/idl/maths/test_explog.py).
//! Every sum and difference stays in range by the size of its terms, which is why they wrap instead of being checked.

use crate::fixed::mul_near;
use crate::tables::{EXP2_NEG, EXP_SERIES, LN_1P, LN_2, LN_SERIES, RECIPROCAL};

/// A step of a series whose terms are so small that half a word is exact enough.
#[inline(always)]
const fn short_step(a: u64, short: u64, s: u64) -> u64 {
    a.wrapping_sub(short.wrapping_mul(s) >> 32)
}

#[inline(always)]
const fn step(a: u64, y: u64, s: u64) -> u64 {
    a.wrapping_sub(mul_near(y, s))
}

/// 2^-d in Q64 (1 is 2^64 - 1) for d = whole + part / 2^64; 0 from 64 on.
#[inline(always)]
pub fn exp2_neg(whole: u64, part: u64) -> u64 {
    if whole >= 64 {
        return 0;
    }
    let (start, y) = (EXP2_NEG[(part >> 58) as usize], part << 6);
    let short = y >> 32;
    let [a1, a2, a3, a4, a5, a6, a7] = EXP_SERIES;
    let s = short_step(a4, short, short_step(a5, short, short_step(a6, short, a7)));
    let s = step(a1, y, step(a2, y, step(a3, y, s)));
    start.wrapping_sub(mul_near(start, mul_near(y, s)) >> 6) >> whole
}

/// ln(1 + f) in Q64, for f below 1 in Q64.
#[inline(always)]
pub fn ln_1p(f: u64) -> u64 {
    let index = (f >> 58) as usize;
    let z = mul_near(f << 6, RECIPROCAL[index]);
    let short = z >> 32;
    let [b2, b3, b4, b5, b6, b7, b8, b9, b10] = LN_SERIES;
    let s = short_step(b7, short, short_step(b8, short, short_step(b9, short, b10)));
    let s = short_step(b5, short, short_step(b6, short, s));
    let s = step(b2, z, step(b3, z, step(b4, z, s)));
    LN_1P[index].wrapping_add(step(z, z, mul_near(z, s)) >> 6)
}

/// ln(1 + x) in Q64, for x in Q64 below 2^63: two words.
#[inline(always)]
pub fn ln_above(x: u128) -> u128 {
    let (whole, part) = ((x >> 64) as u64 + 1, x as u64);
    if whole == 1 {
        return u128::from(ln_1p(part));
    }
    let m = whole.ilog2();
    let f = whole << (64 - m) | part >> m;
    u128::from(m) * u128::from(LN_2) + u128::from(ln_1p(f))
}

/// -ln(u) in Q64, for u in Q64 between 0 and 1, both apart.
#[inline(always)]
pub fn neg_ln_below(u: u64) -> u128 {
    let zeros = u.leading_zeros();
    let f = u << zeros << 1;
    u128::from(zeros + 1) * u128::from(LN_2) - u128::from(ln_1p(f))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exp(d: u128) -> u64 {
        exp2_neg((d >> 64) as u64, d as u64)
    }

    #[test]
    fn edges() {
        assert_eq!((exp(0), exp(1 << 64), exp(63 << 64), exp(64 << 64)), (u64::MAX, u64::MAX >> 1, 1, 0));
        assert_eq!((ln_1p(0), ln_above(0), ln_above(1 << 64)), (0, 0, u128::from(LN_2)));
        assert_eq!((ln_above(3 << 64), neg_ln_below(1 << 63)), (u128::from(LN_2) * 2, u128::from(LN_2)));
        assert_eq!(neg_ln_below(1), u128::from(LN_2) * 64);
        assert_eq!(neg_ln_below(u64::MAX), u128::from(LN_2 - ln_1p(u64::MAX - 1)));
    }

    /// Where one step of a table ends and the next begins, neither function turns: every border there is.
    #[test]
    fn borders() {
        for border in 0..64 * 64u128 {
            for back in 0..4 {
                let d = (border + 1 << 58) - back;
                assert!(exp(d - 1) >= exp(d), "2^-{d}");
            }
        }
        for (m, step) in (0..7).flat_map(|m| (1..=64u128).map(move |step| (m, step))) {
            for back in 0..4 {
                let x = ((64 + step) << (58 + m)) - (1 << 64) - back;
                assert!(ln_above(x - 1) <= ln_above(x), "ln(1 + {x})");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// One ulp further neither function steps back.
        #[test]
        fn monotone(d in 0u128..64 << 64, x in 0u128..127 << 64, u in 1..u64::MAX - 1) {
            prop_assert!(exp(d) >= exp(d + 1));
            prop_assert!(ln_above(x) <= ln_above(x + 1));
            prop_assert!(neg_ln_below(u) >= neg_ln_below(u + 1));
        }

        /// Multiplying by 2 adds ln 2, and neither function is further off than doubles can see.
        #[test]
        fn near(d in 0u128..40 << 64, x in 0u128..100 << 64, u in 1u64..) {
            let wide = 2f64.powi(64);
            prop_assert!((exp(d) as f64 / wide - (-(d as f64) / wide).exp2()).abs() < 1e-15);
            prop_assert!((ln_above(x) as f64 / wide - (x as f64 / wide).ln_1p()).abs() < 2e-15);
            prop_assert!((neg_ln_below(u) as f64 / wide + (u as f64 / wide).ln()).abs() < 2e-14);
        }
    }
}
