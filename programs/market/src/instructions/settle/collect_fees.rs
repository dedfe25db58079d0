//! collect_fees: anyone pays out the fees of one kind: the protocol's at any time, the others once the market is decided.

use anchor_lang::prelude::*;

use crate::constants::{fee_kind, flag, CONFIG_ADDRESS, UNCLAIMED_S, VAULT_SEED};
use crate::errors::MarketError;
use crate::events::{emit, FeesCollected, Value};
use crate::pda;
use crate::settlement::{self, Till};
use crate::solvency;
use crate::state::{Config, Market};
use crate::token;

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct CollectFeesArgs {
    /// 0 creator, 1 resolver, 2 protocol.
    pub kind: u8,
}

#[event_cpi]
#[derive(Accounts)]
pub struct CollectFees<'info> {
    /// The settings: name the treasury.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's vault, pinned by its seeds.
    #[account(mut, seeds = [VAULT_SEED, market.key().as_ref()], bump = market.load()?.vault_bump)]
    pub vault: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the recipient's associated token account; for SOL, once decided, the wallet; with FEE_TO_ACCOUNT Market.fee_to.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// CHECK: the treasury's, from the deadline on, if the destination cannot receive; else left out.
    #[account(mut)]
    pub treasury_destination: Option<UncheckedAccount<'info>>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

impl<'info> CollectFees<'info> {
    fn till(&self) -> Till<'_, 'info> {
        Till { market: self.market.as_ref(), vault: &self.vault, mint: &self.mint, token_program: &self.token_program }
    }

    /// Whose the fees of a kind are; where nobody is named the treasury's.
    fn recipient(&self, market: &Market, kind: u8, treasury: Pubkey) -> Pubkey {
        let named = match kind {
            fee_kind::CREATOR => market.fee_to,
            fee_kind::RESOLVER => market.resolver_to,
            _ => treasury,
        };
        if named == Pubkey::default() {
            treasury
        } else {
            named
        }
    }

    /// Whether an account is where a wallet takes its payment, and it can.
    fn fits(&self, market: &Market, to: &AccountInfo, wallet: &Pubkey, amount: u64) -> Result<(bool, bool)> {
        let program = self.token_program.key;
        let expected =
            if market.has(flag::UNWRAPPED) { *wallet } else { token::associated(wallet, &market.mint, program) };
        Ok((expected == *to.key, settlement::can_receive(market, to, wallet, program, amount)?))
    }

    /// The same for a fee account, which is named itself.
    fn fits_account(&self, market: &Market, amount: u64) -> Result<(bool, bool)> {
        let to = &self.destination;
        let open = token::is_open(to, &market.mint, self.token_program.key);
        let receives = open && (!market.has(flag::UNWRAPPED) || pda::receives(to, amount)?);
        Ok((market.fee_to == *to.key, receives))
    }

    /// Who gets the fees, and through which account: the recipient, or in the end the treasury.
    fn choose(&self, market: &Market, kind: u8, amount: u64, now: i64) -> Result<(Pubkey, &UncheckedAccount<'info>)> {
        let treasury = self.config.load()?.treasury;
        // Some addresses no transaction can open for writing; what nobody took in twice the time is the treasury's.
        let forsaken = market.decided() && now >= market.deadline.saturating_add(UNCLAIMED_S);
        if forsaken && self.fits(market, &self.destination, &treasury, amount)? == (true, true) {
            return Ok((treasury, &self.destination));
        }
        let recipient = self.recipient(market, kind, treasury);
        let to_account = kind == fee_kind::CREATOR && market.has(flag::FEE_TO_ACCOUNT);
        let (expected, receives) = if to_account {
            self.fits_account(market, amount)?
        } else {
            self.fits(market, &self.destination, &recipient, amount)?
        };
        require!(expected, MarketError::WrongDestination);
        if receives {
            return Ok((recipient, &self.destination));
        }
        let late = market.decided() && now >= market.deadline;
        let fallback = self.treasury_destination.as_ref().filter(|_| late).ok_or(MarketError::Unpayable)?;
        let (expected, receives) = self.fits(market, fallback, &treasury, amount)?;
        require!(expected, MarketError::WrongDestination);
        require!(receives, MarketError::Unpayable);
        Ok((treasury, fallback))
    }
}

pub fn handler(ctx: Context<CollectFees>, args: CollectFeesArgs) -> Result<()> {
    let a = ctx.accounts;
    let clock = Clock::get()?;
    let till = a.till();
    till.open(&a.market)?;
    let mut market = a.market.load_mut()?;
    let decided = market.decided();
    require!(decided || args.kind == fee_kind::PROTOCOL, MarketError::NotDecided);
    let owed = market.fees_owed.get_mut(usize::from(args.kind)).ok_or(MarketError::NothingOwed)?;
    let amount = std::mem::take(owed);
    require!(amount > 0, MarketError::NothingOwed);
    let (recipient, to) = a.choose(&market, args.kind, amount, clock.unix_timestamp)?;
    let leaving = till.pay(&market, to, amount)?;
    solvency::check(&market, a.market.as_ref(), &a.vault, leaving)?;
    let header = market.next(a.market.key(), &clock, Pubkey::default());
    let event = FeesCollected {
        header,
        kind: args.kind,
        recipient,
        amount,
        flags: market.flags,
        vault_rent: market.vault_rent,
        value: Value::of(&market),
    };
    emit(&a.event_authority, &event)?;
    till.finish(to, leaving)
}
