//! The token programs' bytes: the few instructions and checks that markets need, for SPL Token and Token-2022 alike.

use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};

use crate::cpi;
use crate::errors::MarketError;
use crate::pda;
use crate::state::Market;

pub const TOKEN_PROGRAM: Pubkey = Pubkey::from_str_const("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
pub const TOKEN_2022_PROGRAM: Pubkey = Pubkey::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
pub const ATA_PROGRAM: Pubkey = Pubkey::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
/// Wrapped SOL.
pub const NATIVE_MINT: Pubkey = Pubkey::from_str_const("So11111111111111111111111111111111111111112");
/// Token-2022's own wrapped SOL, which markets do not take.
pub const NATIVE_MINT_2022: Pubkey = Pubkey::from_str_const("9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP");

/// Length of a token account without extensions.
pub const ACCOUNT_BYTES: usize = 165;
/// The same with ImmutableOwner alone: account type, then a type and a length of 2 bytes each.
const ACCOUNT_BYTES_IMMUTABLE: usize = 170;
const IMMUTABLE_OWNER: [u8; 5] = [2, 7, 0, 0, 0];
const MINT_BYTES: usize = 82;
const DECIMALS_AT: usize = 44;
const MINT_INITIALIZED_AT: usize = 45;
const AMOUNT_AT: usize = 64;
const STATE_AT: usize = 108;
const INITIALIZED: u8 = 1;
/// COption<u64> is_native: a tag of 4 bytes, then the rent reserve.
const RESERVE_AT: usize = 113;
const EXTENSIONS_AT: usize = 166;
const MINT_TYPE: u8 = 1;
const METADATA_POINTER: u16 = 18;
const TOKEN_METADATA: u16 = 19;

const TRANSFER_CHECKED: u8 = 12;
const CLOSE_ACCOUNT: u8 = 9;
const SYNC_NATIVE: u8 = 17;
const INITIALIZE_ACCOUNT_3: u8 = 18;

fn bytes<const N: usize>(data: &[u8], at: usize) -> Option<[u8; N]> {
    data.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// Refuses a mint of no token program, or with an extension that can take, freeze by rule, hook or tax tokens.
pub fn require_plain_mint(mint: &AccountInfo) -> Result<()> {
    let data = mint.try_borrow_data()?;
    let ours = *mint.owner == TOKEN_PROGRAM || *mint.owner == TOKEN_2022_PROGRAM;
    let plain = data.get(MINT_INITIALIZED_AT) == Some(&1) && has_plain_extensions(&data);
    require!(ours && plain && *mint.key != NATIVE_MINT_2022, MarketError::BadMint);
    Ok(())
}

fn has_plain_extensions(data: &[u8]) -> bool {
    if data.len() == MINT_BYTES {
        return true;
    }
    let mut at = EXTENSIONS_AT;
    if data.get(ACCOUNT_BYTES) != Some(&MINT_TYPE) {
        return false;
    }
    while let (Some(kind), Some(length)) = (bytes(data, at), bytes(data, at + 2)) {
        match u16::from_le_bytes(kind) {
            0 => return true,
            METADATA_POINTER | TOKEN_METADATA => at += 4 + usize::from(u16::from_le_bytes(length)),
            _ => return false,
        }
    }
    true
}

/// The market's mint and the program that owns it.
pub fn require_mint(market: &Market, mint: &AccountInfo, token_program: &AccountInfo) -> Result<()> {
    require!(*mint.key == market.mint && mint.owner == token_program.key, MarketError::WrongMint);
    Ok(())
}

/// Amount of a token account.
pub fn amount(account: &AccountInfo) -> Result<u64> {
    let amount = bytes(&account.try_borrow_data()?, AMOUNT_AT).ok_or(MarketError::WrongVault)?;
    Ok(u64::from_le_bytes(amount))
}

/// The lamports that a wrapped SOL account holds back for its own rent.
pub fn native_reserve(account: &AccountInfo) -> Result<u64> {
    let reserve = bytes(&account.try_borrow_data()?, RESERVE_AT).ok_or(MarketError::WrongVault)?;
    Ok(u64::from_le_bytes(reserve))
}

/// An account that takes a plain transfer of this mint: initialized, not frozen, no extension but ImmutableOwner.
pub fn is_open(account: &AccountInfo, mint: &Pubkey, token_program: &Pubkey) -> bool {
    let Ok(data) = account.try_borrow_data() else { return false };
    let plain = data.len() == ACCOUNT_BYTES
        || (data.len() == ACCOUNT_BYTES_IMMUTABLE && data.get(ACCOUNT_BYTES..) == Some(IMMUTABLE_OWNER.as_slice()));
    account.owner == token_program
        && plain
        && data.get(..32) == Some(mint.as_ref())
        && data.get(STATE_AT) == Some(&INITIALIZED)
}

/// The same, and its tokens are this wallet's.
pub fn is_open_of(account: &AccountInfo, wallet: &Pubkey, mint: &Pubkey, token_program: &Pubkey) -> bool {
    is_open(account, mint, token_program)
        && account.try_borrow_data().is_ok_and(|data| data.get(32..64) == Some(wallet.as_ref()))
}

/// Whether an address is the canonical token account of a wallet.
pub fn is_associated(address: &Pubkey, wallet: &Pubkey, mint: &Pubkey, token_program: &Pubkey) -> bool {
    pda::canonical(address, &[wallet.as_ref(), token_program.as_ref(), mint.as_ref()], &ATA_PROGRAM).is_some()
}

/// The same for a bump that the caller names. Only the canonical one can have a token account: it is made by the associated token
/// program alone, and nobody has the key of a hash that happens to lie on the curve.
pub fn is_associated_at(address: &Pubkey, bump: u8, wallet: &Pubkey, mint: &Pubkey, token_program: &Pubkey) -> bool {
    pda::is_at(address, &[wallet.as_ref(), token_program.as_ref(), mint.as_ref()], bump, &ATA_PROGRAM)
}

/// Accounts of a transfer.
pub struct Transfer<'a, 'info> {
    pub token_program: &'a AccountInfo<'info>,
    pub mint: &'a AccountInfo<'info>,
    pub from: &'a AccountInfo<'info>,
    pub to: &'a AccountInfo<'info>,
    pub authority: &'a AccountInfo<'info>,
}

impl Transfer<'_, '_> {
    /// transfer_checked; `seeds` sign for the authority where it is the market.
    pub fn run(&self, amount: u64, seeds: &[&[&[u8]]]) -> Result<()> {
        let decimals = *self.mint.try_borrow_data()?.get(DECIMALS_AT).ok_or(MarketError::WrongMint)?;
        let mut data = Vec::with_capacity(10);
        data.push(TRANSFER_CHECKED);
        data.extend_from_slice(&amount.to_le_bytes());
        data.push(decimals);
        let accounts = vec![
            AccountMeta::new(*self.from.key, false),
            AccountMeta::new_readonly(*self.mint.key, false),
            AccountMeta::new(*self.to.key, false),
            AccountMeta::new_readonly(*self.authority.key, true),
        ];
        let instruction = Instruction { program_id: *self.token_program.key, accounts, data };
        cpi::invoke(&instruction, [self.from, self.mint, self.to, self.authority], seeds)
    }
}

/// Makes a fresh account a token account of `authority`.
pub fn initialize<'info>(
    account: &AccountInfo<'info>,
    mint: &AccountInfo<'info>,
    token_program: &AccountInfo<'info>,
    authority: &Pubkey,
) -> Result<()> {
    let mut data = vec![INITIALIZE_ACCOUNT_3];
    data.extend_from_slice(authority.as_ref());
    let accounts = vec![AccountMeta::new(*account.key, false), AccountMeta::new_readonly(*mint.key, false)];
    let instruction = Instruction { program_id: *token_program.key, accounts, data };
    cpi::invoke(&instruction, [account, mint], &[])
}

/// Counts lamports that were sent to a wrapped SOL account into its amount.
pub fn sync_native<'info>(account: &AccountInfo<'info>, token_program: &AccountInfo<'info>) -> Result<()> {
    let accounts = vec![AccountMeta::new(*account.key, false)];
    let instruction = Instruction { program_id: *token_program.key, accounts, data: vec![SYNC_NATIVE] };
    cpi::invoke(&instruction, [account], &[])
}

/// Closes a token account of the market; its lamports (for SOL: all the SOL in it) go to `to`.
pub fn close<'info>(
    account: &AccountInfo<'info>,
    to: &AccountInfo<'info>,
    authority: &AccountInfo<'info>,
    token_program: &AccountInfo<'info>,
    seeds: &[&[&[u8]]],
) -> Result<()> {
    let accounts = vec![
        AccountMeta::new(*account.key, false),
        AccountMeta::new(*to.key, false),
        AccountMeta::new_readonly(*authority.key, true),
    ];
    let instruction = Instruction { program_id: *token_program.key, accounts, data: vec![CLOSE_ACCOUNT] };
    cpi::invoke(&instruction, [account, to, authority], seeds)
}
