//! Config: the one account of settings. A market copies its terms from here when it is made; trading reads only `pause`.

use anchor_lang::prelude::*;

use crate::constants::{mode, pause, BPS, CONFIG_OPEN_S, FEE_BPS_MAX};
use crate::errors::MarketError;
use crate::events::Header;

/// Settings of the program; 368 bytes at [`config`].
#[account(zero_copy)]
#[repr(C)]
pub struct Config {
    /// May change settings, rule mints, announce voids.
    pub admin: Pubkey,
    /// Offered the admin's place, has not accepted yet; zeros = none.
    pub pending_admin: Pubkey,
    /// May pause, not unpause.
    pub guardian: Pubkey,
    /// Rules contested markets.
    pub council: Pubkey,
    /// Receives the protocol's fees and what nobody else can receive.
    pub treasury: Pubkey,
    /// Programs whose price updates are believed; zeros = none.
    pub pyth: [Pubkey; 2],
    /// sha256 of the announced change; zeros = none.
    pub pending_hash: [u8; 32],
    /// When the announced change may be applied, unix seconds.
    pub eta: i64,
    /// Events of Config so far.
    pub seq: u64,
    /// Bits CREATE 1, STAKE 2, BUY 4, SPLIT 8, ORDER 16.
    pub pause: u8,
    /// 0 anyone creates, approved; 1 anyone, to be voted; 2 admin, approved.
    pub mode: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Zeros.
    pub reserved: [u8; 5],
    /// The protocol's fee of every market.
    pub protocol_fee_bps: u16,
    /// The most a creator may ask.
    pub max_creator_fee_bps: u16,
    /// The most a resolver may be given.
    pub max_resolver_fee_bps: u16,
    /// Likes of votes that approve a proposal.
    pub approve_bps: u16,
    /// Bond of open interest.
    pub bond_bps: u16,
    /// Quorum of a dispute of open interest.
    pub quorum_bps: u16,
    /// Weight that decides a dispute, above one half.
    pub overturn_bps: u16,
    /// What a wrong vote loses.
    pub slash_bps: u16,
    /// A price whose confidence is wider than this of itself is not believed.
    pub max_conf_bps: u16,
    /// Zeros.
    pub reserved_bps: [u16; 3],
    /// Least trading time of a market, seconds.
    pub min_dur_s: u32,
    /// Greatest trading time of a market, seconds.
    pub max_dur_s: u32,
    /// Voting time of a proposal.
    pub proposal_s: u32,
    /// Time to activate after approval.
    pub activate_s: u32,
    /// Least dispute window a creator may choose.
    pub dispute_min_s: u32,
    /// Greatest dispute window a creator may choose.
    pub dispute_max_s: u32,
    /// Dispute window of a creator who chooses none.
    pub dispute_default_s: u32,
    /// Voting time of a dispute.
    pub vote_s: u32,
    /// Time of the council; 0 = it is skipped.
    pub council_s: u32,
    /// From the announcement of a void to the void.
    pub void_delay_s: u32,
    /// How long a price candidate can be bettered.
    pub gate_s: u32,
    /// From the announcement of a change of Config to the change.
    pub config_delay_s: u32,
    /// Least number of votes on a proposal.
    pub quorum_voters: u32,
    /// Zero.
    pub reserved_s: u32,
}

/// What a change of Config may set: all but the admin's place and the pause.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ConfigTerms {
    pub guardian: Pubkey,
    pub council: Pubkey,
    pub treasury: Pubkey,
    pub pyth: [Pubkey; 2],
    pub mode: u8,
    pub protocol_fee_bps: u16,
    pub max_creator_fee_bps: u16,
    pub max_resolver_fee_bps: u16,
    pub approve_bps: u16,
    pub bond_bps: u16,
    pub quorum_bps: u16,
    pub overturn_bps: u16,
    pub slash_bps: u16,
    pub max_conf_bps: u16,
    pub min_dur_s: u32,
    pub max_dur_s: u32,
    pub proposal_s: u32,
    pub activate_s: u32,
    pub dispute_min_s: u32,
    pub dispute_max_s: u32,
    pub dispute_default_s: u32,
    pub vote_s: u32,
    pub council_s: u32,
    pub void_delay_s: u32,
    pub gate_s: u32,
    pub config_delay_s: u32,
    pub quorum_voters: u32,
}

impl ConfigTerms {
    /// Refuses settings that would contradict a rule or each other.
    pub fn validate(&self) -> Result<()> {
        let fees = [self.protocol_fee_bps, self.max_creator_fee_bps, self.max_resolver_fee_bps];
        let shares = [self.approve_bps, self.bond_bps, self.quorum_bps, self.slash_bps, self.max_conf_bps];
        let bounded = fees.iter().all(|bps| u32::from(*bps) <= FEE_BPS_MAX)
            && shares.iter().all(|bps| u64::from(*bps) <= BPS)
            && u64::from(self.overturn_bps) > BPS / 2
            && u64::from(self.overturn_bps) <= BPS;
        let ordered = self.min_dur_s > 0
            && self.min_dur_s <= self.max_dur_s
            && self.proposal_s > 0
            && self.activate_s > 0
            && self.dispute_min_s > 0
            && self.dispute_min_s <= self.dispute_default_s
            && self.dispute_default_s <= self.dispute_max_s
            && self.vote_s > 0
            && self.gate_s > 0;
        let offered = self.mode <= mode::ADMIN_APPROVED;
        let named = self.treasury != Pubkey::default();
        require!(bounded && ordered && offered && named, MarketError::BadConfig);
        Ok(())
    }
}

