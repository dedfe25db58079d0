//! create_market: copies the terms of Config and MintRule into a new market; no money moves.

use anchor_lang::prelude::*;

use crate::constants::*;
use crate::errors::MarketError;
use crate::events::{emit_sized, Header, MarketCreated};
use crate::lifecycle::{self, State};
use crate::state::{Config, Market, MintRule};

/// Room for the longest MarketCreated.
const EVENT_BYTES: usize = 1_024;

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct CreateMarketArgs {
    /// slot << 16 | k, slot of the last 150.
    pub id: u64,
    pub engine: u8,
    pub n: u8,
    pub source_kind: u8,
    pub op: u8,
    /// FEE_TO_ACCOUNT or nothing.
    pub flags: u8,
    pub fee_to: Pubkey,
    /// Feed id of a price market, proposing key of an optimistic one.
    pub source: Pubkey,
    pub open: i64,
    pub lock: i64,
    pub event: i64,
    pub resolve_by: i64,
    pub void_after: i64,
    pub creator_fee_bps: u16,
    pub resolver_fee_bps: u16,
    /// 0 = Config's default.
    pub dispute_s: u32,
    /// Price to compare with; 0 for UPDOWN and for an optimistic market.
    pub strike: i64,
    pub expo: i32,
    /// Of a book; else 0.
    pub lot_k: u64,
    pub metadata_hash: [u8; 32],
    pub uri: String,
    pub question: String,
}

#[event_cpi]
#[derive(Accounts)]
#[instruction(args: CreateMarketArgs)]
pub struct CreateMarket<'info> {
    /// The settings that are copied.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The rule of the market's mint, and so the mint.
    pub mint_rule: Account<'info, MintRule>,
    /// The market to be made.
    #[account(init, payer = payer, space = 8 + std::mem::size_of::<Market>(), seeds = [MARKET_SEED, creator.key().as_ref(), &args.id.to_le_bytes()], bump)]
    pub market: AccountLoader<'info, Market>,
    /// Owns the question; with mode 2 the admin.
    pub creator: Signer<'info>,
    /// Pays the rent and gets it back.
    #[account(mut)]
    pub payer: Signer<'info>,
    pub system_program: Program<'info, System>,
}

impl CreateMarketArgs {
    /// What the question and its terms must be, whoever asks and whenever.
    fn validate(&self) -> Result<()> {
        let question = QUESTION_BYTES_MIN..=QUESTION_BYTES_MAX;
        require!(question.contains(&self.question.len()), MarketError::BadQuestion);
        require!(self.uri.len() <= URI_BYTES_MAX, MarketError::BadUri);
        require!((OUTCOMES_MIN..=OUTCOMES_MAX).contains(&self.n), MarketError::BadOutcomeCount);
        match self.engine {
            engine::PARIMUTUEL | engine::LMSR => require!(self.lot_k == 0, MarketError::BadEngine),
            engine::BOOK => {
                require!((1..=LOT_K_MAX).contains(&self.lot_k), MarketError::BadEngine);
                require!(self.n == 2, MarketError::BadOutcomeCount);
            }
            _ => return err!(MarketError::BadEngine),
        }
        require!(self.flags & !flag::FEE_TO_ACCOUNT == 0, MarketError::BadFlags);
        require!(self.source != Pubkey::default(), MarketError::BadSource);
        match self.source_kind {
            source_kind::PRICE => {
                require!(self.n == 2, MarketError::BadOutcomeCount);
                require!(self.op <= op::UPDOWN, MarketError::BadOp);
            }
            source_kind::OPTIMISTIC => require!(self.op == 0, MarketError::BadOp),
            _ => return err!(MarketError::BadSource),
        }
        let bounded = self.expo.unsigned_abs() <= EXPO_MAX;
        require!(
            if self.strike_is_fixed() { bounded } else { self.strike == 0 && self.expo == 0 },
            MarketError::BadStrike
        );
        Ok(())
    }

    fn strike_is_fixed(&self) -> bool {
        self.source_kind == source_kind::PRICE && self.op != op::UPDOWN
    }

    /// The order and the distances of the times.
    fn validate_times(&self, config: &Config, now: i64) -> Result<()> {
        config.require_duration(self.open, self.lock, now)?;
        let gap = if self.source_kind == source_kind::PRICE { PRICE_WINDOW_S } else { 0 };
        let spans = [(self.lock, self.event), (self.event, self.resolve_by), (self.resolve_by, self.void_after)];
        let [to_event, to_resolve, to_void] = spans.map(|(a, b)| i128::from(b) - i128::from(a));
        let ordered = self.open < self.lock
            && to_event >= i128::from(gap)
            && (1..=i128::from(RESOLVE_BY_MAX_S)).contains(&to_resolve)
            && (i128::from(VOID_AFTER_MIN_S)..=i128::from(VOID_AFTER_MAX_S)).contains(&to_void);
        require!(ordered, MarketError::BadTimes);
        Ok(())
    }

