//! Who is paid what a decided market owes to a wallet by name: the wallet, or in the end the treasury.

use anchor_lang::prelude::*;

use crate::constants::{flag, UNCLAIMED_S};
use crate::errors::MarketError;
use crate::pda;
use crate::settlement;
use crate::state::Market;
use crate::token;

/// The accounts that an instruction names for one payment.
pub struct Payee<'a, 'info> {
    pub destination: &'a UncheckedAccount<'info>,
    pub treasury_destination: Option<&'a UncheckedAccount<'info>>,
    pub token_program: &'a Pubkey,
    /// Whether the wallet signed for something once, so that it is none that no transaction can open for writing.
    pub signed: bool,
}

impl<'a, 'info> Payee<'a, 'info> {
    /// Whether an account is where a wallet takes its payment, and it can.
    fn fits(&self, market: &Market, to: &AccountInfo, wallet: &Pubkey, amount: u64) -> Result<(bool, bool)> {
        let program = self.token_program;
        let expected = if market.has(flag::UNWRAPPED) {
            wallet == to.key
        } else {
            token::is_associated(to.key, wallet, &market.mint, program)
        };
        Ok((expected, settlement::can_receive(market, to, wallet, program, amount)?))
    }

    /// The same for a fee account, which is named itself.
    fn fits_account(&self, market: &Market, amount: u64) -> Result<(bool, bool)> {
        let to = self.destination;
        let open = token::is_open(to, &market.mint, self.token_program);
        let receives = open && (!market.has(flag::UNWRAPPED) || pda::receives(to, amount)?);
        Ok((market.fee_to == *to.key, receives))
    }

    /// Who gets the amount, and through which account: the wallet (or with `to_account` Market.fee_to), or in the end the
    /// treasury.
    pub fn choose(
        &self,
        market: &Market,
        wallet: &Pubkey,
        to_account: bool,
        treasury: &Pubkey,
        amount: u64,
        now: i64,
    ) -> Result<(Pubkey, &'a UncheckedAccount<'info>)> {
        // A fee can name an address that no transaction opens for writing; what nobody took in twice the time is the treasury's.
        let forsaken = !self.signed && market.decided() && now >= market.deadline.saturating_add(UNCLAIMED_S);
        if forsaken && self.fits(market, self.destination, treasury, amount)? == (true, true) {
            return Ok((*treasury, self.destination));
        }
        let (expected, receives) = if to_account {
            self.fits_account(market, amount)?
        } else {
            self.fits(market, self.destination, wallet, amount)?
        };
        require!(expected, MarketError::WrongDestination);
        if receives {
            return Ok((*wallet, self.destination));
        }
        let late = market.decided() && now >= market.deadline;
        let fallback = self.treasury_destination.filter(|_| late).ok_or(MarketError::Unpayable)?;
        let (expected, receives) = self.fits(market, fallback, treasury, amount)?;
        require!(expected, MarketError::WrongDestination);
        require!(receives, MarketError::Unpayable);
        Ok((*treasury, fallback))
    }
}
