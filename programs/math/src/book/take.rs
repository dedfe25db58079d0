//! Matching: a taker meets the best price first, and at one price the oldest order first, always at the maker's price.

use super::{locks, lot_of, side_of, Book, Lock, Order, LOT, NONE};

/// An order that arrives, in YES terms.
#[derive(Clone, Copy, Debug)]
pub struct Taker {
    pub side: usize,
    pub sells: bool,
    /// Worst price it takes.
    pub tick: u8,
    pub lots: u64,
    /// Its owner's seat, NONE without one.
    pub seat: u8,
    /// Refuses to take: the first live order of somebody else that it meets ends the matching.
    pub post_only: bool,
    pub now: i64,
    /// Most steps; every order looked at is one.
    pub steps_max: u8,
}

/// What became of an order of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum How {
    /// Collateral met collateral: a set of shares was made.
    Mint = 0,
    /// Shares changed hands.
    Transfer = 1,
    /// Shares met shares: a set was dissolved.
    Merge = 2,
    /// Cancelled: the taker's own.
    Own = 3,
    /// Cancelled: it had expired.
    Expired = 4,
}

/// One step: the order of the book and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub index: u8,
    /// Whose it is.
    pub owner: [u8; 32],
    pub seq: u64,
    pub tick: u8,
    /// Filled or cancelled.
    pub lots: u64,
    pub how: How,
}

/// What a taker got, in sums over the steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub lots: u64,
    /// Collateral against its shares: what a buyer pays, what a seller gets.
    pub value: u64,
    /// Sum over the fills of min(value, shares - value): what the fee is taken of.
    pub base: u64,
    /// Shares of each outcome made and dissolved.
    pub minted: u64,
    pub merged: u64,
    pub steps: u8,
    /// It would go on: the best price still crosses.
    pub crossing: bool,
}

impl Book<'_> {
    /// Matches a taker; `record` sees every step in order. The taker's own shares and collateral are the caller's to move.
    pub fn take(&mut self, taker: &Taker, mut record: impl FnMut(Step)) -> Option<Taken> {
        let other = 1 - taker.side;
        let mut taken = Taken::default();
        while taken.lots < taker.lots {
            let Some(best) = self.best(other).filter(|best| Self::crosses(taker.side, taker.tick, *best)) else {
                break;
            };
            if taken.steps == taker.steps_max {
                taken.crossing = true;
                break;
            }
            let index = self.level(other, best)?.head;
            let maker = *self.orders.get(usize::from(index))?;
            let dead = cancelled(&maker, taker);
            if dead.is_none() && taker.post_only {
                taken.crossing = true;
                break;
            }
            taken.steps += 1;
            let owner = self.seats.get(usize::from(maker.seat))?.owner;
            let (lots, how) = match dead {
                Some(how) => (self.cancel(index)?.lots, how),
                None => self.fill(index, &maker, taker, &mut taken)?,
            };
            record(Step { index, owner, seq: maker.seq, tick: maker.tick, lots, how });
        }
        Some(taken)
    }

    /// Fills a maker's order as far as the taker goes; says by how many lots.
    fn fill(&mut self, index: u8, maker: &Order, taker: &Taker, taken: &mut Taken) -> Option<(u64, How)> {
        let lots = maker.lots.min(taker.lots - taken.lots);
        let sells = maker.sells != 0;
        let side = side_of(index);
        if lots == maker.lots {
            self.remove(index)?;
        } else {
            self.orders.get_mut(usize::from(index))?.lots = maker.lots - lots;
        }
        let shares = LOT.checked_mul(self.k)?.checked_mul(lots)?;
        let (outcome, price) = lot_of(side, sells, maker.tick);
        let (_, unlocked) = locks(side, sells, maker.tick, lots, self.k)?;
        let gained = if sells {
            (Lock::Collateral, price.checked_mul(self.k)?.checked_mul(lots)?)
        } else {
            (Lock::Shares(outcome), shares)
        };
        let seat = self.seat_mut(maker.seat)?;
        seat.locked = seat.locked.checked_sub(unlocked)?;
        seat.give(&gained.0, gained.1)?;
        let (_, price) = lot_of(taker.side, taker.sells, maker.tick);
        let value = price.checked_mul(self.k)?.checked_mul(lots)?;
        taken.lots += lots;
        taken.value = taken.value.checked_add(value)?;
        taken.base = taken.base.checked_add(value.min(shares - value))?;
        Some((lots, taken.kind(sells, taker.sells, shares)?))
    }
}

impl Taken {
    fn kind(&mut self, maker_sells: bool, taker_sells: bool, shares: u64) -> Option<How> {
        let (sum, how) = match (maker_sells, taker_sells) {
            (false, false) => (&mut self.minted, How::Mint),
            (true, true) => (&mut self.merged, How::Merge),
            _ => return Some(How::Transfer),
        };
        *sum = sum.checked_add(shares)?;
        Some(how)
    }
}

/// Why an order that a taker meets is cancelled instead of filled.
fn cancelled(maker: &Order, taker: &Taker) -> Option<How> {
    if maker.seat == taker.seat && taker.seat != NONE {
        return Some(How::Own);
    }
    (maker.expiry != 0 && maker.expiry <= taker.now).then_some(How::Expired)
}
