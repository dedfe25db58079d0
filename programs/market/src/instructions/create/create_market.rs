//! create_market: copies the terms of Config and MintRule into a new market; no money moves.

use anchor_lang::prelude::*;

use crate::constants::{CONFIG_ADDRESS, MARKET_SEED};
use crate::state::{Config, Market, MintRule};

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct CreateMarketArgs {
    /// slot << 16 | k, slot of the last 150.
    pub id: u64,
    pub engine: u8,
    pub n: u8,
    pub source_kind: u8,
    pub op: u8,
    /// FEE_TO_ACCOUNT or nothing.
    pub flags: u8,
    pub fee_to: Pubkey,
    /// Feed id of a price market, proposing key of an optimistic one.
    pub source: Pubkey,
    pub open: i64,
    pub lock: i64,
    pub event: i64,
    pub resolve_by: i64,
    pub void_after: i64,
    pub creator_fee_bps: u16,
    pub resolver_fee_bps: u16,
    /// 0 = Config's default.
    pub dispute_s: u32,
    /// Price to compare with; 0 for UPDOWN and for an optimistic market.
    pub strike: i64,
    pub expo: i32,
    /// Of a book; else 0.
    pub lot_k: u64,
    pub metadata_hash: [u8; 32],
    pub uri: String,
    pub question: String,
}

#[event_cpi]
#[derive(Accounts)]
#[instruction(args: CreateMarketArgs)]
pub struct CreateMarket<'info> {
    /// The settings that are copied.
    #[account(address = CONFIG_ADDRESS)]
    pub config: AccountLoader<'info, Config>,
    /// The rule of the market's mint, and so the mint.
    pub mint_rule: Account<'info, MintRule>,
    /// The market to be made.
    #[account(init, payer = payer, space = 8 + std::mem::size_of::<Market>(), seeds = [MARKET_SEED, creator.key().as_ref(), &args.id.to_le_bytes()], bump)]
    pub market: AccountLoader<'info, Market>,
    /// Owns the question; with mode 2 the admin.
    pub creator: Signer<'info>,
    /// Pays the rent and gets it back.
    #[account(mut)]
    pub payer: Signer<'info>,
    pub system_program: Program<'info, System>,
}

//HANDLER
pub fn handler(_ctx: Context<CreateMarket>, _args: CreateMarketArgs) -> Result<()> { Ok(()) }
