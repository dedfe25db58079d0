//! What happened, with the state after it: a reader never computes. Emitted by self-CPI only, since logs truncate and can be forged.
//!
//! Every event begins with its header; `seq` is gapless for its subject (Config or a Market). At most one event an instruction, and
//! StateChanged after it where the state changed.

use anchor_lang::event::EVENT_IX_TAG_LE;
use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};
use anchor_lang::solana_program::program::invoke_signed_unchecked;

use crate::lifecycle::Change;
use crate::price::Update;
use crate::state::{ConfigTerms, Market, Position};

/// Room for every event but the longest, so that its bytes are written once.
const EVENT_BYTES: usize = 512;

/// Emits one event; `authority` is the event authority, which Accounts has checked.
pub fn emit<E: anchor_lang::Event + AnchorSerialize + anchor_lang::Discriminator>(
    authority: &AccountInfo,
    event: &E,
) -> Result<()> {
    emit_sized(authority, event, EVENT_BYTES)
}

/// Emits an event whose bytes may be many: the heap never frees, so its room is asked for once.
pub fn emit_sized<E: anchor_lang::Event + AnchorSerialize + anchor_lang::Discriminator>(
    authority: &AccountInfo,
    event: &E,
    bytes: usize,
) -> Result<()> {
    let mut data = Vec::with_capacity(bytes);
    data.extend_from_slice(EVENT_IX_TAG_LE);
    data.extend_from_slice(E::DISCRIMINATOR);
    event.serialize(&mut data)?;
    let instruction = Instruction {
        program_id: crate::ID,
        accounts: vec![AccountMeta::new_readonly(*authority.key, true)],
        data,
    };
    let seeds: &[&[u8]] = &[b"__event_authority", &[crate::EVENT_AUTHORITY_AND_BUMP.1]];
    invoke_signed_unchecked(&instruction, &[authority.clone()], &[seeds])?;
    Ok(())
}

/// What every event begins with.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct Header {
    /// Config or Market.
    pub subject: Pubkey,
    /// 1 for the subject's first event, then without a gap.
    pub seq: u64,
    pub slot: u64,
    /// Clock.unix_timestamp, seconds.
    pub ts: i64,
    /// Whose signature mattered; all zeros where nobody's did (a crank that anyone may turn).
    pub actor: Pubkey,
}

/// Where a market's money stands after the event, in base units of its mint.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct Value {
    /// Shares of each outcome, n of them.
    pub supply: Vec<u64>,
    pub escrow: u64,
    /// Owed to creator, resolver, protocol.
    pub fees_owed: [u64; 3],
    pub cost: u64,
}

impl Value {
    pub fn of(market: &Market) -> Self {
        Self {
            supply: market.supplies().to_vec(),
            escrow: market.escrow,
            fees_owed: market.fees_owed,
            cost: market.cost,
        }
    }
}

/// A Position after the event.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct PositionState {
    pub owner: Pubkey,
    pub payer: Pubkey,
    pub last_nonce: u64,
    pub nonce_bits: u64,
    pub credit: u64,
    pub seat: u8,
    pub shares: Vec<u64>,
}

impl PositionState {
    pub fn of(position: &Position) -> Self {
        Self {
            owner: position.owner,
            payer: position.payer,
            last_nonce: position.last_nonce,
            nonce_bits: position.nonce_bits,
            credit: position.credit,
            seat: position.seat,
            shares: position.shares.clone(),
        }
    }
}

/// Config changed: all of it after the change.
#[event]
pub struct ConfigChanged {
    pub header: Header,
    /// 0 INIT, 1 PROPOSED, 2 APPLIED, 3 ADMIN.
    pub kind: u8,
    pub hash: [u8; 32],
    pub eta: i64,
    pub admin: Pubkey,
    pub pending_admin: Pubkey,
    pub pause: u8,
    pub bump: u8,
    pub terms: ConfigTerms,
}

/// The pause bits were set or cleared.
#[event]
pub struct PauseSet {
    pub header: Header,
    pub pause: u8,
}

/// A mint's rule, all of it. Subject: Config.
#[event]
pub struct MintRuleSet {
    pub header: Header,
    pub mint: Pubkey,
    pub min_stake: u64,
    pub max_stake: u64,
    pub min_subsidy: u64,
    pub min_bond: u64,
    pub bump: u8,
    pub enabled: bool,
}

