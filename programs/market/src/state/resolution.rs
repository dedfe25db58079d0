//! Resolution: how a market is being decided: a bonded proposal, or a closing price that may still be bettered. Beside its fields
//! the rules of its money: what each bond and each vote gets back.

use anchor_lang::prelude::*;
use market_math::fixed::{mul_div_ceil, mul_div_floor};

use crate::constants::{resolution_flag, BOND_VAULT_SEED, BPS, NONE, RESOLUTION_SEED};
use crate::errors::MarketError;
use crate::pda;

/// A market's resolution; 312 bytes at [`resolution`, market].
#[account(zero_copy)]
#[repr(C)]
#[derive(Default)]
pub struct Resolution {
    /// Of this market.
    pub market: Pubkey,
    /// Proposed the outcome, or brought the price.
    pub proposer: Pubkey,
    /// Disputed it; zeros = nobody.
    pub disputer: Pubkey,
    /// Gets the rent back.
    pub payer: Pubkey,
    /// sha256 of the proposer's evidence; zeros for a price.
    pub evidence: [u8; 32],
    /// When it was proposed, unix seconds.
    pub proposed_at: i64,
    /// The present window ends then.
    pub window_end: i64,
    /// Bond of each side.
    pub bond: u64,
    /// Weight without which a vote decides nothing.
    pub quorum: u64,
    /// What the bond vault owes at most; 0 once every bond and vote was claimed.
    pub owed: u64,
    /// Weight of each outcome, then of INVALID.
    pub tally: [u64; 9],
    /// Sum of `tally`.
    pub total: u64,
    /// Publish time of the price held.
    pub publish_time: i64,
    /// The price held.
    pub price: i64,
    /// Outcome proposed; n = INVALID.
    pub proposed: u8,
    /// Outcome decided; 255 = not yet.
    pub final_outcome: u8,
    /// BY_SOURCE 1, PROPOSER_PAID 2, DISPUTER_PAID 4, COUNCIL_TIMEOUT 8.
    pub flags: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Bump of the bond vault.
    pub bond_bump: u8,
    /// Votes that were cast and not claimed yet, little-endian.
    pub votes: [u8; 3],
}

/// A bond to be paid: how much, and the flag that says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BondDue {
    pub amount: u64,
    /// Taken off `owed`: with the winner's part the rest of the loser's bond, which is the treasury's.
    pub settles: u64,
    pub flag: u8,
}

impl Resolution {
    pub const SPACE: usize = 8 + std::mem::size_of::<Resolution>();

    /// A resolution that nobody proposed to yet.
    pub fn new(market: Pubkey, payer: Pubkey, bump: u8) -> Self {
        Self { market, payer, proposed: NONE, final_outcome: NONE, bump, ..Default::default() }
    }

    /// Reads the market's resolution; None while there is none.
    pub fn of_market(account: &AccountInfo, market: &Pubkey) -> Result<Option<Self>> {
        if *account.owner != crate::ID {
            return Ok(None);
        }
        let data = account.try_borrow_data()?;
        let fields = data.strip_prefix(Self::DISCRIMINATOR).filter(|fields| fields.len() == Self::SPACE - 8);
        let resolution: Self = bytemuck::pod_read_unaligned(fields.ok_or(MarketError::WrongResolution)?);
        resolution.require_of(market)?;
        Ok(Some(resolution))
    }

