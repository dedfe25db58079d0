//! Vote: what one wallet said in one round. Cast once, never changed.

use anchor_lang::prelude::*;

use crate::constants::VOTE_SEED;
use crate::errors::MarketError;
use crate::pda;

/// A vote; 88 bytes at [`vote`, market, round, voter].
#[account]
pub struct Vote {
    /// Of this market.
    pub market: Pubkey,
    /// Cast it; pays the rent and gets it back.
    pub voter: Pubkey,
    /// 1 on a proposal; on a dispute the collateral moved into the bond vault.
    pub weight: u64,
    /// 0 on a proposal, 1 on a dispute.
    pub round: u8,
    /// On a proposal 0 against, 1 for; on a dispute the outcome, n = INVALID.
    pub side: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Zeros.
    pub reserved: [u8; 5],
}

impl Vote {
    pub const SPACE: usize = 8 + 2 * 32 + 8 + 3 + 5;

    /// Makes the account at its canonical address: a second vote of the same wallet finds it taken.
    pub fn cast<'info>(
        account: &AccountInfo<'info>,
        market: &Pubkey,
        voter: &AccountInfo<'info>,
        (round, side, weight): (u8, u8, u64),
    ) -> Result<Self> {
        let seeds: [&[u8]; 4] = [VOTE_SEED, market.as_ref(), &[round], voter.key.as_ref()];
        let bump = pda::canonical(account.key, &seeds, &crate::ID).ok_or(MarketError::WrongVote)?;
        require!(*account.owner != crate::ID, MarketError::VotedAlready);
        let seeds: [&[u8]; 5] = [VOTE_SEED, market.as_ref(), &[round], voter.key.as_ref(), &[bump]];
        pda::create(account, voter, Self::SPACE, &crate::ID, &seeds)?;
        let vote = Self { market: *market, voter: *voter.key, weight, round, side, bump, reserved: [0; 5] };
        vote.try_serialize(&mut &mut account.try_borrow_mut_data()?[..])?;
        Ok(vote)
    }

    /// This market's vote in an account of a batch; None where it is closed, foreign or something else.
    pub fn of_market(account: &AccountInfo, market: &Pubkey) -> Option<Self> {
        if *account.owner != crate::ID {
            return None;
        }
        let data = account.try_borrow_data().ok()?;
        Self::try_deserialize(&mut &data[..]).ok().filter(|vote| vote.market == *market)
    }
}
