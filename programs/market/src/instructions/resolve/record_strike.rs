//! record_strike: an oracle's update becomes the strike of an UPDOWN market, or proves that there is none.

use anchor_lang::prelude::*;

use crate::constants::{flag, op, source_kind, CONFIG_ADDRESS, INVALID};
use crate::engine;
use crate::errors::MarketError;
use crate::events::{emit, Header, PriceResolved, StateChanged, StrikeRecorded};
use crate::lifecycle::{self, Via};
use crate::price::{self, Held, Update, Verdict};
use crate::state::{Config, Market};

#[event_cpi]
#[derive(Accounts)]
pub struct RecordStrike<'info> {
    /// The settings: name the oracles that are believed.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The active UPDOWN market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: a price update; price::read looks into it.
    pub price_update: UncheckedAccount<'info>,
    /// Brings it: named in the event.
    pub caller: Signer<'info>,
}

impl RecordStrike<'_> {
    fn validate(&self, market: &Market, now: i64) -> Result<()> {
        require!(market.source_kind == source_kind::PRICE, MarketError::WrongSource);
        require!(market.op == op::UPDOWN, MarketError::StrikeFixed);
        lifecycle::check(market, Via::RecordStrike, now, 0)?;
        let stands = market.has(flag::STRIKE_FINAL) || (market.has(flag::STRIKE_SET) && now >= market.strike_until);
        require!(!stands, MarketError::StrikeFinal);
        Ok(())
    }
}

/// The candidate that the market holds.
fn held(market: &Market) -> Option<Held> {
    let publish = market.open + i64::from(market.strike_off);
    market.has(flag::STRIKE_SET).then_some(Held { publish, until: market.strike_until })
}

/// Takes an update as the market's strike; `until` 0 where it is final.
fn set_strike(market: &mut Market, update: &Update, until: i64, wide: bool) -> Result<()> {
    let off = update.publish.checked_sub(market.open).and_then(|off| u8::try_from(off).ok());
    market.strike_off = off.ok_or(MarketError::PriceOutsideWindow)?;
    (market.strike, market.expo, market.strike_until) = (update.price, update.expo, until);
    market.flags &= !flag::STRIKE_WIDE;
    market.flags |= flag::STRIKE_SET;
    market.flags |= if until == 0 { flag::STRIKE_FINAL } else { 0 };
    market.flags |= if wide { flag::STRIKE_WIDE } else { 0 };
    Ok(())
}

pub fn handler(ctx: Context<RecordStrike>) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    let (address, caller) = (a.market.key(), a.caller.key());
    let mut market = a.market.load_mut()?;
    a.validate(&market, now)?;
    let update = price::read(&a.price_update, &*a.config.load()?, &market.source)?;
    let verdict = price::judge(&update, market.open, held(&market), market.gate_s, now)?;
    let wide = update.is_wide(market.max_conf_bps);
    let header = market.next(address, &clock, caller);
    match verdict {
        Verdict::Empty => emit(&a.event_authority, &PriceResolved::of(header, &update, caller))?,
        Verdict::Final => set_strike(&mut market, &update, 0, wide)?,
        Verdict::Candidate { until } => set_strike(&mut market, &update, until, wide)?,
    }
    if verdict != Verdict::Empty {
        emit(&a.event_authority, &recorded(header, &market, &update, wide, caller))?;
    }
    if verdict == Verdict::Empty || (verdict == Verdict::Final && wide) {
        let to = engine::decide(&mut market, INVALID)?;
        let change = lifecycle::enter(&mut market, Via::RecordStrike, to, now)?;
        let outcome = market.n;
        StateChanged::emit(&a.event_authority, &mut market, address, (&clock, caller), change, outcome)?;
    }
    Ok(())
}

fn recorded(header: Header, market: &Market, update: &Update, wide: bool, poster: Pubkey) -> StrikeRecorded {
    StrikeRecorded {
        header,
        price: update.price,
        expo: update.expo,
        conf: update.conf,
        publish: update.publish,
        prev: update.prev,
        until: market.strike_until,
        wide,
        poster,
        strike_off: market.strike_off,
        flags: market.flags,
    }
}
