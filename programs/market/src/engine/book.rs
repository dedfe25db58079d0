//! The order book on a Market: an order is matched, what is left of it rests, and money and shares move between its owner's
//! Position, the seats of the makers, and the market's sums.

use anchor_lang::prelude::*;
use market_math::book::{locks, lot_of, Book, Holdings, How, Order, Step, Taken, Taker, ASK, BID, LOT};
use market_math::fees;

use crate::constants::{order_kind, step, MATCHES_MAX, NONE};
use crate::errors::MarketError;
use crate::events::Fill;
use crate::state::{Market, Position};

/// An order as its owner says it.
#[derive(Clone, Copy)]
pub struct Request {
    pub sells: bool,
    /// 0 YES, 1 NO.
    pub outcome: u8,
    /// Price of the outcome's share, 1 to 99.
    pub tick: u8,
    pub lots: u64,
    pub kind: u8,
    pub expiry: i64,
    pub client_id: u64,
    pub max_matches: u8,
}

impl Request {
    /// The side of the book it is on: buying YES and selling NO are bids.
    pub fn side(&self) -> usize {
        if self.sells == (self.outcome == 1) {
            BID
        } else {
            ASK
        }
    }

    /// Its price in YES terms.
    pub fn yes_tick(&self) -> u8 {
        if self.outcome == 0 {
            self.tick
        } else {
            (LOT as u8) - self.tick
        }
    }

    fn rests(&self) -> bool {
        self.kind == order_kind::LIMIT || self.kind == order_kind::POST_ONLY
    }

    /// What it locks if all of it rests, and so the most it pays in, the fee aside.
    pub fn locks(&self, lots: u64, k: u64) -> Result<u64> {
        Ok(sure(locks(self.side(), self.sells, self.yes_tick(), lots, k))?.1)
    }
}

/// The order that a matched one left in the book.
#[derive(Clone, Copy)]
pub struct Rest {
    /// NONE: nothing rests.
    pub index: u8,
    pub seq: u64,
    pub lots: u64,
    locked: u64,
}

/// What placing an order did.
pub struct Placed {
    pub taken: Taken,
    pub rest: Rest,
    pub fee: u64,
    /// Collateral that the owner's Position has too little of: to be pulled from the wallet.
    pub missing: u64,
    /// What the order costs or brings.
    pub total: u64,
}

/// A book that contradicts itself, or a number out of range, is a bug.
fn sure<T>(found: Option<T>) -> Result<T> {
    found.ok_or_else(|| MarketError::Overflow.into())
}

/// Matches an order and posts what is left; every step goes into `fills`. `other` is the Position whose seat may be taken.
pub fn place(
    market: &mut Market,
    book: &mut Book,
    position: &mut Position,
    other: Option<&mut Position>,
    (request, now): (&Request, i64),
    fills: &mut Vec<Fill>,
) -> Result<Placed> {
    let had = position.seat;
    let taker = Taker {
        side: request.side(),
        sells: request.sells,
        tick: request.yes_tick(),
        lots: request.lots,
        seat: had,
        post_only: request.kind == order_kind::POST_ONLY,
        now,
        steps_max: request.max_matches,
    };
    let taken = sure(book.take(&taker, |one| fills.push(fill_of(&one))))?;
    let whole = taken.lots == request.lots;
    require!(whole || request.kind != order_kind::FOK, MarketError::NotFilled);
    require!(!taken.crossing || request.kind != order_kind::POST_ONLY, MarketError::WouldCross);
    let rest = if whole || taken.crossing || !request.rests() {
        Rest { index: NONE, seq: 0, lots: 0, locked: 0 }
    } else {
        post(market, book, position, other, request, request.lots - taken.lots, fills)?
    };
    leave(market, book, position)?;
    pay(market, position, request, taken, rest)
}