/// A market was made: all its terms.
#[event]
pub struct MarketCreated {
    pub header: Header,
    pub creator: Pubkey,
    pub mint: Pubkey,
    pub payer: Pubkey,
    pub fee_to: Pubkey,
    /// Feed id of a price market, proposing key of an optimistic one.
    pub source: Pubkey,
    pub id: u64,
    pub open: i64,
    pub lock: i64,
    pub event: i64,
    pub resolve_by: i64,
    pub void_after: i64,
    pub deadline: i64,
    pub strike: i64,
    pub min_stake: u64,
    pub max_stake: u64,
    pub min_bond: u64,
    pub lot_k: u64,
    pub dispute_s: u32,
    pub vote_s: u32,
    pub council_s: u32,
    pub gate_s: u32,
    pub quorum_voters: u32,
    pub market_rent: u32,
    pub expo: i32,
    /// Creator, resolver, protocol.
    pub fee_bps: [u16; 3],
    pub bond_bps: u16,
    pub quorum_bps: u16,
    pub overturn_bps: u16,
    pub slash_bps: u16,
    pub max_conf_bps: u16,
    pub approve_bps: u16,
    pub version: u8,
    pub bump: u8,
    pub engine: u8,
    pub state: u8,
    pub n: u8,
    pub source_kind: u8,
    pub flags: u8,
    pub op: u8,
    pub metadata_hash: [u8; 32],
    pub uri: String,
    pub question: String,
}

/// Trading may begin: the vault exists.
#[event]
pub struct Activated {
    pub header: Header,
    pub subsidy: u64,
    pub b: u64,
    pub inv: u64,
    pub inv_shift: u8,
    pub cost: u64,
    pub vault_payer: Pubkey,
    pub vault_rent: u32,
    pub vault_bump: u8,
    pub has_book: bool,
}

/// The strike of an UPDOWN market was set or bettered.
#[event]
pub struct StrikeRecorded {
    pub header: Header,
    pub price: i64,
    pub expo: i32,
    pub conf: u64,
    pub publish: i64,
    pub prev: i64,
    /// From then on the candidate is final; 0 = it is final.
    pub until: i64,
    pub wide: bool,
    pub poster: Pubkey,
    /// Market.strike_off and Market.flags after it.
    pub strike_off: u8,
    pub flags: u8,
}

/// A closing price that may still be bettered: the Resolution after it.
#[event]
pub struct PriceCandidate {
    pub header: Header,
    pub price: i64,
    pub expo: i32,
    pub conf: u64,
    pub publish: i64,
    pub prev: i64,
    /// Resolution.window_end.
    pub until: i64,
    pub wide: bool,
    pub poster: Pubkey,
    /// What it decides if it stands; n = INVALID.
    pub outcome: u8,
    /// Resolution.proposed_at, .payer and .bump.
    pub proposed_at: i64,
    pub payer: Pubkey,
    pub bump: u8,
}

/// A price update ended the market, or proved that its strike window was empty; StateChanged follows.
#[event]
pub struct PriceResolved {
    pub header: Header,
    pub price: i64,
    pub expo: i32,
    pub conf: u64,
    pub publish: i64,
    pub prev: i64,
    pub caller: Pubkey,
}

impl PriceResolved {
    pub fn of(header: Header, update: &Update, caller: Pubkey) -> Self {
        let Update { price, conf, expo, publish, prev } = *update;
        Self { header, price, expo, conf, publish, prev, caller }
    }
}

/// A void was announced (trading is halted until the deadline), or called off (deadline 0).
#[event]
pub struct VoidAnnounced {
    pub header: Header,
    pub deadline: i64,
    pub flags: u8,
}

/// The state changed: what is fixed from now on.
#[event]
pub struct StateChanged {
    pub header: Header,
    pub from: u8,
    pub to: u8,
    pub flags: u8,
    pub deadline: i64,
    /// The winner; n = INVALID; 255 = none.
    pub outcome: u8,
    /// A claim pays floor(sum of shares in mask * num / den).
    pub mask: u8,
    pub num: u64,
    pub den: u64,
    pub fees_owed: [u64; 3],
    pub resolver_to: Pubkey,
}

