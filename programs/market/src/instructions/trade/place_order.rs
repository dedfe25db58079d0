//! place_order: matches an order with the book, best price first and oldest first, and posts what is left of it.
//!
//! A buyer pays out of the position's free collateral first, then out of the wallet; what a seller gets is free collateral.

use anchor_lang::prelude::*;

use crate::constants::{engine, order_kind, pause, CONFIG_ADDRESS, MATCHES_MAX};
use crate::engine::book::{self, Placed, Request};
use crate::errors::MarketError;
use crate::events::{emit_sized, Fill, OrderPlaced, PlacedOrder, PositionState, Value};
use crate::pda;
use crate::solvency;
use crate::state::{Book, Config, Market, Position};
use crate::token::{self, Transfer};

/// Bytes of OrderPlaced without fills, and of one fill.
const EVENT_BYTES: usize = 520;
const FILL_BYTES: usize = 51;

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct PlaceOrderArgs {
    /// 0 buy, 1 sell.
    pub side: u8,
    /// 0 YES, 1 NO.
    pub outcome: u8,
    /// Worst price of the outcome's share, in hundredths: 1 to 99.
    pub tick: u8,
    pub lots: u64,
    /// 0 LIMIT, 1 IOC, 2 FOK, 3 POST_ONLY.
    pub kind: u8,
    /// From then on a resting order is dead, unix seconds; 0 = never.
    pub expiry: i64,
    /// The owner's own number.
    pub client_id: u64,
    /// Most orders that it may look at, up to 16.
    pub max_matches: u8,
    /// Buying: most collateral it may cost, with fee and what rests. Selling: least that it must bring at once.
    pub bound: u64,
    /// Acts once.
    pub nonce: u64,
    /// Last slot in which it may land.
    pub valid_until: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct PlaceOrder<'info> {
    /// The settings: the pause alone is read.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The open market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's vault, pinned by the hash of its seeds.
    #[account(mut, constraint = pda::is_vault(vault.key, &market)? @ MarketError::WrongVault)]
    pub vault: UncheckedAccount<'info>,
    /// The market's book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// CHECK: the owner's position, made at the first order; Position::open looks into it.
    #[account(mut)]
    pub position: UncheckedAccount<'info>,
    /// Places the order; owns the position.
    pub owner: Signer<'info>,
    /// Pays a new position's rent and gets it back.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: the owner's token account; the token program looks into it.
    #[account(mut)]
    pub owner_token: UncheckedAccount<'info>,
    /// CHECK: if all seats are taken, the position of the seat to take over; else left out.
    #[account(mut)]
    pub other: Option<UncheckedAccount<'info>>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl PlaceOrderArgs {
    /// The order, within its bounds.
    fn request(&self, market: &Market, now: i64) -> Result<Request> {
        let known = self.side <= 1 && self.kind <= order_kind::POST_ONLY && self.max_matches <= MATCHES_MAX;
        let priced = (1..=99).contains(&self.tick) && self.lots > 0;
        require!(known && priced && (self.expiry == 0 || self.expiry > now), MarketError::BadOrder);
        require!(self.outcome < market.n, MarketError::BadOutcome);
        let request = Request {
            sells: self.side == 1,
            outcome: self.outcome,
            tick: self.tick,
            lots: self.lots,
            kind: self.kind,
            expiry: self.expiry,
            client_id: self.client_id,
            max_matches: self.max_matches,
        };
        let locks = request.locks(self.lots, market.lot_k)?;
        let leaves = request.sells && (self.kind == order_kind::IOC || self.kind == order_kind::FOK);
        require!(leaves || locks >= market.min_stake, MarketError::AmountTooSmall);
        require!(request.sells || locks <= market.max_stake, MarketError::AmountTooLarge);
        Ok(request)
    }
}

impl PlaceOrder<'_> {
    fn validate(&self, market: &Market, args: &PlaceOrderArgs, clock: &Clock) -> Result<()> {
        require!(market.engine == engine::BOOK, MarketError::WrongEngine);
        market.require_trading(&*self.config.load()?, pause::ORDER, clock.unix_timestamp)?;
        require!(clock.slot <= args.valid_until, MarketError::Expired);
        token::require_mint(market, &self.mint, &self.token_program)
    }

    /// The position whose seat may be taken over, if one is named.
    fn other(&self) -> Result<Option<Position>> {
        let Some(account) = &self.other else { return Ok(None) };
        let other = Position::of_market(account, self.market.as_ref().key);
        require!(other.is_some() && account.key != self.position.key, MarketError::WrongPosition);
        Ok(other)
    }

    fn pull(&self, amount: u64) -> Result<()> {
        if amount == 0 {
            return Ok(());
        }
        let transfer = Transfer {
            token_program: &self.token_program,
            mint: &self.mint,
            from: &self.owner_token,
            to: &self.vault,
            authority: &self.owner,
        };
        transfer.run(amount, &[])
    }

    /// Writes the positions back and says how they are now.
    fn store(&self, position: &Position, other: Option<Position>) -> Result<Vec<PositionState>> {
        position.store(&self.position)?;
        let mut states = vec![PositionState::of(position)];
        if let (Some(account), Some(other)) = (&self.other, other) {
            other.store(account)?;
            states.push(PositionState::of(&other));
        }
        Ok(states)
    }
}

impl PlaceOrderArgs {
    fn placed(&self, placed: &Placed) -> PlacedOrder {
        PlacedOrder {
            side: self.side,
            outcome: self.outcome,
            tick: self.tick,
            lots: self.lots,
            kind: self.kind,
            expiry: self.expiry,
            client_id: self.client_id,
            rest: placed.rest.lots,
            index: placed.rest.index,
            seq: placed.rest.seq,
        }
    }
}

pub fn handler(ctx: Context<PlaceOrder>, args: PlaceOrderArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let address = a.market.key();
    let mut market = a.market.load_mut()?;
    a.validate(&market, &args, &clock)?;
    let request = args.request(&market, clock.unix_timestamp)?;
    let mut position = Position::open(&a.position, &address, market.n, a.owner.key, &a.payer)?;
    position.use_nonce(args.nonce)?;
    let mut other = a.other()?;
    let mut book = a.book.load_mut()?;
    book.require_of(&address)?;
    let mut rules = book.rules(&market);
    let mut fills: Vec<Fill> = Vec::with_capacity(book::fills_room(&request));
    let now = (&request, clock.unix_timestamp);
    let placed = book::place(&mut market, &mut rules, &mut position, other.as_mut(), now, &mut fills)?;
    let met = if request.sells { placed.total >= args.bound } else { placed.total <= args.bound };
    require!(met, MarketError::BoundMissed);
    let (best_bid, best_ask) = book::bests(&rules);
    a.pull(placed.missing)?;
    let header = market.next(address, &clock, a.owner.key());
    position.last_seq = header.seq;
    if let Some(other) = &mut other {
        other.last_seq = header.seq;
    }
    let positions = a.store(&position, other)?;
    solvency::check(&market, a.market.as_ref(), &a.vault, 0)?;
    let event = OrderPlaced {
        header,
        order: args.placed(&placed),
        fills,
        filled: placed.taken.lots,
        amount: placed.taken.value,
        fee: placed.fee,
        best_bid,
        best_ask,
        nonce: args.nonce,
        positions,
        value: Value::of(&market),
    };
    emit_sized(&a.event_authority, &event, EVENT_BYTES + FILL_BYTES * event.fills.len())
}
