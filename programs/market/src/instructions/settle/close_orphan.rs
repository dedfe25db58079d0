//! close_orphan: anyone returns the rent of positions whose market is gone. An address never comes back, so they are worth nothing.

use anchor_lang::prelude::*;

use crate::constants::{closed, CONFIG_ADDRESS};
use crate::errors::MarketError;
use crate::events::{emit_sized, Closed, ClosedItem};
use crate::pda;
use crate::state::{Config, Position};

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
    /// What closing a position gives back; None where it is closed, repeated, or its payer cannot receive.
    fn orphan(position: &AccountInfo, market: &AccountInfo, payer: &AccountInfo) -> Result<Option<ClosedItem>> {
        let Some(orphan) = Position::of_market(position, market.key) else { return Ok(None) };
        require!(*market.owner != crate::ID, MarketError::MarketExists);
        require_keys_eq!(orphan.payer, *payer.key, MarketError::WrongPayer);
        let rent = position.lamports();
        if !pda::receives(payer, rent)? {
            return Ok(None);
        }
        pda::zero(position)?;
        Ok(Some(ClosedItem {
            address: *position.key,
            market: *market.key,
            owner: orphan.owner,
            payer: *payer.key,
            rent,
        }))
    }
}

pub fn handler<'info>(ctx: Context<'info, CloseOrphan<'info>>) -> Result<()> {
    let a = ctx.accounts;
    let three = ctx.remaining_accounts;
    require!(three.len() % 3 == 0, MarketError::BadTriples);
    let count = three.len() / 3;
    let (mut items, mut places) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for accounts in three.chunks_exact(3) {
        let [position, market, payer] = accounts else { continue };
        if let Some(item) = CloseOrphan::orphan(position, market, payer)? {
            items.push(item);
            places.push((position, payer));
        }
    }
    require!(!items.is_empty(), MarketError::NothingOwed);
    let header = a.config.load_mut()?.next(a.config.key(), &Clock::get()?, Pubkey::default());
    let bytes = EVENT_BYTES + ITEM_BYTES * items.len();
    let event = Closed { header, what: closed::ORPHAN, items, residual: 0, residual_to: Pubkey::default() };
    emit_sized(&a.event_authority, &event, bytes)?;
    for (position, payer) in places {
        pda::close(position, payer)?;
    }
    Ok(())
}
