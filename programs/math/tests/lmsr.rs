//! The market maker against figures computed with 400 bits, over random states, and against the fingerprint of its twin.

use market_math::lmsr::{buy, sell, Curve, B_MAX, B_MIN, SUPPLY_MAX};
use proptest::prelude::*;

mod draw;
use draw::{Draw, Print};

const VECTORS: &str = include_str!("../../../tests/idl/maths/lmsr_vectors.txt");

/// Of 100,000 states drawn by `Draw`, equal to the one in tests/idl/maths/test_lmsr.py.
const FINGERPRINT: u64 = 0xfbcf966f51731187;

/// Every vector's cost is the least whole number above the true one, and so is the cost after its trade.
#[test]
fn vectors() {
    let rows: Vec<&str> = VECTORS.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(rows.len(), 480);
    for row in rows {
        let cells: Vec<&str> = row.split(' ').collect();
        let q: Vec<u64> = cells[1].split(',').map(|held| held.parse().unwrap()).collect();
        let (whole, _) = cells[4].split_once('.').unwrap();
        let curve = Curve::of(cells[0].parse().unwrap()).unwrap();
        assert_eq!(curve.cost(&q), Some(whole.parse::<u64>().unwrap() + 1), "{row}");
    }
}

#[test]
fn bounds() {
    assert_eq!((Curve::of(B_MIN - 1), Curve::of(B_MAX + 1)), (None, None));
    for (b, shift) in [(B_MIN, 73), (B_MAX, 117)] {
        let curve = Curve::of(b).unwrap();
        assert!(curve.inv >> 63 == 1 && curve.shift == shift);
    }
    let curve = Curve::of(B_MIN).unwrap();
    assert_eq!((curve.cost(&[]), curve.cost(&[u64::MAX, 0])), (None, None));
    assert_eq!(curve.shares_for(&[0, 0], 711, 2, 9), None);
    assert_eq!(curve.shares_for(&[0, 0], 711, 0, 0), Some(0));
    assert_eq!(curve.shares_for(&[5, 0], 3, 1, 1), None);
    assert_eq!((Curve::funded(1, 2), Curve::funded(700, 2), Curve::funded(u64::MAX, 2)), (None, None, None));
    assert_eq!((Curve::funded(1 << 20, 1), Curve::funded(1 << 20, 9)), (None, None));
}

/// Trades divide nothing: the series has no division in it, the curve one where it is made and one where it is funded.
#[test]
fn no_division() {
    let divisions = |source: &str| -> Vec<String> {
        let code = source.split("#[cfg(test)]").next().unwrap();
        let lines = code.lines().map(|line| line.split("//").next().unwrap().trim());
        let divides = |line: &&str| ["/", "%", "div", "rem("].iter().any(|sign| line.contains(sign));
        lines.filter(divides).map(String::from).collect()
    };
    assert_eq!(divisions(include_str!("../src/explog.rs")), Vec::<String>::new());
    let made = divisions(include_str!("../src/lmsr.rs"));
    assert!(made.len() == 2 && made[0].starts_with("let wide =") && made[1].starts_with("let mut b ="), "{made:?}");
}

/// A subsidy opens a curve that it can carry, and hardly any larger one.
#[test]
fn funded() {
    for n in 2..=8 {
        for subsidy in (10_000..12_000).chain((14..53).map(|e| (1 << e) + 12_345)) {
            let curve = Curve::funded(subsidy, n).unwrap();
            assert!(curve.cost(&vec![0; n]).unwrap() <= subsidy);
            let next = Curve::of(curve.b + 4).unwrap();
            assert!(next.cost(&vec![0; n]).unwrap() > subsidy, "{n} {subsidy}");
        }
    }
}

