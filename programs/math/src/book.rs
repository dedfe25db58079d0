//! The order book on plain slices: price levels, orders in them by age, and seats that hold what makers own.
//!
//! All is in YES terms. A lot is 100 * k shares; a YES lot at tick t in 1..=99 costs t * k, a NO lot (100 - t) * k: matching never
//! rounds. A bid buys YES with collateral or sells NO shares; an ask sells YES shares or buys NO with collateral. Whatever an order
//! locks is in its seat's `locked`; what it brings in, and what a cancelled one gives back, in the seat's `credit` and `shares`.
//!
//! Zeros are an empty book. Its bytes depend on the orders and seats in it alone: an order takes the lowest free place of its side,
//! and a freed place, level or seat is zeros again. A function answers None where the book contradicts itself or a number would
//! leave its range; nothing may be kept of it then.

use bytemuck::{Pod, Zeroable};

mod take;
pub use take::{How, Step, Taken, Taker};

pub const BID: usize = 0;
pub const ASK: usize = 1;
/// Greatest tick; the least is 1.
pub const TICK_MAX: u8 = 99;
pub const TICKS: usize = 99;
/// Places for orders of each side: bids have 0..64, asks 64..128.
pub const SIDE_ORDERS: usize = 64;
pub const ORDERS: usize = 2 * SIDE_ORDERS;
pub const SEATS: usize = 48;
/// Shares of a lot, in units of k.
pub const LOT: u64 = 100;
/// No order, no seat.
pub const NONE: u8 = 255;

/// One price level of one side: its oldest and its newest order. Meaningless where the level's bit is clear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Tick {
    pub head: u8,
    pub tail: u8,
    pub reserved: [u8; 2],
}

/// A resting order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Order {
    /// Its age: greater is newer. Never given twice.
    pub seq: u64,
    pub client_id: u64,
    /// From then on it is dead; 0 = never.
    pub expiry: i64,
    pub lots: u64,
    pub seat: u8,
    pub tick: u8,
    /// 1: it locks shares and sells them; 0: it locks collateral and buys.
    pub sells: u8,
    /// The next newer order of its level.
    pub next: u8,
    /// The next older order of its level.
    pub prev: u8,
    pub reserved: [u8; 3],
}

/// What one maker has in the book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Seat {
    pub owner: [u8; 32],
    /// Collateral and shares in its orders, one for one; 0 = it has no order.
    pub locked: u64,
    /// Collateral free to be swept.
    pub credit: u64,
    /// YES and NO shares free to be swept.
    pub shares: [u64; 2],
}

/// What a wallet has in the book: collateral, YES and NO shares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    pub credit: u64,
    pub shares: [u64; 2],
}

impl Holdings {
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    fn add(&mut self, lock: &Lock, amount: u64) -> Option<()> {
        let held = match lock {
            Lock::Collateral => &mut self.credit,
            Lock::Shares(outcome) => self.shares.get_mut(*outcome)?,
        };
        *held = held.checked_add(amount)?;
        Some(())
    }
}

/// What an order locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    Collateral,
    /// Of this outcome.
    Shares(usize),
}

/// What one lot of an order is about: the outcome whose shares it brings or takes (0 YES, 1 NO), and their price in units of k.
pub fn lot_of(side: usize, sells: bool, tick: u8) -> (usize, u64) {
    let yes = (side == BID) != sells;
    let tick = u64::from(tick.min(TICK_MAX));
    if yes {
        (0, tick)
    } else {
        (1, LOT - tick)
    }
}

/// What an order of so many lots locks: price * k * lots of collateral, or 100 * k * lots shares.
pub fn locks(side: usize, sells: bool, tick: u8, lots: u64, k: u64) -> Option<(Lock, u64)> {
    let (outcome, price) = lot_of(side, sells, tick);
    let (lock, unit) = if sells { (Lock::Shares(outcome), LOT) } else { (Lock::Collateral, price) };
    Some((lock, unit.checked_mul(k)?.checked_mul(lots)?))
}

/// The side of an order by its place.
pub fn side_of(index: u8) -> usize {
    usize::from(usize::from(index) >= SIDE_ORDERS)
}

/// An order book.
pub struct Book<'a> {
    /// Bit t of a side: its level t has orders.
    pub levels: &'a mut [[u64; 2]; 2],
    /// Bit i of a side: its place i has an order.
    pub used: &'a mut [u64; 2],
    /// Bit i: seat i is taken.
    pub seated: &'a mut u64,
    /// Seq of the newest order ever.
    pub order_seq: &'a mut u64,
    /// Levels 1..=99 of the bids, then of the asks.
    pub ticks: &'a mut [Tick],
    pub orders: &'a mut [Order],
    pub seats: &'a mut [Seat],
    /// A lot is 100 * k shares.
    pub k: u64,
}