impl StateChanged {
    /// Emits what a transition left in the market; `outcome` 255 where it decided none.
    pub fn emit(
        authority: &AccountInfo,
        market: &mut Market,
        address: Pubkey,
        (clock, actor): (&Clock, Pubkey),
        change: Change,
        outcome: u8,
    ) -> Result<()> {
        let header = market.next(address, clock, actor);
        let event = Self {
            header,
            from: change.from as u8,
            to: change.to as u8,
            flags: market.flags,
            deadline: market.deadline,
            outcome,
            mask: market.mask,
            num: market.num,
            den: market.den,
            fees_owed: market.fees_owed,
            resolver_to: market.resolver_to,
        };
        emit(authority, &event)
    }
}

/// A stake was paid into a parimutuel market.
#[event]
pub struct Staked {
    pub header: Header,
    pub outcome: u8,
    pub amount: u64,
    pub nonce: u64,
    /// What one unit would pay if this outcome won now, in bps.
    pub rate_bps: u64,
    pub positions: Vec<PositionState>,
    pub value: Value,
}

/// An outcome was proposed with a bond: the Resolution after it.
#[event]
pub struct OutcomeProposed {
    pub header: Header,
    pub proposer: Pubkey,
    pub payer: Pubkey,
    /// n = INVALID.
    pub outcome: u8,
    pub evidence: [u8; 32],
    pub bond: u64,
    pub quorum: u64,
    pub owed: u64,
    pub window_end: i64,
    /// Resolution.flags, .bump and .bond_bump.
    pub flags: u8,
    pub bump: u8,
    pub bond_bump: u8,
}

/// One payment of PaidOut.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct PayoutItem {
    pub owner: Pubkey,
    /// Paid, or what would be paid once it can be.
    pub amount: u64,
    /// 0 paid and the Position closed; else skipped and unchanged: 1 destination, 2 rent payer cannot receive.
    pub status: u8,
}

/// Positions were paid and closed, by their owner (actor) or by anyone (actor zero).
#[event]
pub struct PaidOut {
    pub header: Header,
    pub items: Vec<PayoutItem>,
    /// Market.flags and Market.vault_rent after it: the first payment of a SOL market unwraps.
    pub flags: u8,
    pub vault_rent: u32,
    pub value: Value,
}

impl PaidOut {
    pub fn of(header: Header, market: &Market, items: Vec<PayoutItem>) -> Self {
        Self { header, items, flags: market.flags, vault_rent: market.vault_rent, value: Value::of(market) }
    }
}

/// A bond went back to its owner.
#[event]
pub struct BondClaimed {
    pub header: Header,
    pub owner: Pubkey,
    pub amount: u64,
    /// Resolution.owed and Resolution.flags after it.
    pub owed: u64,
    pub flags: u8,
}

/// Free collateral was taken out of a Position.
#[event]
pub struct Withdrawn {
    pub header: Header,
    pub amount: u64,
    pub nonce: u64,
    pub flags: u8,
    pub vault_rent: u32,
    pub positions: Vec<PositionState>,
    pub value: Value,
}

/// Fees were paid out.
#[event]
pub struct FeesCollected {
    pub header: Header,
    /// 0 creator, 1 resolver, 2 protocol.
    pub kind: u8,
    /// The wallet paid, or with FEE_TO_ACCOUNT the token account.
    pub recipient: Pubkey,
    pub amount: u64,
    pub flags: u8,
    pub vault_rent: u32,
    pub value: Value,
}

/// One account of Closed.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ClosedItem {
    pub address: Pubkey,
    /// Of a Position: its market and owner; else the market twice.
    pub market: Pubkey,
    pub owner: Pubkey,
    /// Who got the rent, lamports.
    pub payer: Pubkey,
    pub rent: u64,
}

/// Accounts were closed. Subject: the market; Config for ORPHAN.
#[event]
pub struct Closed {
    pub header: Header,
    /// 0 MARKET, 1 RESOLUTION, 2 BOOK, 3 ORPHAN.
    pub what: u8,
    pub items: Vec<ClosedItem>,
    /// Left over in the vault or bond vault, and who got it (a wallet; zeros if nothing was left).
    pub residual: u64,
    pub residual_to: Pubkey,
}