    /// Creator's, resolver's and protocol's fees, within Config's bounds.
    fn fees(&self, config: &Config) -> Result<[u16; 3]> {
        let fees = [self.creator_fee_bps, self.resolver_fee_bps, config.protocol_fee_bps];
        let bounded = self.creator_fee_bps <= config.max_creator_fee_bps
            && self.resolver_fee_bps <= config.max_resolver_fee_bps
            && fees.iter().map(|bps| u32::from(*bps)).sum::<u32>() <= FEE_BPS_MAX;
        require!(bounded, MarketError::FeeTooHigh);
        Ok(fees)
    }

    fn dispute_s(&self, config: &Config) -> Result<u32> {
        let chosen = if self.dispute_s == 0 { config.dispute_default_s } else { self.dispute_s };
        require!((config.dispute_min_s..=config.dispute_max_s).contains(&chosen), MarketError::BadDispute);
        Ok(chosen)
    }
}

pub fn handler(ctx: Context<CreateMarket>, args: CreateMarketArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let config = a.config.load()?;
    config.require_unpaused(pause::CREATE)?;
    if config.mode == mode::ADMIN_APPROVED {
        config.require_admin(a.creator.key)?;
    }
    require!(a.mint_rule.enabled, MarketError::MintDisabled);
    let slot = args.id >> 16;
    require!(slot <= clock.slot && clock.slot - slot <= ID_SLOTS_MAX, MarketError::BadId);
    args.validate()?;
    args.validate_times(&config, clock.unix_timestamp)?;
    let mut market = a.market.load_init()?;
    a.write_terms(&mut market, &config, &args, &clock)?;
    market.bump = ctx.bumps.market;
    let header = market.next(a.market.key(), &clock, a.creator.key());
    emit_sized(&a.event_authority, &*created(header, &market, args), EVENT_BYTES)
}

impl CreateMarket<'_> {
    /// Everything that is fixed from now on.
    fn write_terms(&self, market: &mut Market, config: &Config, args: &CreateMarketArgs, clock: &Clock) -> Result<()> {
        let fee_to = if args.fee_to == Pubkey::default() { self.creator.key() } else { args.fee_to };
        (market.creator, market.payer, market.fee_to) = (self.creator.key(), self.payer.key(), fee_to);
        (market.source, market.id, market.created_slot) = (args.source, args.id, clock.slot);
        (market.open, market.lock, market.event) = (args.open, args.lock, args.event);
        (market.resolve_by, market.void_after) = (args.resolve_by, args.void_after);
        (market.engine, market.n, market.op, market.lot_k) = (args.engine, args.n, args.op, args.lot_k);
        (market.source_kind, market.strike, market.expo) = (args.source_kind, args.strike, args.expo);
        let strike = if args.strike_is_fixed() { flag::STRIKE_SET | flag::STRIKE_FINAL } else { 0 };
        market.flags = args.flags | strike;
        market.fee_bps = args.fees(config)?;
        market.dispute_s = args.dispute_s(config)?;
        market.take_terms(config, &self.mint_rule);
        market.version = MARKET_VERSION;
        let rent = Rent::get()?.minimum_balance(8 + std::mem::size_of::<Market>());
        market.market_rent = u32::try_from(rent).map_err(|_| MarketError::Overflow)?;
        let voted = config.mode == mode::ANYONE_PROPOSED;
        let (state, time) =
            if voted { (State::Proposed, config.proposal_s) } else { (State::Approved, config.activate_s) };
        lifecycle::begin(market, state, clock.unix_timestamp.saturating_add(i64::from(time)))
    }
}

/// MarketCreated with these fields of the market and the rest as given: a term has one name in both, so it is written once.
macro_rules! created_from {
    ($market:ident: $($term:ident)*; $($rest:ident: $value:expr),*) => {
        MarketCreated { $($term: $market.$term,)* $($rest: $value),* }
    };
}

fn created(header: Header, m: &Market, args: CreateMarketArgs) -> Box<MarketCreated> {
    let (metadata_hash, uri, question) = (args.metadata_hash, args.uri, args.question);
    Box::new(created_from! {
        m: creator mint payer fee_to source id
        open lock event resolve_by void_after deadline
        strike expo op engine n source_kind flags state version bump
        min_stake max_stake min_bond lot_k market_rent
        dispute_s vote_s council_s gate_s quorum_voters
        fee_bps bond_bps quorum_bps overturn_bps slash_bps max_conf_bps approve_bps;
        header: header, metadata_hash: metadata_hash, uri: uri, question: question
    })
}
