//! How money leaves a market: what a position is worth, unwrapping, and the till that pays.
//!
//! Before the decision all leaves as tokens. After it a SOL market's vault is unwrapped once into the market's own lamports, and money
//! leaves as lamports, always last: no CPI may follow a lamport move of this program.

use anchor_lang::prelude::*;
use market_math::parimutuel;

use crate::constants::{flag, MARKET_SEED, NONE};
use crate::engine::book;
use crate::errors::MarketError;
use crate::pda;
use crate::state::{Book, Market, Position};
use crate::token::{self, Transfer};

/// What a decided market pays for a position.
pub fn worth(market: &Market, position: &Position) -> Result<u64> {
    require!(market.decided(), MarketError::NotDecided);
    let shares = parimutuel::worth(&position.shares, market.mask, market.num, market.den);
    shares.and_then(|w| w.checked_add(position.credit)).ok_or_else(|| MarketError::Overflow.into())
}

/// Takes a position's shares and credit out of the market's sums.
pub fn burn(market: &mut Market, position: &Position) -> Result<()> {
    for (supply, shares) in market.supply.iter_mut().zip(&position.shares) {
        *supply = supply.checked_sub(*shares).ok_or(MarketError::InvariantViolated)?;
    }
    market.escrow = market.escrow.checked_sub(position.credit).ok_or(MarketError::InvariantViolated)?;
    Ok(())
}

/// Sweeps the seat of a position that has one into it, and cancels its orders once the market is decided.
pub fn leave_book(
    market: &Market,
    address: &Pubkey,
    book: Option<&AccountLoader<Book>>,
    position: &mut Position,
) -> Result<()> {
    if position.seat == NONE {
        return Ok(());
    }
    let mut book = book.ok_or(MarketError::WrongBook)?.load_mut()?;
    book.require_of(address)?;
    book::leave(market, &mut book.rules(market), position)
}

/// Adds what a position has in the book to it, the book left as it is: whether it is paid is not known yet.
pub fn add_seat(
    market: &Market,
    address: &Pubkey,
    book: Option<&AccountLoader<Book>>,
    position: &mut Position,
) -> Result<()> {
    if position.seat == NONE {
        return Ok(());
    }
    let mut book = book.ok_or(MarketError::WrongBook)?.load_mut()?;
    book.require_of(address)?;
    let held = book.rules(market).holdings(position.seat).ok_or(MarketError::Overflow)?;
    book::receive(position, &held)
}

/// Takes everything of a position that was paid out of its seat.
pub fn clear_seat(market: &Market, book: Option<&AccountLoader<Book>>, seat: u8) -> Result<()> {
    if seat == NONE {
        return Ok(());
    }
    let mut book = book.ok_or(MarketError::WrongBook)?.load_mut()?;
    book::clear(&mut book.rules(market), seat)
}

/// What a market signs with.
pub struct Signature {
    creator: Pubkey,
    id: [u8; 8],
    bump: [u8; 1],
}

impl Signature {
    pub fn of(market: &Market) -> Self {
        Self { creator: market.creator, id: market.id.to_le_bytes(), bump: [market.bump] }
    }

    pub fn seeds(&self) -> [&[u8]; 4] {
        [MARKET_SEED, self.creator.as_ref(), &self.id, &self.bump]
    }
}

/// The accounts that money leaves through.
pub struct Till<'a, 'info> {
    pub market: &'a AccountInfo<'info>,
    pub vault: &'a AccountInfo<'info>,
    pub mint: &'a AccountInfo<'info>,
    pub token_program: &'a AccountInfo<'info>,
}

impl<'info> Till<'_, 'info> {
    /// Checks the mint, and unwraps the vault of a decided SOL market that nobody unwrapped yet.
    pub fn open(&self, loader: &AccountLoader<Market>) -> Result<()> {
        let signature = {
            let mut market = loader.load_mut()?;
            token::require_mint(&market, self.mint, self.token_program)?;
            if !market.is_native() || !market.decided() || market.has(flag::UNWRAPPED) {
                return Ok(());
            }
            market.flags |= flag::UNWRAPPED;
            let reserve = token::native_reserve(self.vault)?;
            market.vault_rent = u32::try_from(reserve).map_err(|_| MarketError::Overflow)?;
            Signature::of(&market)
        };
        token::close(self.vault, self.market, self.market, self.token_program, &[&signature.seeds()])
    }

    /// Pays tokens at once, or says how many lamports `finish` will have to pay.
    pub fn pay(&self, market: &Market, to: &AccountInfo<'info>, amount: u64) -> Result<u64> {
        if market.has(flag::UNWRAPPED) {
            return Ok(amount);
        }
        if amount > 0 {
            self.transfer(market, to, amount)?;
        }
        Ok(0)
    }

    /// Moves the lamports that `pay` left over; the last thing an instruction does.
    pub fn finish(&self, to: &AccountInfo, lamports: u64) -> Result<()> {
        if lamports > 0 {
            pda::pay(self.market, to, lamports)?;
        }
        Ok(())
    }

    fn transfer(&self, market: &Market, to: &AccountInfo<'info>, amount: u64) -> Result<()> {
        let transfer = Transfer {
            token_program: self.token_program,
            mint: self.mint,
            from: self.vault,
            to,
            authority: self.market,
        };
        transfer.run(amount, &[&Signature::of(market).seeds()])
    }
}

/// Whether a wallet can take its payment: for tokens at the account given, for unwrapped SOL itself.
pub fn can_receive(
    market: &Market,
    to: &AccountInfo,
    wallet: &Pubkey,
    token_program: &Pubkey,
    amount: u64,
) -> Result<bool> {
    if market.has(flag::UNWRAPPED) {
        return Ok(to.key == wallet && pda::receives(to, amount)?);
    }
    Ok(to.is_writable && token::is_open_of(to, wallet, &market.mint, token_program))
}