/// What is beyond SUPPLY_MAX cannot be bought, what is not there cannot be sold.
#[test]
fn ends() {
    let curve = Curve::of(1 << 20).unwrap();
    let mut supply = [SUPPLY_MAX, 0];
    let cost = curve.cost(&supply).unwrap();
    assert_eq!(buy(&curve, &mut supply.clone(), cost, 0, 1_000), None);
    assert_eq!(sell(&curve, &mut supply.clone(), cost, 1, 1), None);
    assert_eq!(sell(&curve, &mut supply, cost, 2, 1), None);
}

fn states() -> impl Strategy<Value = (Curve, Vec<u64>, usize)> {
    (
        10u32..54,
        any::<u64>(),
        2usize..=8,
        prop::collection::vec((0u32..63, any::<u64>()), 8),
        any::<usize>(),
        any::<bool>(),
    )
        .prop_map(|(bits, low, n, draws, pick, close)| {
            let b = 1 << bits | low & ((1 << bits) - 1);
            let held = |(size, draw): &(u32, u64)| {
                if close {
                    draw % (b * 50).min(SUPPLY_MAX)
                } else {
                    draw >> (63 - size) >> 1
                }
            };
            (Curve::of(b).unwrap(), draws[..n].iter().map(held).collect(), pick % n)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// C~ is above max(q), never falls, never rises by more than a share and an atom, and moves with complete sets exactly.
    #[test]
    fn cost((curve, q, i) in states(), by in prop_oneof![Just(1), 1..1_000u64, 0..1u64 << 62], sets in 0..1u64 << 62) {
        let cost = curve.cost(&q).unwrap();
        prop_assert!(cost > *q.iter().max().unwrap());
        let mut after = q.clone();
        after[i] += by;
        let lifted = curve.cost(&after).unwrap();
        prop_assert!(lifted >= cost && lifted - cost <= by + 1);
        let split: Vec<u64> = q.iter().map(|held| held + sets).collect();
        prop_assert_eq!(curve.cost(&split), Some(cost + sets));
    }

    /// The inverse never overspends, and leaves at most two atoms unless the supply is full.
    #[test]
    fn inverse((curve, mut q, i) in states(), net in prop_oneof![0..4u64, 1..10_000u64, 0..1u64 << 61]) {
        let cost = curve.cost(&q).unwrap();
        if let Some(trade) = buy(&curve, &mut q, cost, i, net) {
            prop_assert!(trade.value <= net && net - trade.value <= 2, "{trade:?} for {net}");
            prop_assert_eq!(curve.cost(&q), Some(trade.cost));
            let back = sell(&curve, &mut q, trade.cost, i, trade.shares).unwrap();
            prop_assert_eq!((back.value, back.cost), (trade.value, cost));
        }
    }
}

/// The fingerprint of what 100,000 random states cost, buy and sell: the twin computes the same.
#[test]
fn twin() {
    let (mut draw, mut print) = (Draw(2026), Print::new());
    for _ in 0..100_000 {
        let b = (1 << 10) + (draw.next() >> (11 + draw.next() % 44));
        let curve = Curve::of(b).unwrap();
        let n = 2 + (draw.next() % 7) as usize;
        let spread = b.saturating_mul(1 << draw.next() % 7).min(SUPPLY_MAX);
        let mut q: Vec<u64> = (0..n).map(|_| draw.next() % spread).collect();
        let i = (draw.next() % n as u64) as usize;
        let cost = curve.cost(&q).unwrap();
        let net = draw.next() >> (2 + draw.next() % 60);
        print.mix(&[curve.inv, u64::from(curve.shift), cost]);
        match buy(&curve, &mut q, cost, i, net) {
            Some(bought) => {
                let part = draw.next() % (bought.shares + 1);
                let sold = sell(&curve, &mut q, bought.cost, i, part).unwrap();
                print.mix(&[bought.shares, bought.value, sold.value, sold.cost]);
            }
            None => print.mix(&[7]),
        }
    }
    assert_eq!(print.0, FINGERPRINT, "{:#018x}", print.0);
}
