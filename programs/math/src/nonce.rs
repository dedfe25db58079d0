//! Numbers that act once, in a window of 64 so that several may fly at once: bit k is set where last - k was used.

/// Width of the window.
pub const WINDOW: u64 = 64;

/// The window (last, bits) after n was used; None where n is 0, was used, or is too old.
#[inline(always)]
pub fn used(last: u64, bits: u64, n: u64) -> Option<(u64, u64)> {
    if n == 0 {
        return None;
    }
    if n > last {
        let shift = n - last;
        return Some((n, if shift >= WINDOW { 1 } else { bits << shift | 1 }));
    }
    let back = last - n;
    if back >= WINDOW || bits >> back & 1 == 1 {
        return None;
    }
    Some((last, bits | 1 << back))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        /// A number acts if it is new and less than 64 behind the greatest one; 0 never does.
        #[test]
        fn once(numbers in prop::collection::vec(prop_oneof![0u64..150, u64::MAX - 100..=u64::MAX], 1..80)) {
            let (mut window, mut seen) = ((0, 0), BTreeSet::new());
            for n in numbers {
                let greatest = seen.last().copied().unwrap_or(0);
                let fresh = n > 0 && !seen.contains(&n) && (n > greatest || greatest - n < WINDOW);
                let after = used(window.0, window.1, n);
                prop_assert_eq!(after.is_some(), fresh);
                if let Some(after) = after {
                    window = after;
                    seen.insert(n);
                }
            }
        }
    }
}
