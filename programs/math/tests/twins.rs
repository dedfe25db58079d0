//! Pools, fees, creators' shares and the order book against their twins in idl/maths: the fingerprints of 100,000 random states are
//! those of tests/idl/maths/test_twins.py.

use market_math::book::{Book, Order, Seat, Taker, Tick, NONE, ORDERS, SEATS, TICKS};
use market_math::{curve, dividends, fees, parimutuel};

mod draw;
use draw::{Draw, Print};

const STATES: u64 = 100_000;
const POOLS: u64 = 0xc7f28d175d9c1c2b;
const SHARES: u64 = 0x8579738922bc0ba0;
const ORDERS_PRINT: u64 = 0x4537e61043176d99;

/// Stakes on 2 to 8 outcomes at any rates: fees, their parts, the payout, what a position gets, what a stake would.
#[test]
fn pools() {
    let (mut draw, mut print) = (Draw(2027), Print::new());
    for _ in 0..STATES {
        let n = 2 + draw.next() % 7;
        let supply: Vec<u64> = (0..n).map(|_| draw.sized(4)).collect();
        let rates: [u16; 3] = std::array::from_fn(|_| (draw.next() % 334) as u16);
        let total = rates.iter().map(|rate| u64::from(*rate)).sum();
        let outcome = (draw.next() % n) as usize;
        let amount = 1 + draw.sized(4);
        let payout = parimutuel::payout(&supply, outcome, total).unwrap();
        print.mix(&[payout.mask.into(), payout.num, payout.den, payout.fee]);
        print.mix(&fees::split_fee(payout.fee, rates).unwrap());
        print.mix(&[fees::trade_fee(supply[0], supply[1], total).unwrap(), fees::net_of(amount, total).unwrap()]);
        let shares: Vec<u64> = supply.iter().map(|held| draw.next() % (held + 1)).collect();
        print.mix_some(parimutuel::worth(&shares, payout.mask, payout.num, payout.den));
        print.mix_some(parimutuel::stake_rate_bps(&supply, outcome, amount, total));
    }
    assert_eq!(print.0, POOLS, "{:#018x}", print.0);
}

/// Curves and dividends within their bounds: prices, costs, what accrues, what is earned and what is left.
#[test]
fn shares() {
    let (mut draw, mut print) = (Draw(2028), Print::new());
    for _ in 0..STATES {
        let (a, c) = (draw.sized(24), draw.sized(2));
        let s = draw.next() % (curve::SUPPLY_MAX + 1);
        let n = draw.next() % (curve::SUPPLY_MAX - s + 1) >> (draw.next() % 20);
        print.mix_some(curve::price(a, c, s));
        print.mix_some(curve::cost(a, c, s, n));
        let supply = 1 + draw.next() % curve::SUPPLY_MAX;
        let (carry, amount) = (draw.next() % supply, draw.sized(0));
        let before = u128::from(draw.next()) << (draw.next() % 40);
        let (acc, rest) = dividends::accrue(before, carry, amount, supply).unwrap();
        print.mix_wide(acc);
        let held = draw.next() % (supply + 1);
        let (whole, fraction) = dividends::earned(held, acc, before).unwrap();
        print.mix(&[rest, whole, fraction]);
        print.mix_wide(dividends::debt_after(acc, held, fraction));
    }
    assert_eq!(print.0, SHARES, "{:#018x}", print.0);
}

struct Room {
    levels: [[u64; 2]; 2],
    used: [u64; 2],
    seated: u64,
    seq: u64,
    ticks: Vec<Tick>,
    orders: Vec<Order>,
    seats: Vec<Seat>,
}

impl Room {
    fn book(&mut self) -> Book<'_> {
        Book {
            levels: &mut self.levels,
            used: &mut self.used,
            seated: &mut self.seated,
            order_seq: &mut self.seq,
            ticks: &mut self.ticks,
            orders: &mut self.orders,
            seats: &mut self.seats,
            k: 7,
        }
    }
}

const OWNERS: u8 = 9;

/// An order of nine makers meets the book, and what is left of it rests.
fn order(book: &mut Book, print: &mut Print, x: u64, now: u64) {
    let (side, sells) = ((x & 1) as usize, x & 2 != 0);
    let (tick, lots, seat) = (35 + (x >> 8) as u8 % 30, 1 + (x >> 32) % 50, (x >> 56) as u8 % OWNERS);
    let (post_only, steps_max) = (x >> 5 & 7 == 0, (x >> 16) as u8 % 17);
    let taker = Taker { side, sells, tick, lots, seat, post_only, now: now as i64, steps_max };
    let taken = book
        .take(&taker, |one| {
            let (owner, how) = (u64::from(one.owner[0]), one.how as u64);
            print.mix(&[owner, one.index.into(), one.seq, one.tick.into(), one.lots, how]);
        })
        .unwrap();
    print.mix(&[taken.lots, taken.value, taken.base, taken.minted, taken.merged, taken.crossing.into()]);
    if taken.lots < lots && !taken.crossing && !book.is_full(side) {
        let expiry = if x >> 48 & 3 == 0 { (now + 1 + (x >> 40) % 64) as i64 } else { 0 };
        let rest = Order { expiry, lots: lots - taken.lots, seat, tick, sells: sells.into(), ..Order::default() };
        let (index, seq) = book.post(side, rest).unwrap();
        print.mix(&[index.into(), seq]);
    }
}

/// Orders, cancels and sweeps, one after another on one book.
#[test]
fn orders() {
    let (mut draw, mut print) = (Draw(2029), Print::new());
    let (ticks, orders, seats) =
        (vec![Tick::default(); 2 * TICKS], vec![Order::default(); ORDERS], vec![Seat::default(); SEATS]);
    let mut room = Room { levels: [[0; 2]; 2], used: [0; 2], seated: 0, seq: 0, ticks, orders, seats };
    let mut book = room.book();
    for owner in 0..OWNERS {
        assert_eq!(book.sit([owner + 1; 32]), Some(owner));
    }
    for now in 0..STATES {
        let x = draw.next();
        match draw.next() % 8 {
            0..=4 => order(&mut book, &mut print, x, now),
            5..=6 => {
                if let Some(index) = book.next_order(x as u8 % 128) {
                    let gone = book.cancel(index).unwrap();
                    print.mix(&[index.into(), gone.seq, gone.lots]);
                }
            }
            _ => {
                let seat = x as u8 % OWNERS;
                let swept = book.sweep(seat).unwrap();
                print.mix(&[swept.credit, swept.shares[0], swept.shares[1], book.seats[usize::from(seat)].locked]);
                if book.stand(seat).unwrap() {
                    assert_eq!(book.sit([seat + 1; 32]), Some(seat));
                }
            }
        }
    }
    assert!(book.order(NONE).is_none());
    assert_eq!(print.0, ORDERS_PRINT, "{:#018x}", print.0);
}
