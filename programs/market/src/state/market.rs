//! Market: one question with its terms, its share ledger and, once decided, its payout.

use anchor_lang::prelude::*;
use market_math::fees;

use crate::constants::{engine, flag};
use crate::errors::MarketError;
use crate::events::Header;
use crate::lifecycle::State;
use crate::state::{Config, MintRule};
use crate::token::NATIVE_MINT;

/// A market; 568 bytes at [`market`, creator, id]. Times in unix seconds, amounts in base units of `mint`.
#[account(zero_copy)]
#[repr(C)]
pub struct Market {
    /// Made it, activates it.
    pub creator: Pubkey,
    /// Collateral.
    pub mint: Pubkey,
    /// Gets this account's rent back.
    pub payer: Pubkey,
    /// Gets the vault's rent back.
    pub vault_payer: Pubkey,
    /// Gets the creator's fee: a wallet, or with FEE_TO_ACCOUNT a token account.
    pub fee_to: Pubkey,
    /// Feed id of a price market, proposing key of an optimistic one.
    pub source: Pubkey,
    /// Gets the resolver's fee; zeros until decided.
    pub resolver_to: Pubkey,
    /// slot << 16 | k, so that an address never comes back.
    pub id: u64,
    /// Slot of its making.
    pub created_slot: u64,
    /// Trading begins.
    pub open: i64,
    /// Trading ends.
    pub lock: i64,
    /// What is asked about happens; a price market's T.
    pub event: i64,
    /// Until then only `source` proposes.
    pub resolve_by: i64,
    /// From then anyone may void what is undecided.
    pub void_after: i64,
    /// Of the present state: proposal end, activate by, void at, or from when the treasury takes what others cannot.
    pub deadline: i64,
    /// Price to compare with, at `expo`.
    pub strike: i64,
    /// From then a strike candidate is final; 0 = it is, or there is none.
    pub strike_until: i64,
    /// Shares of each outcome; beyond n zeros.
    pub supply: [u64; 8],
    /// Collateral in orders, seats and Position.credit.
    pub escrow: u64,
    /// Owed to creator, resolver, protocol.
    pub fees_owed: [u64; 3],
    /// Least collateral a trade pays in.
    pub min_stake: u64,
    /// Greatest collateral a trade pays in.
    pub max_stake: u64,
    /// Least bond of a proposal.
    pub min_bond: u64,
    /// Paid in by the market maker.
    pub subsidy: u64,
    /// Liquidity of the market maker.
    pub b: u64,
    /// Mantissa of 1/b.
    pub inv: u64,
    /// C~(supply) of the market maker.
    pub cost: u64,
    /// Once decided a claim pays floor(shares in mask * num / den).
    pub num: u64,
    /// Never 0 once decided.
    pub den: u64,
    /// Book: a lot is 100 * lot_k.
    pub lot_k: u64,
    /// Events so far.
    pub seq: u64,
    /// Dispute window.
    pub dispute_s: u32,
    /// Voting time of a dispute.
    pub vote_s: u32,
    /// Time of the council.
    pub council_s: u32,
    /// How long a price candidate can be bettered.
    pub gate_s: u32,
    /// Votes for the proposal.
    pub likes: u32,
    /// Votes against it.
    pub dislikes: u32,
    /// Least number of votes.
    pub quorum_voters: u32,
    /// Lamports to give back to `payer`.
    pub market_rent: u32,
    /// Lamports to give back to `vault_payer`.
    pub vault_rent: u32,
    /// Exponent of `strike`.
    pub expo: i32,
    /// Creator, resolver, protocol.
    pub fee_bps: [u16; 3],
    /// Bond of open interest.
    pub bond_bps: u16,
    /// Quorum of a dispute of open interest.
    pub quorum_bps: u16,
    /// Weight that decides a dispute.
    pub overturn_bps: u16,
    /// What a wrong vote loses.
    pub slash_bps: u16,
    /// A price with a wider confidence is not believed.
    pub max_conf_bps: u16,
    /// Likes of votes that approve.
    pub approve_bps: u16,
    /// Version of this layout.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Bump of the vault.
    pub vault_bump: u8,
    /// 0 parimutuel, 1 LMSR, 2 book.
    pub engine: u8,
    /// lifecycle::State.
    pub state: u8,
    /// Outcomes, 2 to 8.
    pub n: u8,
    /// 0 price, 1 optimistic.
    pub source_kind: u8,
    /// UNWRAPPED 1, HALTED 2, STRIKE_SET 4, STRIKE_FINAL 8, STRIKE_WIDE 16, FEE_TO_ACCOUNT 32, HAS_BOOK 64.
    pub flags: u8,
    /// >=, >, <=, <, UPDOWN.
    pub op: u8,
    /// Bit i: outcome i is paid.
    pub mask: u8,
    /// Shift of `inv`.
    pub inv_shift: u8,
    /// Seconds from `open` to the strike's publish time.
    pub strike_off: u8,
    /// Zeros.
    pub reserved: [u8; 2],
}