fn fill_of(one: &Step) -> Fill {
    let how = match one.how {
        How::Mint => step::MINT,
        How::Transfer => step::TRANSFER,
        How::Merge => step::MERGE,
        How::Own => step::OWN,
        How::Expired => step::EXPIRED,
    };
    let maker = Pubkey::new_from_array(one.owner);
    Fill { maker, index: one.index, seq: one.seq, tick: one.tick, lots: one.lots, how }
}

/// Posts what is left of an order, if it locks at least the market's least stake.
fn post(
    market: &Market,
    book: &mut Book,
    position: &mut Position,
    other: Option<&mut Position>,
    request: &Request,
    lots: u64,
    fills: &mut Vec<Fill>,
) -> Result<Rest> {
    let locked = request.locks(lots, market.lot_k)?;
    if locked < market.min_stake {
        return Ok(Rest { index: NONE, seq: 0, lots: 0, locked: 0 });
    }
    let (side, tick) = (request.side(), request.yes_tick());
    if position.seat == NONE {
        if book.seats_full() {
            take_seat(book, other, locked, usize::from(request.max_matches), fills)?;
        }
        position.seat = sure(book.sit(position.owner.to_bytes()))?;
    }
    if book.is_full(side) {
        let index = book.evicted_by(side, tick).ok_or(MarketError::BookFull)?;
        fills.push(cancel(book, index, step::EVICTED)?);
    }
    let order = Order {
        client_id: request.client_id,
        expiry: request.expiry,
        lots,
        seat: position.seat,
        tick,
        sells: u8::from(request.sells),
        ..Order::default()
    };
    let (index, seq) = sure(book.post(side, order))?;
    Ok(Rest { index, seq, lots, locked })
}

/// Frees the seat of the named Position: it has the least locked of all, and the newcomer locks at least twice that. One step,
/// whatever number of orders it cancels.
fn take_seat(
    book: &mut Book,
    other: Option<&mut Position>,
    locked: u64,
    steps_max: usize,
    fills: &mut Vec<Fill>,
) -> Result<()> {
    let other = other.ok_or(MarketError::SeatsFull)?;
    let seat = other.seat;
    let held = book.seats.get(usize::from(seat)).map(|held| held.locked).ok_or(MarketError::SeatsFull)?;
    let twice = held.checked_mul(2).ok_or(MarketError::Overflow)?;
    require!(held == book.least_locked() && locked >= twice, MarketError::SeatsFull);
    let orders = orders_of(book, seat);
    require!(orders.is_empty() || fills.len() < steps_max, MarketError::SeatsFull);
    // All at once, however many: else a seat with more orders than an order has steps could never be taken over.
    fills.reserve_exact(orders.len() + 1);
    for index in orders {
        fills.push(cancel(book, index, step::SEAT)?);
    }
    sweep(book, other)
}

/// Places of a seat's orders, the bids first.
pub fn orders_of(book: &Book, seat: u8) -> Vec<u8> {
    let locked = book.seats.get(usize::from(seat)).is_some_and(|held| held.locked > 0);
    if !locked {
        return Vec::new();
    }
    places(book).filter(|index| book.order(*index).is_some_and(|order| order.seat == seat)).collect()
}

/// Places of all orders.
pub fn places<'a>(book: &'a Book) -> impl Iterator<Item = u8> + 'a {
    let mut from = Some(0);
    std::iter::from_fn(move || {
        let index = book.next_order(from?)?;
        from = index.checked_add(1);
        Some(index)
    })
}

/// Cancels an order into its seat and says whose it was.
pub fn cancel(book: &mut Book, index: u8, how: u8) -> Result<Fill> {
    let order = sure(book.cancel(index))?;
    let seat = sure(book.seats.get(usize::from(order.seat)))?;
    let maker = Pubkey::new_from_array(seat.owner);
    Ok(Fill { maker, index, seq: order.seq, tick: order.tick, lots: order.lots, how })
}

