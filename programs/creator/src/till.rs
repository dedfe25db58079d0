//! How money moves between a pool and wallets: one token account pays or is paid, the pool signs for its own.

use anchor_lang::prelude::*;
use market::token::{self, Transfer};

use crate::errors::CreatorError;
use crate::state::Pool;

/// What every movement of a pool's money needs.
pub struct Till<'a, 'info> {
    pub pool: &'a AccountInfo<'info>,
    pub mint: &'a AccountInfo<'info>,
    pub token_program: &'a AccountInfo<'info>,
}

impl<'info> Till<'_, 'info> {
    /// From a wallet's token account into one of the pool's.
    pub fn pull(
        &self,
        from: &AccountInfo<'info>,
        owner: &AccountInfo<'info>,
        to: &AccountInfo<'info>,
        n: u64,
    ) -> Result<()> {
        self.transfer(from, to, owner).run(n, &[])
    }

    /// Out of one of the pool's token accounts.
    pub fn pay(&self, pool: &Pool, from: &AccountInfo<'info>, to: &AccountInfo<'info>, n: u64) -> Result<()> {
        self.transfer(from, to, self.pool).run(n, &[&pool.seeds()])
    }

    fn transfer<'a>(
        &'a self,
        from: &'a AccountInfo<'info>,
        to: &'a AccountInfo<'info>,
        authority: &'a AccountInfo<'info>,
    ) -> Transfer<'a, 'info> {
        Transfer { token_program: self.token_program, mint: self.mint, from, to, authority }
    }
}

/// Counts in what came into the dividends account, in SOL after lamports were counted into its tokens. Returns the amount.
pub fn accrue<'info>(
    pool: &mut Pool,
    dividends: &AccountInfo<'info>,
    token_program: &AccountInfo<'info>,
) -> Result<u64> {
    require_keys_eq!(*dividends.owner, *token_program.key, CreatorError::WrongMint);
    if pool.is_native() {
        token::sync_native(dividends, token_program)?;
    }
    pool.accrue(token::amount(dividends)?)
}