impl Book<'_> {
    /// Best price of a side: the highest bid, the lowest ask.
    pub fn best(&self, side: usize) -> Option<u8> {
        let levels = self.levels.get(side)?;
        if side == BID {
            highest(levels)
        } else {
            lowest(levels)
        }
    }

    /// Worst price of a side.
    pub fn worst(&self, side: usize) -> Option<u8> {
        let levels = self.levels.get(side)?;
        if side == BID {
            lowest(levels)
        } else {
            highest(levels)
        }
    }

    /// Whether an order of `side` at `tick` meets a price of the other side.
    pub fn crosses(side: usize, tick: u8, other: u8) -> bool {
        if side == BID {
            other <= tick
        } else {
            other >= tick
        }
    }

    pub fn order(&self, index: u8) -> Option<&Order> {
        let bit = usize::from(index) % SIDE_ORDERS;
        let there = self.used.get(side_of(index))? >> bit & 1 == 1;
        self.orders.get(usize::from(index)).filter(|_| there)
    }

    fn level(&mut self, side: usize, tick: u8) -> Option<&mut Tick> {
        self.ticks.get_mut(side * TICKS + usize::from(tick).checked_sub(1)?)
    }

    pub fn seat_mut(&mut self, seat: u8) -> Option<&mut Seat> {
        self.seats.get_mut(usize::from(seat))
    }

    /// The oldest order at the best price of a side.
    pub fn first(&mut self, side: usize) -> Option<u8> {
        let tick = self.best(side)?;
        self.level(side, tick).map(|level| level.head)
    }

    /// The order that a full side gives up for a strictly better price: the newest at its worst.
    pub fn evicted_by(&mut self, side: usize, tick: u8) -> Option<u8> {
        let worst = self.worst(side)?;
        let better = if side == BID { tick > worst } else { tick < worst };
        self.level(side, worst).filter(|_| better).map(|level| level.tail)
    }

    pub fn is_full(&self, side: usize) -> bool {
        self.used.get(side) == Some(&u64::MAX)
    }

    /// Puts an order at the end of its level; its seat's `locked` grows by what it locks, which the caller has taken from its owner.
    pub fn post(&mut self, side: usize, order: Order) -> Option<(u8, u64)> {
        let word = self.used.get_mut(side)?;
        let place = u8::try_from((!*word).trailing_zeros()).ok().filter(|place| usize::from(*place) < SIDE_ORDERS)?;
        *word |= 1 << place;
        let index = place + if side == BID { 0 } else { SIDE_ORDERS as u8 };
        let (_, locked) = locks(side, order.sells != 0, order.tick, order.lots, self.k)?;
        let seat = self.seat_mut(order.seat)?;
        seat.locked = seat.locked.checked_add(locked)?;
        *self.order_seq = self.order_seq.checked_add(1)?;
        let prev = self.append(side, order.tick, index)?;
        let seq = *self.order_seq;
        *self.orders.get_mut(usize::from(index))? = Order { seq, next: NONE, prev, reserved: [0; 3], ..order };
        Some((index, seq))
    }

    /// Makes an order the newest of its level; says which was it before.
    fn append(&mut self, side: usize, tick: u8, index: u8) -> Option<u8> {
        let mask = 1u64 << (tick & 63);
        let word = self.levels.get_mut(side)?.get_mut(usize::from(tick >> 6))?;
        let empty = *word & mask == 0;
        *word |= mask;
        let level = self.level(side, tick)?;
        let prev = if empty { NONE } else { level.tail };
        level.tail = index;
        if empty {
            level.head = index;
        } else {
            self.orders.get_mut(usize::from(prev))?.next = index;
        }
        Some(prev)
    }

    /// Takes an order out of its level and frees its place; its seat is left as it is.
    fn remove(&mut self, index: u8) -> Option<Order> {
        let side = side_of(index);
        *self.used.get_mut(side)? &= !(1u64 << (usize::from(index) % SIDE_ORDERS));
        let order = core::mem::take(self.orders.get_mut(usize::from(index))?);
        let Order { prev, next, tick, .. } = order;
        if prev != NONE {
            self.orders.get_mut(usize::from(prev))?.next = next;
        }
        if next != NONE {
            self.orders.get_mut(usize::from(next))?.prev = prev;
        }
        let level = self.level(side, tick)?;
        match (prev, next) {
            (NONE, NONE) => {
                *level = Tick::default();
                *self.levels.get_mut(side)?.get_mut(usize::from(tick >> 6))? &= !(1u64 << (tick & 63));
            }
            (NONE, _) => level.head = next,
            (_, NONE) => level.tail = prev,
            _ => {}
        }
        Some(order)
    }

    /// Cancels an order that is there: what it locks goes back into its seat.
    pub fn cancel(&mut self, index: u8) -> Option<Order> {
        let order = self.remove(index)?;
        let (lock, amount) = locks(side_of(index), order.sells != 0, order.tick, order.lots, self.k)?;
        let seat = self.seat_mut(order.seat)?;
        seat.locked = seat.locked.checked_sub(amount)?;
        seat.give(&lock, amount)?;
        Some(order)
    }

    /// The next place from `from` on that has an order.
    pub fn next_order(&self, from: u8) -> Option<u8> {
        let mut from = usize::from(from);
        while from < ORDERS {
            let word = self.used.get(from / SIDE_ORDERS)? >> (from % SIDE_ORDERS);
            if word != 0 {
                return u8::try_from(from + word.trailing_zeros() as usize).ok();
            }
            from = (from / SIDE_ORDERS + 1) * SIDE_ORDERS;
        }
        None
    }

    /// Everything a seat would give if its orders were cancelled and it were swept.
    pub fn holdings(&self, seat: u8) -> Option<Holdings> {
        let held = self.seats.get(usize::from(seat))?;
        let mut all = Holdings { credit: held.credit, shares: held.shares };
        let (mut left, mut from) = (held.locked, 0);
        while left > 0 {
            let index = self.next_order(from)?;
            from = index + 1;
            let order = self.orders.get(usize::from(index))?;
            if order.seat == seat {
                let (lock, amount) = locks(side_of(index), order.sells != 0, order.tick, order.lots, self.k)?;
                all.add(&lock, amount)?;
                left = left.checked_sub(amount)?;
            }
        }
        Some(all)
    }

    /// Takes out what is free in a seat; its orders stay.
    pub fn sweep(&mut self, seat: u8) -> Option<Holdings> {
        let held = self.seat_mut(seat)?;
        let swept = Holdings { credit: held.credit, shares: held.shares };
        (held.credit, held.shares) = (0, [0; 2]);
        Some(swept)
    }

    /// Gives the lowest free seat to a wallet; None if all are taken.
    pub fn sit(&mut self, owner: [u8; 32]) -> Option<u8> {
        let place = u8::try_from((!*self.seated).trailing_zeros()).ok().filter(|place| usize::from(*place) < SEATS)?;
        *self.seated |= 1 << place;
        *self.seat_mut(place)? = Seat { owner, ..Seat::default() };
        Some(place)
    }

    /// Frees a seat that has nothing left in it; says whether it had nothing.
    pub fn stand(&mut self, seat: u8) -> Option<bool> {
        let held = self.seat_mut(seat)?;
        let empty = held.locked == 0 && held.credit == 0 && held.shares == [0; 2];
        if empty {
            *held = Seat::default();
            *self.seated &= !(1u64 << seat);
        }
        Some(empty)
    }

    /// Whether no seat is free.
    pub fn seats_full(&self) -> bool {
        self.seated.count_ones() as usize >= SEATS
    }

    /// The least that any seat has locked; all seats taken.
    pub fn least_locked(&self) -> u64 {
        self.seats.iter().map(|seat| seat.locked).min().unwrap_or(0)
    }
}

impl Seat {
    pub(crate) fn give(&mut self, lock: &Lock, amount: u64) -> Option<()> {
        let mut held = Holdings { credit: self.credit, shares: self.shares };
        held.add(lock, amount)?;
        (self.credit, self.shares) = (held.credit, held.shares);
        Some(())
    }
}

fn lowest(levels: &[u64; 2]) -> Option<u8> {
    let [low, high] = *levels;
    match (low, high) {
        (0, 0) => None,
        (0, high) => u8::try_from(64 + high.trailing_zeros()).ok(),
        (low, _) => u8::try_from(low.trailing_zeros()).ok(),
    }
}

fn highest(levels: &[u64; 2]) -> Option<u8> {
    let [low, high] = *levels;
    match (low, high) {
        (0, 0) => None,
        (low, 0) => u8::try_from(63 - low.leading_zeros()).ok(),
        (_, high) => u8::try_from(127 - high.leading_zeros()).ok(),
    }
}

#[cfg(test)]
mod tests;