/// Moves what is free in a Position's seat into the Position, and frees the seat if nothing is left in it.
fn sweep(book: &mut Book, position: &mut Position) -> Result<()> {
    let swept = sure(book.sweep(position.seat))?;
    receive(position, &swept)?;
    if sure(book.stand(position.seat))? {
        position.seat = NONE;
    }
    Ok(())
}

/// Adds what comes out of a seat to its owner's Position.
pub fn receive(position: &mut Position, held: &Holdings) -> Result<()> {
    position.credit = sure(position.credit.checked_add(held.credit))?;
    for (shares, more) in position.shares.iter_mut().zip(held.shares) {
        *shares = sure(shares.checked_add(more))?;
    }
    Ok(())
}

/// Sweeps the seat of a Position that has one; once the market is decided, its orders are cancelled first.
pub fn leave(market: &Market, book: &mut Book, position: &mut Position) -> Result<()> {
    if position.seat == NONE {
        return Ok(());
    }
    if market.decided() {
        for index in orders_of(book, position.seat) {
            sure(book.cancel(index))?;
        }
    }
    sweep(book, position)
}

/// Takes everything out of a seat and frees it; its owner was paid for it.
pub fn clear(book: &mut Book, seat: u8) -> Result<()> {
    for index in orders_of(book, seat) {
        sure(book.cancel(index))?;
    }
    sure(book.sweep(seat))?;
    require!(sure(book.stand(seat))?, MarketError::Overflow);
    Ok(())
}

/// Charges or credits the owner for what was taken, with the fee, and for what rests; the market's sums follow.
fn pay(market: &mut Market, position: &mut Position, request: &Request, taken: Taken, rest: Rest) -> Result<Placed> {
    let fee = sure(fees::loser_fee(taken.base, market.fee_total_bps()))?;
    let parts = sure(fees::split_fee(fee, market.fee_bps))?;
    let (outcome, _) = lot_of(request.side(), request.sells, request.yes_tick());
    let unit = sure(LOT.checked_mul(market.lot_k))?;
    let filled = sure(unit.checked_mul(taken.lots))?;
    let shares = position.shares.get_mut(outcome).ok_or(MarketError::BadOutcome)?;
    let (total, missing) = if request.sells {
        let given = sure(filled.checked_add(rest.locked))?;
        *shares = shares.checked_sub(given).ok_or(MarketError::SharesTooFew)?;
        let gained = sure(taken.value.checked_sub(fee))?;
        position.credit = sure(position.credit.checked_add(gained))?;
        (gained, 0)
    } else {
        *shares = sure(shares.checked_add(filled))?;
        let cost = taken.value.checked_add(fee).and_then(|sum| sum.checked_add(rest.locked));
        let cost = sure(cost)?;
        let own = position.credit.min(cost);
        position.credit -= own;
        (cost, cost - own)
    };
    let escrow = u128::from(market.escrow) + u128::from(missing) + u128::from(taken.merged);
    let escrow = escrow.checked_sub(u128::from(taken.minted) + u128::from(fee));
    market.escrow = escrow.and_then(|e| u64::try_from(e).ok()).ok_or(MarketError::InvariantViolated)?;
    for supply in market.supply.iter_mut().take(2) {
        *supply = sure(supply.checked_add(taken.minted).and_then(|s| s.checked_sub(taken.merged)))?;
    }
    for (owed, part) in market.fees_owed.iter_mut().zip(parts) {
        *owed = sure(owed.checked_add(part))?;
    }
    Ok(Placed { taken, rest, fee, missing, total })
}

/// Room for the fills of one order: its steps and an eviction.
pub fn fills_room(request: &Request) -> usize {
    usize::from(request.max_matches.min(MATCHES_MAX)) + 1
}

/// Best bid and best ask, NONE where a side is empty.
pub fn bests(book: &Book) -> (u8, u8) {
    (book.best(BID).unwrap_or(NONE), book.best(ASK).unwrap_or(NONE))
}