impl Config {
    /// Takes over all terms.
    pub fn set(&mut self, t: &ConfigTerms) {
        (self.guardian, self.council, self.treasury, self.pyth, self.mode) =
            (t.guardian, t.council, t.treasury, t.pyth, t.mode);
        self.protocol_fee_bps = t.protocol_fee_bps;
        self.max_creator_fee_bps = t.max_creator_fee_bps;
        self.max_resolver_fee_bps = t.max_resolver_fee_bps;
        (self.approve_bps, self.bond_bps, self.quorum_bps) = (t.approve_bps, t.bond_bps, t.quorum_bps);
        (self.overturn_bps, self.slash_bps, self.max_conf_bps) = (t.overturn_bps, t.slash_bps, t.max_conf_bps);
        (self.min_dur_s, self.max_dur_s) = (t.min_dur_s, t.max_dur_s);
        (self.proposal_s, self.activate_s) = (t.proposal_s, t.activate_s);
        (self.dispute_min_s, self.dispute_max_s) = (t.dispute_min_s, t.dispute_max_s);
        (self.dispute_default_s, self.vote_s, self.council_s) = (t.dispute_default_s, t.vote_s, t.council_s);
        (self.void_delay_s, self.gate_s, self.config_delay_s) = (t.void_delay_s, t.gate_s, t.config_delay_s);
        self.quorum_voters = t.quorum_voters;
    }

    pub fn require_admin(&self, key: &Pubkey) -> Result<()> {
        require_keys_eq!(self.admin, *key, MarketError::NotAdmin);
        Ok(())
    }

    pub fn require_unpaused(&self, bit: u8) -> Result<()> {
        require!(self.pause & bit == 0, MarketError::Paused);
        Ok(())
    }

    /// min_dur <= lock - max(open, now) <= max_dur.
    pub fn require_duration(&self, open: i64, lock: i64, now: i64) -> Result<()> {
        let trading = i128::from(lock) - i128::from(open.max(now));
        let bounds = i128::from(self.min_dur_s)..=i128::from(self.max_dur_s);
        require!(bounds.contains(&trading), MarketError::BadTimes);
        Ok(())
    }

    /// Whether a price update of this program is believed.
    pub fn believes(&self, oracle: &Pubkey) -> bool {
        *oracle != Pubkey::default() && self.pyth.contains(oracle)
    }

    /// Sets the pause bits: the guardian only adds, the admin sets as they please.
    pub fn set_pause(&mut self, by: &Pubkey, bits: u8) -> Result<()> {
        let adds = self.pause & !bits == 0;
        require!(*by == self.admin || (*by == self.guardian && adds), MarketError::NotGuardian);
        require!(bits & !pause::ALL == 0, MarketError::BadConfig);
        self.pause = bits;
        Ok(())
    }

    /// Announces a change by the sha256 of its bytes; zeros call off the one that was announced.
    pub fn announce(&mut self, hash: [u8; 32], eta: i64, now: i64) -> Result<()> {
        if hash == [0; 32] {
            (self.pending_hash, self.eta) = (hash, 0);
            return Ok(());
        }
        let soonest = now.saturating_add(i64::from(self.config_delay_s));
        require!(eta >= soonest, MarketError::EtaTooSoon);
        (self.pending_hash, self.eta) = (hash, eta);
        Ok(())
    }

    /// Takes the announced change off the list: it has these bytes and its time has come, but is not over.
    pub fn take_announced(&mut self, bytes: &[u8], now: i64) -> Result<()> {
        let announced = self.pending_hash != [0; 32];
        let same = announced && self.pending_hash == solana_sha256_hasher::hash(bytes).to_bytes();
        require!(same, MarketError::WrongChange);
        require!(now >= self.eta, MarketError::TooEarly);
        require!(now < self.eta.saturating_add(CONFIG_OPEN_S), MarketError::TooLate);
        (self.pending_hash, self.eta) = ([0; 32], 0);
        Ok(())
    }

    /// All terms as they are now.
    pub fn terms(&self) -> ConfigTerms {
        ConfigTerms {
            guardian: self.guardian,
            council: self.council,
            treasury: self.treasury,
            pyth: self.pyth,
            mode: self.mode,
            protocol_fee_bps: self.protocol_fee_bps,
            max_creator_fee_bps: self.max_creator_fee_bps,
            max_resolver_fee_bps: self.max_resolver_fee_bps,
            approve_bps: self.approve_bps,
            bond_bps: self.bond_bps,
            quorum_bps: self.quorum_bps,
            overturn_bps: self.overturn_bps,
            slash_bps: self.slash_bps,
            max_conf_bps: self.max_conf_bps,
            min_dur_s: self.min_dur_s,
            max_dur_s: self.max_dur_s,
            proposal_s: self.proposal_s,
            activate_s: self.activate_s,
            dispute_min_s: self.dispute_min_s,
            dispute_max_s: self.dispute_max_s,
            dispute_default_s: self.dispute_default_s,
            vote_s: self.vote_s,
            council_s: self.council_s,
            void_delay_s: self.void_delay_s,
            gate_s: self.gate_s,
            config_delay_s: self.config_delay_s,
            quorum_voters: self.quorum_voters,
        }
    }

    /// Counts one more event of Config and heads it.
    pub fn next(&mut self, address: Pubkey, clock: &Clock, actor: Pubkey) -> Header {
        self.seq += 1;
        Header { subject: address, seq: self.seq, slot: clock.slot, ts: clock.unix_timestamp, actor }
    }
}
