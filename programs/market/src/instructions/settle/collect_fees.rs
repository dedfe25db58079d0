//! collect_fees: anyone pays out the fees of one kind: the protocol's at any time, the others once the market is decided.

use anchor_lang::prelude::*;

use crate::constants::{fee_kind, flag, CONFIG_ADDRESS};
use crate::errors::MarketError;
use crate::events::{emit, FeesCollected, Value};
use crate::payee::Payee;
use crate::pda;
use crate::settlement::Till;
use crate::solvency;
use crate::state::{Config, Market};

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
    /// CHECK: the market's vault, pinned by the hash of its seeds.
    #[account(mut, constraint = pda::is_vault(vault.key, &market)? @ MarketError::WrongVault)]
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

    fn payee(&self, kind: u8) -> Payee<'_, 'info> {
        Payee {
            destination: &self.destination,
            treasury_destination: self.treasury_destination.as_ref(),
            token_program: self.token_program.key,
            signed: kind != fee_kind::CREATOR,
        }
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
    let treasury = a.config.load()?.treasury;
    let named = a.recipient(&market, args.kind, treasury);
    let to_account = args.kind == fee_kind::CREATOR && market.has(flag::FEE_TO_ACCOUNT);
    let payee = a.payee(args.kind);
    let (recipient, to) = payee.choose(&market, &named, to_account, &treasury, amount, clock.unix_timestamp)?;
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