impl Market {
    pub fn has(&self, bit: u8) -> bool {
        self.flags & bit != 0
    }

    pub fn state(&self) -> Result<State> {
        State::of(self.state)
    }

    pub fn is_native(&self) -> bool {
        self.mint == NATIVE_MINT
    }

    /// Finalized or Void: the payout stands.
    pub fn decided(&self) -> bool {
        self.state == State::Finalized as u8 || self.state == State::Void as u8
    }

    pub fn supplies(&self) -> &[u64] {
        self.supply.get(..usize::from(self.n)).unwrap_or(&self.supply)
    }

    /// Sum of creator's, resolver's and protocol's bps.
    pub fn fee_total_bps(&self) -> u64 {
        self.fee_bps.iter().map(|bps| u64::from(*bps)).sum()
    }

    /// Open interest: all stakes of a pool, else the most that any outcome could have to pay.
    pub fn open_interest(&self) -> Result<u64> {
        if self.engine != engine::PARIMUTUEL {
            return Ok(self.supplies().iter().copied().max().unwrap_or(0));
        }
        let sum: u128 = self.supplies().iter().map(|s| u128::from(*s)).sum();
        u64::try_from(sum).map_err(|_| MarketError::Overflow.into())
    }

    /// Adds a fee to what creator, resolver and protocol are owed, in proportion to their rates.
    pub fn owe(&mut self, fee: u64) -> Result<()> {
        let parts = fees::split_fee(fee, self.fee_bps).ok_or(MarketError::Overflow)?;
        for (owed, part) in self.fees_owed.iter_mut().zip(parts) {
            *owed = owed.checked_add(part).ok_or(MarketError::Overflow)?;
        }
        Ok(())
    }

    /// Copies what Config and the mint's rule say today, so that no later change touches this market.
    pub fn take_terms(&mut self, config: &Config, rule: &MintRule) {
        self.mint = rule.mint;
        (self.min_stake, self.max_stake, self.min_bond) = (rule.min_stake, rule.max_stake, rule.min_bond);
        (self.vote_s, self.council_s, self.gate_s) = (config.vote_s, config.council_s, config.gate_s);
        (self.quorum_voters, self.approve_bps) = (config.quorum_voters, config.approve_bps);
        (self.bond_bps, self.quorum_bps) = (config.bond_bps, config.quorum_bps);
        (self.overturn_bps, self.slash_bps, self.max_conf_bps) =
            (config.overturn_bps, config.slash_bps, config.max_conf_bps);
    }

    /// The strike of a price market stands.
    pub fn has_strike(&self, now: i64) -> bool {
        let stands = self.has(flag::STRIKE_FINAL) || (self.has(flag::STRIKE_SET) && now >= self.strike_until);
        stands && !self.has(flag::STRIKE_WIDE)
    }

    /// Trading: open, and its pause bit clear.
    pub fn require_trading(&self, config: &Config, bit: u8, now: i64) -> Result<()> {
        self.require_open(now)?;
        config.require_unpaused(bit)
    }

    /// Active, not halted, open <= now < lock.
    pub fn require_open(&self, now: i64) -> Result<()> {
        require!(self.state == State::Active as u8, MarketError::WrongState);
        require!(!self.has(flag::HALTED), MarketError::Halted);
        require!(now >= self.open, MarketError::NotOpen);
        require!(now < self.lock, MarketError::Locked);
        Ok(())
    }

    /// The bounds of collateral that a trade pays in.
    pub fn require_stake(&self, amount: u64) -> Result<()> {
        require!(amount >= self.min_stake, MarketError::AmountTooSmall);
        require!(amount <= self.max_stake, MarketError::AmountTooLarge);
        Ok(())
    }

    /// Opened and not decided: shares exist, and what they will be paid is not fixed.
    pub fn require_undecided(&self) -> Result<()> {
        let undecided = (State::Active as u8..=State::Contested as u8).contains(&self.state);
        require!(undecided, MarketError::WrongState);
        Ok(())
    }

    /// Counts one more event of this market and heads it.
    pub fn next(&mut self, address: Pubkey, clock: &Clock, actor: Pubkey) -> Header {
        self.seq += 1;
        Header { subject: address, seq: self.seq, slot: clock.slot, ts: clock.unix_timestamp, actor }
    }
}
