//! resolve_by_price: an oracle's update decides a price market, or becomes the candidate that may still be bettered.

use anchor_lang::prelude::*;

use crate::constants::{source_kind, CONFIG_ADDRESS, INVALID, NONE};
use crate::engine;
use crate::errors::MarketError;
use crate::events::{emit, PriceCandidate, PriceResolved, StateChanged};
use crate::lifecycle::{self, State, Via};
use crate::price::{self, Held, Update, Verdict};
use crate::state::{Config, Market, Resolution};

#[event_cpi]
#[derive(Accounts)]
pub struct ResolveByPrice<'info> {
    /// The settings: name the oracles that are believed.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The market, past its event.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's resolution; made here for a candidate alone.
    #[account(mut)]
    pub resolution: UncheckedAccount<'info>,
    /// CHECK: a price update; price::read looks into it.
    pub price_update: UncheckedAccount<'info>,
    /// Brings it; gets the resolver's fee if the update ends the market.
    pub caller: Signer<'info>,
    /// Pays a candidate's rent and gets it back.
    #[account(mut)]
    pub payer: Signer<'info>,
    pub system_program: Program<'info, System>,
}

impl<'info> ResolveByPrice<'info> {
    fn validate(&self, market: &Market, resolution: Option<&Resolution>, now: i64) -> Result<()> {
        require!(market.source_kind == source_kind::PRICE, MarketError::WrongSource);
        let resolving = market.state()? == State::Resolving;
        require!(resolution.is_some() == resolving, MarketError::WrongResolution);
        lifecycle::check(market, Via::ResolveByPrice, now, resolution.map_or(0, |r| r.window_end))?;
        require!(market.has_strike(now), MarketError::StrikeNotFinal);
        Ok(())
    }

    /// Holds an update as the candidate; the first one makes the resolution.
    fn hold(
        &self,
        market: &mut Market,
        held: Option<Resolution>,
        update: &Update,
        until: i64,
        clock: &Clock,
    ) -> Result<()> {
        let (address, caller, now) = (self.market.key(), self.caller.key(), clock.unix_timestamp);
        let mut resolution = match held {
            Some(resolution) => resolution,
            None => Resolution::create(&self.resolution, &address, &self.payer)?,
        };
        (resolution.proposer, resolution.proposed_at, resolution.window_end) = (caller, now, until);
        (resolution.price, resolution.publish_time) = (update.price, update.publish);
        resolution.proposed = decided(market, update).min(market.n);
        resolution.store(&self.resolution)?;
        let before = market.state()?;
        let change = lifecycle::enter(market, Via::ResolveByPrice, State::Resolving, now)?;
        let header = market.next(address, clock, caller);
        let event = PriceCandidate {
            header,
            price: update.price,
            expo: update.expo,
            conf: update.conf,
            publish: update.publish,
            prev: update.prev,
            until,
            wide: update.is_wide(market.max_conf_bps),
            poster: caller,
            outcome: resolution.proposed,
            proposed_at: now,
            payer: resolution.payer,
            bump: resolution.bump,
        };
        emit(&self.event_authority, &event)?;
        if before == State::Resolving {
            return Ok(());
        }
        StateChanged::emit(&self.event_authority, market, address, (clock, caller), change, NONE)
    }

    /// Ends the market by an update.
    fn end(
        &self,
        market: &mut Market,
        held: Option<Resolution>,
        update: &Update,
        outcome: u8,
        clock: &Clock,
    ) -> Result<()> {
        let (address, caller, now) = (self.market.key(), self.caller.key(), clock.unix_timestamp);
        let written = outcome.min(market.n);
        if let Some(mut resolution) = held {
            (resolution.price, resolution.publish_time) = (update.price, update.publish);
            resolution.final_outcome = written;
            resolution.store(&self.resolution)?;
        }
        let to = engine::decide(market, outcome)?;
        market.resolver_to = caller;
        let change = lifecycle::enter(market, Via::ResolveByPrice, to, now)?;
        let header = market.next(address, clock, caller);
        emit(&self.event_authority, &PriceResolved::of(header, update, caller))?;
        StateChanged::emit(&self.event_authority, market, address, (clock, caller), change, written)
    }
}

/// The outcome of a closing price; INVALID if it is too wide to believe or too far from the strike's exponent.
fn decided(market: &Market, update: &Update) -> u8 {
    if update.is_wide(market.max_conf_bps) {
        return INVALID;
    }
    price::outcome(market.op, (update.price, update.expo), (market.strike, market.expo)).unwrap_or(INVALID)
}

pub fn handler(ctx: Context<ResolveByPrice>) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let mut market = a.market.load_mut()?;
    let held = Resolution::of_market(&a.resolution, &a.market.key())?;
    a.validate(&market, held.as_ref(), clock.unix_timestamp)?;
    let update = price::read(&a.price_update, &*a.config.load()?, &market.source)?;
    let candidate = held.as_ref().map(|r| Held { publish: r.publish_time, until: r.window_end });
    let verdict = price::judge(&update, market.event, candidate, market.gate_s, clock.unix_timestamp)?;
    match verdict {
        Verdict::Candidate { until } => a.hold(&mut market, held, &update, until, &clock),
        Verdict::Final => {
            let outcome = decided(&market, &update);
            a.end(&mut market, held, &update, outcome, &clock)
        }
        Verdict::Empty => a.end(&mut market, held, &update, INVALID, &clock),
    }
}
