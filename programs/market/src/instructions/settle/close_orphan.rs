//! close_orphan: anyone returns the rent of positions and of votes on proposals whose market is gone. An address never comes back, so they are worth nothing.

use anchor_lang::prelude::*;

use crate::constants::{closed, CONFIG_ADDRESS};
use crate::errors::MarketError;
use crate::events::{emit_sized, Closed, ClosedItem};
use crate::pda;
use crate::state::{Config, Position, Vote};

/// Bytes of Closed without items, and of one item.
const EVENT_BYTES: usize = 192;
const ITEM_BYTES: usize = 136;

#[event_cpi]
#[derive(Accounts)]
pub struct CloseOrphan<'info> {
    /// The settings: the subject of the event.
    #[account(mut, address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
}

impl CloseOrphan<'_> {
    /// Owner and rent payer of a position or a vote of this market.
    fn owner(account: &AccountInfo, market: &Pubkey) -> Option<(Pubkey, Pubkey)> {
        let position = Position::of_market(account, market).map(|position| (position.owner, position.payer));
        position.or_else(|| Vote::of_market(account, market).map(|vote| (vote.voter, vote.voter)))
    }

    /// What closing an account gives back; None where it is closed, repeated, or its payer cannot receive.
    fn orphan(account: &AccountInfo, market: &AccountInfo, payer: &AccountInfo) -> Result<Option<ClosedItem>> {
        let Some((owner, paid)) = Self::owner(account, market.key) else { return Ok(None) };
        require!(*market.owner != crate::ID, MarketError::MarketExists);
        require_keys_eq!(paid, *payer.key, MarketError::WrongPayer);
        let rent = account.lamports();
        if !pda::receives(payer, rent)? {
            return Ok(None);
        }
        pda::zero(account)?;
        Ok(Some(ClosedItem { address: *account.key, market: *market.key, owner, payer: *payer.key, rent }))
    }
}

pub fn handler<'info>(ctx: Context<'info, CloseOrphan<'info>>) -> Result<()> {
    let a = ctx.accounts;
    let three = ctx.remaining_accounts;
    require!(three.len() % 3 == 0, MarketError::BadTriples);
    let count = three.len() / 3;
    let (mut items, mut places) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for accounts in three.chunks_exact(3) {
        let [account, market, payer] = accounts else { continue };
        if let Some(item) = CloseOrphan::orphan(account, market, payer)? {
            items.push(item);
            places.push((account, payer));
        }
    }
    require!(!items.is_empty(), MarketError::NothingOwed);
    let header = a.config.load_mut()?.next(a.config.key(), &Clock::get()?, Pubkey::default());
    let bytes = EVENT_BYTES + ITEM_BYTES * items.len();
    let event = Closed { header, what: closed::ORPHAN, items, residual: 0, residual_to: Pubkey::default() };
    emit_sized(&a.event_authority, &event, bytes)?;
    for (account, payer) in places {
        pda::close(account, payer)?;
    }
    Ok(())
}
