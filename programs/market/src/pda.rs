//! Making accounts at derived addresses, and closing accounts of this program.

use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};
use anchor_lang::system_program;
use solana_sha256_hasher::hashv;

use crate::constants::VAULT_SEED;
use crate::cpi;
use crate::state::Market;

/// What the runtime puts behind seeds, bump and program.
const DERIVED: &[u8] = b"ProgramDerivedAddress";
/// Most seeds of an address of ours, the bump aside.
const SEEDS_MAX: usize = 4;

/// Tag of the system program's create_account.
const CREATE_ACCOUNT: [u8; 4] = [0; 4];

/// Makes an empty account of `owner`, even where somebody sent lamports to the address before.
pub fn create<'info>(
    account: &AccountInfo<'info>,
    payer: &AccountInfo<'info>,
    space: usize,
    owner: &Pubkey,
    seeds: &[&[u8]],
) -> Result<()> {
    let rent = Rent::get()?.minimum_balance(space);
    let space = space as u64;
    let system = system_program::ID;
    let signer: &[&[&[u8]]] = &[seeds];
    if account.lamports() == 0 {
        return create_account(account, payer, (rent, space), owner, signer);
    }
    let missing = rent.saturating_sub(account.lamports());
    if missing > 0 {
        let accounts = system_program::Transfer { from: payer.clone(), to: account.clone() };
        system_program::transfer(CpiContext::new(system, accounts), missing)?;
    }
    let accounts = system_program::Allocate { account_to_allocate: account.clone() };
    system_program::allocate(CpiContext::new_with_signer(system, accounts, signer), space)?;
    let accounts = system_program::Assign { account_to_assign: account.clone() };
    system_program::assign(CpiContext::new_with_signer(system, accounts, signer), owner)
}

/// The system program's create_account, written by hand: the usual case, and half as dear as through Anchor.
fn create_account<'info>(
    account: &AccountInfo<'info>,
    payer: &AccountInfo<'info>,
    (rent, space): (u64, u64),
    owner: &Pubkey,
    signer: &[&[&[u8]]],
) -> Result<()> {
    let mut data = Vec::with_capacity(CREATE_ACCOUNT.len() + 8 + 8 + 32);
    data.extend_from_slice(&CREATE_ACCOUNT);
    data.extend_from_slice(&rent.to_le_bytes());
    data.extend_from_slice(&space.to_le_bytes());
    data.extend_from_slice(owner.as_ref());
    let accounts = vec![AccountMeta::new(*payer.key, true), AccountMeta::new(*account.key, true)];
    let instruction = Instruction { program_id: system_program::ID, accounts, data };
    cpi::invoke(&instruction, [payer, account], signer)
}

/// The hash that seeds and a bump come to: a derived address, if it is off the curve.
fn hashed<const N: usize>(seeds: &[&[u8]; N], bump: u8, program: &Pubkey) -> Pubkey {
    const { assert!(N <= SEEDS_MAX) };
    let bump = [bump];
    let mut parts: [&[u8]; SEEDS_MAX + 3] = [&[]; SEEDS_MAX + 3];
    let tail: [&[u8]; 3] = [&bump, program.as_ref(), DERIVED];
    let used = parts.iter_mut().zip(seeds.iter().chain(&tail)).map(|(part, seed)| *part = seed).count();
    Pubkey::new_from_array(hashv(parts.get(..used).unwrap_or(&[])).to_bytes())
}

/// Whether an address is that of seeds whose bump is known to lead off the curve: it made the address once. A tenth of the cost of
/// deriving it.
pub fn is_at<const N: usize>(address: &Pubkey, seeds: &[&[u8]; N], bump: u8, program: &Pubkey) -> bool {
    hashed(seeds, bump, program) == *address
}

/// The bump of an address, if it is the canonical one of these seeds: the first, from 255 down, that leads off the curve. What the
/// runtime derives at 1,500 units a try, at a quarter of that.
pub fn canonical<const N: usize>(address: &Pubkey, seeds: &[&[u8]; N], program: &Pubkey) -> Option<u8> {
    for bump in (0..=u8::MAX).rev() {
        let found = hashed(seeds, bump, program);
        if !found.is_on_curve() {
            return (found == *address).then_some(bump);
        }
    }
    None
}

/// Whether an address is that of a market's vault.
pub fn is_vault(address: &Pubkey, market: &AccountLoader<Market>) -> Result<bool> {
    let bump = market.load()?.vault_bump;
    Ok(is_at(address, &[VAULT_SEED, market.as_ref().key.as_ref()], bump, &crate::ID))
}

/// Fills an account with zeros, so that nothing reads it as what it was before it is closed.
pub fn zero(account: &AccountInfo) -> Result<()> {
    account.try_borrow_mut_data()?.fill(0);
    Ok(())
}

/// Moves all lamports of a zeroed account and gives it back to the system. No CPI may follow.
pub fn close(account: &AccountInfo, to: &AccountInfo) -> Result<()> {
    let lamports = account.lamports();
    pay(account, to, lamports)?;
    account.assign(&system_program::ID);
    account.resize(0)?;
    Ok(())
}

/// Moves lamports out of an account of this program. No CPI may follow.
pub fn pay(from: &AccountInfo, to: &AccountInfo, lamports: u64) -> Result<()> {
    from.sub_lamports(lamports)?;
    to.add_lamports(lamports)?;
    Ok(())
}

/// Whether a wallet can be given that many lamports: it is writable, no program, not the market that pays (whose data
/// is in use), and ends above rent exemption.
pub fn receives(wallet: &AccountInfo, lamports: u64) -> Result<bool> {
    let Ok(bytes) = wallet.try_data_len() else { return Ok(false) };
    if !wallet.is_writable || wallet.executable {
        return Ok(false);
    }
    let after = wallet.lamports().saturating_add(lamports);
    Ok(after >= Rent::get()?.minimum_balance(bytes))
}
