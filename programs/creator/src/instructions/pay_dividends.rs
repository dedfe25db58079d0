//! pay_dividends: anyone pays holders their dividends. One recipient who cannot be paid stops nobody else.

use anchor_lang::prelude::*;
use market::token;

use crate::constants::dividend;
use crate::errors::CreatorError;
use crate::events::{emit_sized, DividendItem, DividendPaid, PoolState};
use crate::solvency;
use crate::state::{Holder, Pool};
use crate::till::{self, Till};

/// Bytes of DividendPaid without items, and of one item.
const EVENT_BYTES: usize = 192;
const ITEM_BYTES: usize = 57;

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct PayDividendsArgs {
    /// Bump of each destination's ATA (seeds owner, token program, mint).
    pub bumps: Vec<u8>,
}

#[event_cpi]
#[derive(Accounts)]
pub struct PayDividends<'info> {
    /// The pool.
    #[account(mut, dup)]
    pub pool: Account<'info, Pool>,
    /// CHECK: the pool's dividends account, pinned by the hash of its seeds.
    #[account(mut, constraint = pool.is_dividends(&pool.key(), dividends.key) @ CreatorError::WrongVault)]
    pub dividends: UncheckedAccount<'info>,
    /// CHECK: the pool's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

/// A holder that will be paid: its place in the batch and the amount.
struct Due {
    place: usize,
    amount: u64,
}

impl PayDividends<'_> {
    /// Takes the dividends out of one holder; None where it is foreign, repeated, or has none.
    fn settle(&mut self, pair: &[AccountInfo], bump: u8, seq: u64) -> Result<Option<DividendItem>> {
        let [account, destination] = pair else { return Ok(None) };
        let Some(mut holder) = Holder::of_pool(account, &self.pool.key()) else { return Ok(None) };
        let (program, old) = (self.token_program.key, (self.pool.recorded, holder.debt));
        let amount = holder.take(&mut self.pool)?;
        if amount == 0 {
            return Ok(None);
        }
        let theirs = token::is_associated_at(destination.key, bump, &holder.owner, &self.pool.mint, program);
        require!(theirs, CreatorError::WrongDestination);
        let open = token::is_open_of(destination, &holder.owner, &self.pool.mint, program);
        if !(open && destination.is_writable) {
            self.pool.recorded = old.0;
            let status = dividend::NO_DESTINATION;
            return Ok(Some(DividendItem { owner: holder.owner, amount, status, debt: old.1 }));
        }
        holder.last_seq = seq;
        holder.store(account)?;
        Ok(Some(DividendItem { owner: holder.owner, amount, status: dividend::PAID, debt: holder.debt }))
    }
}

pub fn handler<'info>(ctx: Context<'info, PayDividends<'info>>, args: PayDividendsArgs) -> Result<()> {
    let a = ctx.accounts;
    let pairs = ctx.remaining_accounts;
    require!(pairs.len() % 2 == 0 && args.bumps.len() == pairs.len() / 2, CreatorError::BadPairs);
    a.pool.require_mint(&a.mint, &a.token_program)?;
    let accrued = till::accrue(&mut a.pool, &a.dividends, &a.token_program)?;
    let address = a.pool.key();
    let header = a.pool.next(address, &Clock::get()?, Pubkey::default());
    let (mut due, mut items) = (Vec::with_capacity(args.bumps.len()), Vec::with_capacity(args.bumps.len()));
    for (place, (pair, bump)) in pairs.chunks_exact(2).zip(&args.bumps).enumerate() {
        let Some(item) = a.settle(pair, *bump, header.seq)? else { continue };
        if item.status == dividend::PAID {
            due.push(Due { place, amount: item.amount });
        }
        items.push(item);
    }
    require!(!items.is_empty(), CreatorError::NothingOwed);
    let till = Till { pool: a.pool.as_ref(), mint: &a.mint, token_program: &a.token_program };
    for Due { place, amount } in due {
        let Some([_, destination]) = pairs.get(2 * place..2 * place + 2) else { continue };
        till.pay(&a.pool, &a.dividends, destination, amount)?;
    }
    solvency::check_dividends(&a.pool, &a.dividends)?;
    let bytes = EVENT_BYTES + ITEM_BYTES * items.len();
    emit_sized(&a.event_authority, &DividendPaid { header, items, pool: PoolState::of(&a.pool, accrued) }, bytes)
}
