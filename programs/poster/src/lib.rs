//! Localnet only: writes price updates in the layout of Pyth's PriceUpdateV2, so that the market program can be played with.
//!
//! Each update is an account of its own, at [`price`, feed, publish], so that posting never races somebody who resolves by an
//! earlier one. It believes whoever posts first: a cluster where money is real must not name it in Config.pyth.

use anchor_lang::prelude::*;

declare_id!("5de84KoXhPhnaUnshB7r9qCVAB9jKADeFVG7ZJoDDerR");

pub const PRICE_SEED: &[u8] = b"price";

#[program]
pub mod poster {
    use super::*;

    /// Writes one price update.
    pub fn post(ctx: Context<Post>, args: PostArgs) -> Result<()> {
        let bytes = layout(ctx.accounts.authority.key, &args, Clock::get()?.slot);
        ctx.accounts.price.try_borrow_mut_data()?.copy_from_slice(&bytes);
        Ok(())
    }

    /// Returns the rent of a price update to its authority.
    pub fn close(ctx: Context<Close>) -> Result<()> {
        let price = &ctx.accounts.price;
        let authority = &ctx.accounts.authority;
        {
            let data = price.try_borrow_data()?;
            require!(data.len() == PRICE_BYTES && data[..8] == DISCRIMINATOR, PosterError::NotAPrice);
            require!(data[8..40] == authority.key.to_bytes(), PosterError::NotAuthority);
        }
        authority.add_lamports(price.lamports())?;
        **price.try_borrow_mut_lamports()? = 0;
        price.assign(&System::id());
        price.resize(0)?;
        Ok(())
    }
}

/// Length of a PriceUpdateV2 account.
pub const PRICE_BYTES: usize = 134;
/// sha256("account:PriceUpdateV2")[..8].
pub const DISCRIMINATOR: [u8; 8] = [0x22, 0xf1, 0x23, 0x63, 0x9d, 0x7e, 0xf4, 0xcd];
/// VerificationLevel::Full.
const FULL: u8 = 1;

#[derive(AnchorSerialize, AnchorDeserialize)]
pub struct PostArgs {
    pub feed: [u8; 32],
    pub price: i64,
    pub conf: u64,
    pub expo: i32,
    /// Publish time, unix seconds.
    pub publish: i64,
    /// Publish time of the update before.
    pub prev: i64,
}

#[derive(Accounts)]
#[instruction(args: PostArgs)]
pub struct Post<'info> {
    /// CHECK: the update, written in Pyth's layout.
    #[account(init, payer = payer, space = PRICE_BYTES, owner = crate::ID, seeds = [PRICE_SEED, &args.feed, &args.publish.to_le_bytes()], bump)]
    pub price: UncheckedAccount<'info>,
    /// May close it.
    pub authority: Signer<'info>,
    /// Pays the rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    pub system_program: Program<'info, System>,
}

#[derive(Accounts)]
pub struct Close<'info> {
    /// CHECK: the update; its authority is looked up in it.
    #[account(mut, owner = crate::ID)]
    pub price: UncheckedAccount<'info>,
    /// Wrote it; gets the rent.
    #[account(mut)]
    pub authority: Signer<'info>,
}

/// The bytes of PriceUpdateV2: write authority, level, feed, price, conf, exponent, publish time, previous one, the two averages, slot.
fn layout(authority: &Pubkey, args: &PostArgs, slot: u64) -> [u8; PRICE_BYTES] {
    let mut bytes = [0; PRICE_BYTES];
    bytes[..8].copy_from_slice(&DISCRIMINATOR);
    bytes[8..40].copy_from_slice(authority.as_ref());
    bytes[40] = FULL;
    bytes[41..73].copy_from_slice(&args.feed);
    bytes[73..81].copy_from_slice(&args.price.to_le_bytes());
    bytes[81..89].copy_from_slice(&args.conf.to_le_bytes());
    bytes[89..93].copy_from_slice(&args.expo.to_le_bytes());
    bytes[93..101].copy_from_slice(&args.publish.to_le_bytes());
    bytes[101..109].copy_from_slice(&args.prev.to_le_bytes());
    bytes[109..117].copy_from_slice(&args.price.to_le_bytes());
    bytes[117..125].copy_from_slice(&args.conf.to_le_bytes());
    bytes[125..133].copy_from_slice(&slot.to_le_bytes());
    bytes
}

#[error_code]
pub enum PosterError {
    #[msg("This account is not a price update.")]
    NotAPrice = 0,
    #[msg("Only the one who wrote a price update may close it.")]
    NotAuthority = 1,
}
