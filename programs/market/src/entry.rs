//! Where the runtime comes in: in front of Anchor's dispatch, which compares instructions one by one in the order they are declared.
//!
//! The event that a program sends itself is answered before anything is read but its few fixed places, and an instruction is found by
//! one comparison of numbers each. All else, and all that this does not know, goes to Anchor's `entry`; every check of an
//! instruction's accounts is Anchor's as before.

use std::cell::RefCell;
use std::rc::Rc;

use anchor_lang::event::EVENT_IX_TAG;
use anchor_lang::prelude::*;
use anchor_lang::solana_program::entrypoint::NON_DUP_MARKER;

// What the runtime hands over: the number of accounts, then each: a marker, flags, room for its length of old, address, owner,
// lamports, length, data with room to grow, padding, a word not used. Here are the places in the first account.
const MARKER_AT: usize = 8;
const SIGNER_AT: usize = 9;
const WRITABLE_AT: usize = 10;
const EXECUTABLE_AT: usize = 11;
const ORIGINAL_AT: usize = 12;
const ADDRESS_AT: usize = 16;
const OWNER_AT: usize = 48;
const LAMPORTS_AT: usize = 80;
const LENGTH_AT: usize = 88;
const GROWTH: usize = 10_240;
/// Behind a single account without data: the instruction's data, after its length.
const DATA_AT: usize = LENGTH_AT + 8 + GROWTH + 8 + 8;

/// The first 8 bytes of an instruction as a number.
pub const fn tag(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(first) => u64::from_le_bytes(*first),
        None => 0,
    }
}

/// Whether this is an event of the program itself: the event authority alone, which has no data and has signed, and only the program
/// can sign for it; then the tag of events. Anchor accepts the same and would do nothing either.
///
/// # Safety
/// `input` is what the runtime hands to an entrypoint.
#[inline(always)]
pub unsafe fn is_event(input: *const u8, authority: &Pubkey) -> bool {
    let word = |at: usize| unsafe { input.add(at).cast::<u64>().read() };
    let byte = |at: usize| unsafe { input.add(at).read() };
    word(0) == 1
        && byte(MARKER_AT) == NON_DUP_MARKER
        && byte(SIGNER_AT) == 1
        && word(LENGTH_AT) == 0
        && word(DATA_AT - 8) >= 8
        && word(DATA_AT) == EVENT_IX_TAG
        && unsafe { *input.add(ADDRESS_AT).cast::<Pubkey>() } == *authority
}

/// Program, accounts and instruction of a call, as Anchor's entrypoint reads them. The accounts are never dropped: the heap frees
/// nothing anyway.
///
/// # Safety
/// `input` is what the runtime hands to an entrypoint.
#[inline(always)]
pub unsafe fn read<'a>(input: *mut u8) -> (&'a Pubkey, &'a [AccountInfo<'a>], &'a [u8]) {
    let count = unsafe { input.cast::<u64>().read() } as usize;
    let mut accounts: Vec<AccountInfo<'a>> = Vec::with_capacity(count);
    let first = accounts.as_mut_ptr();
    let mut at = unsafe { input.add(MARKER_AT) };
    for place in 0..count {
        let marker = unsafe { at.read() };
        if marker == NON_DUP_MARKER {
            let (account, bytes) = unsafe { account(at) };
            unsafe { first.add(place).write(account) };
            at = unsafe { at.add(bytes) };
        } else {
            let same = unsafe { (*first.add(usize::from(marker))).clone() };
            unsafe { first.add(place).write(same) };
            at = unsafe { at.add(8) };
        }
    }
    unsafe { accounts.set_len(count) };
    let length = unsafe { at.cast::<u64>().read() } as usize;
    let data = unsafe { std::slice::from_raw_parts(at.add(8), length) };
    let program = unsafe { &*at.add(8 + length).cast::<Pubkey>() };
    (program, accounts.leak(), data)
}

/// One account, from its marker on, and how many bytes it takes.
#[inline(always)]
unsafe fn account<'a>(at: *mut u8) -> (AccountInfo<'a>, usize) {
    let part = |offset: usize| unsafe { at.add(offset - MARKER_AT) };
    let length = unsafe { part(LENGTH_AT).cast::<u64>().read() } as usize;
    // Where its growth is measured from: the runtime leaves these 4 bytes free for it.
    unsafe { part(ORIGINAL_AT).cast::<u32>().write(length as u32) };
    let lamports = unsafe { &mut *part(LAMPORTS_AT).cast::<u64>() };
    let data = unsafe { std::slice::from_raw_parts_mut(part(LENGTH_AT + 8), length) };
    #[allow(deprecated)]
    let account = AccountInfo {
        key: unsafe { &*part(ADDRESS_AT).cast() },
        lamports: Rc::new(RefCell::new(lamports)),
        data: Rc::new(RefCell::new(data)),
        owner: unsafe { &*part(OWNER_AT).cast() },
        _unused: 0,
        is_signer: unsafe { *part(SIGNER_AT) } != 0,
        is_writable: unsafe { *part(WRITABLE_AT) } != 0,
        executable: unsafe { *part(EXECUTABLE_AT) } != 0,
    };
    (account, (LENGTH_AT - MARKER_AT + 8 + length + GROWTH + 8).next_multiple_of(8))
}

/// Defines the entrypoint of a program: its instructions, those that are called most first.
#[macro_export]
macro_rules! entrypoint {
    ($id:expr, $authority:expr, { $($method:ident $name:ident,)* }) => {
        #[cfg(all(target_os = "solana", feature = "entrypoint", not(feature = "cpi")))]
        mod __entrypoint {
            use super::*;
            use anchor_lang::solana_program::entrypoint::{self, SUCCESS};

            /// # Safety
            /// The runtime alone calls it.
            #[no_mangle]
            pub unsafe extern "C" fn entrypoint(input: *mut u8) -> u64 {
                if unsafe { $crate::entry::is_event(input, &$authority) } {
                    return SUCCESS;
                }
                let (program, accounts, data) = unsafe { $crate::entry::read(input) };
                let known = *program == $id && data.len() >= 8;
                let tag = $crate::entry::tag(data);
                $(if known && tag == const { $crate::entry::tag(instruction::$name::DISCRIMINATOR) } {
                    const { assert!(instruction::$name::DISCRIMINATOR.len() == 8) };
                    return answer(__private::__global::$method(program, accounts, &data[8..]));
                })*
                entry(program, accounts, data).map_or_else(Into::into, |_| SUCCESS)
            }

            fn answer(done: Result<()>) -> u64 {
                done.map_or_else(refuse, |_| SUCCESS)
            }

            #[cold]
            fn refuse(error: Error) -> u64 {
                error.log();
                ProgramError::from(error).into()
            }

            entrypoint::custom_heap_default!();
            entrypoint::custom_panic_default!();
        }
    };
}
