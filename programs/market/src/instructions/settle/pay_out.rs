//! pay_out: anyone pays positions of a decided market to their owners. One recipient who cannot be paid stops nobody else.

use anchor_lang::prelude::*;

use crate::constants::paid;
use crate::errors::MarketError;
use crate::events::{emit_sized, PaidOut, PayoutItem};
use crate::pda;
use crate::settlement::{self, Till};
use crate::solvency;
use crate::state::{Book, Market, Position};
use crate::token;

/// Bytes of PaidOut without items, and of one item.
const EVENT_BYTES: usize = 256;
const ITEM_BYTES: usize = 41;

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct PayOutArgs {
    /// Bump of each destination's ATA (seeds owner, token program, mint); empty for SOL.
    pub bumps: Vec<u8>,
}

#[event_cpi]
#[derive(Accounts)]
pub struct PayOut<'info> {
    /// The decided market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's vault, pinned by the hash of its seeds.
    #[account(mut, constraint = pda::is_vault(vault.key, &market)? @ MarketError::WrongVault)]
    pub vault: UncheckedAccount<'info>,
    /// The market's book, if a position has a seat in it; else left out.
    #[account(mut)]
    pub book: Option<AccountLoader<'info, Book>>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the program that owns the mint.
    pub token_program: UncheckedAccount<'info>,
}

/// One position of the batch with where its money and its rent go.
struct Triple<'a, 'info> {
    position: &'a AccountInfo<'info>,
    destination: &'a AccountInfo<'info>,
    payer: &'a AccountInfo<'info>,
}

fn triples<'a, 'info>(accounts: &'a [AccountInfo<'info>]) -> impl Iterator<Item = Triple<'a, 'info>> {
    accounts.chunks_exact(3).filter_map(|three| match three {
        [position, destination, payer] => Some(Triple { position, destination, payer }),
        _ => None,
    })
}

/// A position that will be paid: its place in the batch and the amount.
struct Due {
    place: usize,
    amount: u64,
}

impl Triple<'_, '_> {
    /// Refuses accounts that are not this position's; says why it cannot be paid, or PAID.
    fn status(
        &self,
        market: &Market,
        position: &Position,
        amount: u64,
        bump: Option<u8>,
        token: &Pubkey,
    ) -> Result<u8> {
        require_keys_eq!(position.payer, *self.payer.key, MarketError::WrongPayer);
        if amount > 0 {
            let (to, owner) = (self.destination.key, &position.owner);
            let theirs = match bump {
                None => to == owner,
                Some(bump) => token::is_associated_at(to, bump, owner, &market.mint, token),
            };
            require!(theirs, MarketError::WrongDestination);
            if !settlement::can_receive(market, self.destination, &position.owner, token, amount)? {
                return Ok(paid::NO_DESTINATION);
            }
        }
        let returns = pda::receives(self.payer, self.position.lamports())?;
        Ok(if returns { paid::PAID } else { paid::NO_PAYER })
    }
}

impl<'info> PayOut<'info> {
    fn till(&self) -> Till<'_, 'info> {
        Till { market: self.market.as_ref(), vault: &self.vault, mint: &self.mint, token_program: &self.token_program }
    }

    /// Burns what can be paid before anything is; closed, foreign and repeated accounts leave no item.
    fn settle(&self, market: &mut Market, three: &[AccountInfo], bumps: &[u8]) -> Result<(Vec<Due>, Vec<PayoutItem>)> {
        let (count, address) = (three.len() / 3, self.market.as_ref().key);
        let (mut due, mut items) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for (place, triple) in triples(three).enumerate() {
            let Some(mut position) = Position::of_market(triple.position, address) else { continue };
            let seat = position.seat;
            settlement::add_seat(market, address, self.book.as_ref(), &mut position)?;
            let amount = settlement::worth(market, &position)?;
            let bump = bumps.get(place).copied();
            let status = triple.status(market, &position, amount, bump, self.token_program.key)?;
            if status == paid::PAID {
                settlement::burn(market, &position)?;
                settlement::clear_seat(market, self.book.as_ref(), seat)?;
                pda::zero(triple.position)?;
                due.push(Due { place, amount });
            }
            items.push(PayoutItem { owner: position.owner, amount, status });
        }
        Ok((due, items))
    }
}

pub fn handler<'info>(ctx: Context<'info, PayOut<'info>>, args: PayOutArgs) -> Result<()> {
    let a = ctx.accounts;
    let three = ctx.remaining_accounts;
    let till = a.till();
    till.open(&a.market)?;
    let mut market = a.market.load_mut()?;
    require!(market.decided(), MarketError::NotDecided);
    let bumps = if market.is_native() { 0 } else { three.len() / 3 };
    require!(three.len() % 3 == 0 && args.bumps.len() == bumps, MarketError::BadTriples);
    let (due, items) = a.settle(&mut market, three, &args.bumps)?;
    let mut leaving = 0u64;
    for (triple, due) in chosen(three, &due) {
        let lamports = till.pay(&market, triple.destination, due.amount)?;
        leaving = leaving.checked_add(lamports).ok_or(MarketError::Overflow)?;
    }
    solvency::check(&market, a.market.as_ref(), &a.vault, leaving)?;
    let header = market.next(a.market.key(), &Clock::get()?, Pubkey::default());
    let event = PaidOut::of(header, &market, items);
    emit_sized(&a.event_authority, &event, EVENT_BYTES + ITEM_BYTES * event.items.len())?;
    for (triple, due) in chosen(three, &due) {
        till.finish(triple.destination, if leaving > 0 { due.amount } else { 0 })?;
        pda::close(triple.position, triple.payer)?;
    }
    Ok(())
}

fn chosen<'a, 'info>(
    three: &'a [AccountInfo<'info>],
    due: &'a [Due],
) -> impl Iterator<Item = (Triple<'a, 'info>, &'a Due)> {
    due.iter().filter_map(|due| Some((triples(three.get(3 * due.place..)?).next()?, due)))
}