    /// Makes the account, at its canonical address alone.
    pub fn create<'info>(account: &AccountInfo<'info>, market: &Pubkey, payer: &AccountInfo<'info>) -> Result<Self> {
        let bump = pda::canonical(account.key, &[RESOLUTION_SEED, market.as_ref()], &crate::ID);
        let bump = bump.ok_or(MarketError::WrongResolution)?;
        let seeds: [&[u8]; 3] = [RESOLUTION_SEED, market.as_ref(), &[bump]];
        pda::create(account, payer, Self::SPACE, &crate::ID, &seeds)?;
        Ok(Self::new(*market, *payer.key, bump))
    }

    /// Writes it back.
    pub fn store(&self, account: &AccountInfo) -> Result<()> {
        let mut data = account.try_borrow_mut_data()?;
        let (head, fields) = data.split_at_mut_checked(8).ok_or(MarketError::WrongResolution)?;
        head.copy_from_slice(Self::DISCRIMINATOR);
        require!(fields.len() == Self::SPACE - 8, MarketError::WrongResolution);
        fields.copy_from_slice(bytemuck::bytes_of(self));
        Ok(())
    }

    /// Made for a closing price: it has no bond and no bond vault.
    pub fn is_price(&self) -> bool {
        self.bond == 0
    }

    pub fn has(&self, bit: u8) -> bool {
        self.flags & bit != 0
    }

    pub fn set(&mut self, bit: u8) {
        self.flags |= bit;
    }

    pub fn require_of(&self, market: &Pubkey) -> Result<()> {
        require_keys_eq!(self.market, *market, MarketError::WrongResolution);
        Ok(())
    }

    /// The bond vault at its address.
    pub fn require_bond_vault(&self, vault: &AccountInfo) -> Result<()> {
        let pinned = pda::is_at(vault.key, &[BOND_VAULT_SEED, self.market.as_ref()], self.bond_bump, &crate::ID);
        require!(pinned && !self.is_price(), MarketError::WrongBondVault);
        Ok(())
    }

    // votes

    /// Votes that were cast and not claimed yet.
    pub fn votes(&self) -> u32 {
        let [low, middle, high] = self.votes;
        u32::from_le_bytes([low, middle, high, 0])
    }

    fn set_votes(&mut self, votes: u32) -> Result<()> {
        let [low, middle, high, beyond] = votes.to_le_bytes();
        require!(beyond == 0, MarketError::Overflow);
        self.votes = [low, middle, high];
        Ok(())
    }

    /// Weight of each outcome and of INVALID.
    pub fn tallies(&self, n: u8) -> Vec<u64> {
        self.tally.iter().take(usize::from(n) + 1).copied().collect()
    }

    /// Counts a vote whose weight came into the bond vault.
    pub fn count(&mut self, side: u8, weight: u64) -> Result<()> {
        let tally = self.tally.get_mut(usize::from(side)).ok_or(MarketError::BadVote)?;
        *tally = tally.checked_add(weight).ok_or(MarketError::Overflow)?;
        self.total = self.total.checked_add(weight).ok_or(MarketError::Overflow)?;
        self.owed = self.owed.checked_add(weight).ok_or(MarketError::Overflow)?;
        self.set_votes(self.votes() + 1)
    }

    /// The outcome that has enough of a vote that is large enough; n = INVALID.
    pub fn verdict(&self, overturn_bps: u16) -> Option<u8> {
        if self.total < self.quorum {
            return None;
        }
        let needed = u128::from(self.total) * u128::from(overturn_bps);
        let place = self.tally.iter().position(|weight| u128::from(*weight) * u128::from(BPS) >= needed)?;
        u8::try_from(place).ok()
    }

    /// What stands if the council never rules: a proposal of the source in its time, else n = INVALID.
    pub fn by_timeout(&self, n: u8) -> u8 {
        if self.has(resolution_flag::BY_SOURCE) {
            self.proposed
        } else {
            n
        }
    }

    /// Nobody was right: the council never ruled, and the proposal was not the source's.
    fn undone(&self) -> bool {
        self.has(resolution_flag::COUNCIL_TIMEOUT) && !self.has(resolution_flag::BY_SOURCE)
    }

    fn disputed(&self) -> bool {
        self.disputer != Pubkey::default()
    }

    /// Whose word stood, so that the resolver's fee is theirs; zeros = nobody's.
    pub fn resolver(&self) -> Pubkey {
        if self.undone() {
            Pubkey::default()
        } else if self.final_outcome == self.proposed {
            self.proposer
        } else {
            self.disputer
        }
    }

    // bonds

    /// What `owner` gets of the bonds of a decided market; None if nothing, or nothing any more.
    pub fn bond_due(&self, owner: &Pubkey) -> Option<BondDue> {
        let (bond, first, second) = (self.bond, resolution_flag::PROPOSER_PAID, resolution_flag::DISPUTER_PAID);
        let sides = [(self.proposer, first), (self.disputer, second)];
        let mut unpaid = sides.into_iter().filter(|(side, flag)| side == owner && !self.has(*flag));
        if bond == 0 {
            return None;
        }
        if !self.disputed() || self.undone() {
            return unpaid.next().map(|(_, flag)| BondDue { amount: bond, settles: bond, flag });
        }
        let winner = if self.final_outcome == self.proposed { first } else { second };
        let both = bond.checked_mul(2)?;
        let amount = bond.checked_add(bond / 2)?;
        unpaid.find(|(_, flag)| *flag == winner).map(|(_, flag)| BondDue { amount, settles: both, flag })
    }

    /// What is still owed to bonds of a decided market.
    fn bonds_owed(&self) -> Option<u64> {
        let paid = |flag| u64::from(self.has(flag));
        let settled = paid(resolution_flag::PROPOSER_PAID) + paid(resolution_flag::DISPUTER_PAID);
        let left = match (self.disputed(), self.undone()) {
            (false, _) => 1u64.checked_sub(settled),
            (true, true) => 2u64.checked_sub(settled),
            (true, false) => Some(if settled > 0 { 0 } else { 2 }),
        };
        left?.checked_mul(self.bond)
    }

    /// Takes a bond off the books.
    pub fn pay_bond(&mut self, due: &BondDue) -> Result<()> {
        self.set(due.flag);
        self.owed = self.owed.checked_sub(due.settles).ok_or(MarketError::InvariantViolated)?;
        Ok(())
    }

    /// What a vote of a decided dispute gets back: a right one its part of what the wrong ones lose; if nobody was right or the
    /// council never ruled, everyone their weight.
    pub fn vote_due(&self, side: u8, weight: u64, slash_bps: u16) -> Option<u64> {
        let right = *self.tally.get(usize::from(self.final_outcome))?;
        let slash = u64::from(slash_bps);
        if self.has(resolution_flag::COUNCIL_TIMEOUT) || right == 0 {
            return Some(weight);
        }
        if side != self.final_outcome {
            return weight.checked_sub(mul_div_ceil(weight, slash, BPS)?);
        }
        let pot = mul_div_floor(self.total.checked_sub(right)?, slash, BPS)?;
        weight.checked_add(mul_div_floor(weight, pot, right)?)
    }

    /// Takes a vote off the books; with the last one nothing is owed but bonds, and what rounding left is the treasury's.
    pub fn pay_vote(&mut self, amount: u64) -> Result<()> {
        let left = self.votes().checked_sub(1).ok_or(MarketError::InvariantViolated)?;
        self.set_votes(left)?;
        let owed = self.owed.checked_sub(amount).ok_or(MarketError::InvariantViolated)?;
        let bonds = self.bonds_owed().filter(|bonds| *bonds <= owed).ok_or(MarketError::InvariantViolated)?;
        self.owed = if left == 0 { bonds } else { owed };
        Ok(())
    }
}
