//! Calls of other programs, and of this one with its own events.

use std::mem::ManuallyDrop;

use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::program::invoke_signed_unchecked;

/// Calls a program. The accounts go along as they lie here: a clone of each would count references for nothing.
pub fn invoke<const N: usize>(
    instruction: &Instruction,
    accounts: [&AccountInfo; N],
    seeds: &[&[&[u8]]],
) -> Result<()> {
    // SAFETY: the copies are read during the call alone, which the originals outlive, and are never dropped.
    let same = accounts.map(|account| ManuallyDrop::new(unsafe { std::ptr::read(account) }));
    // SAFETY: ManuallyDrop is laid out as what it holds.
    let same = unsafe { &*(&raw const same).cast::<[AccountInfo; N]>() };
    Ok(invoke_signed_unchecked(instruction, same, seeds)?)
}
