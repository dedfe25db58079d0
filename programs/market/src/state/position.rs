//! Position: one wallet's shares of one market. Opens only while the market is Active, closes only once it is decided.

use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};
use market_math::nonce;

use crate::constants::{NONE, POSITION_SEED};
use crate::errors::MarketError;
use crate::pda;

/// A wallet's shares; 144 + 8 n bytes at [`position`, market, owner].
#[account]
pub struct Position {
    /// Of this market.
    pub market: Pubkey,
    /// Owns the shares.
    pub owner: Pubkey,
    /// Gets the rent back.
    pub payer: Pubkey,
    /// Greatest nonce used.
    pub last_nonce: u64,
    /// Bit k: nonce last_nonce - k was used.
    pub nonce_bits: u64,
    /// Market.seq of the last event that touched it.
    pub last_seq: u64,
    /// Collateral free to withdraw.
    pub credit: u64,
    /// Bump of this address.
    pub bump: u8,
    /// Seat in the book, 255 = none.
    pub seat: u8,
    /// Zeros.
    pub reserved: [u8; 2],
    /// Shares of each outcome, n of them.
    pub shares: Vec<u64>,
}

/// A position's bytes up to its shares, with their number as Borsh counts them.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Head {
    market: Pubkey,
    owner: Pubkey,
    payer: Pubkey,
    last_nonce: u64,
    nonce_bits: u64,
    last_seq: u64,
    credit: u64,
    bump: u8,
    seat: u8,
    reserved: [u8; 2],
    n: u32,
}

impl Position {
    pub const fn space(n: u8) -> usize {
        8 + 3 * 32 + 4 * 8 + 4 + 4 + 8 * n as usize
    }

    /// Reads the owner's position of an open market, or makes it: only its canonical address is ever made, so that reading need not
    /// derive it again.
    pub fn open<'info>(
        account: &AccountInfo<'info>,
        market: &Pubkey,
        n: u8,
        owner: &Pubkey,
        payer: &AccountInfo<'info>,
    ) -> Result<Self> {
        if *account.owner == crate::ID {
            let position = Self::read(&account.try_borrow_data()?)?;
            let theirs = position.market == *market && position.owner == *owner;
            require!(theirs, MarketError::WrongPosition);
            return Ok(position);
        }
        let seeds: [&[u8]; 3] = [POSITION_SEED, market.as_ref(), owner.as_ref()];
        let bump = pda::canonical(account.key, &seeds, &crate::ID).ok_or(MarketError::WrongPosition)?;
        let seeds: [&[u8]; 4] = [POSITION_SEED, market.as_ref(), owner.as_ref(), &[bump]];
        pda::create(account, payer, Self::space(n), &crate::ID, &seeds)?;
        Ok(Self::new(*market, *owner, *payer.key, bump, n))
    }

    fn new(market: Pubkey, owner: Pubkey, payer: Pubkey, bump: u8, n: u8) -> Self {
        Self {
            market,
            owner,
            payer,
            last_nonce: 0,
            nonce_bits: 0,
            last_seq: 0,
            credit: 0,
            bump,
            seat: NONE,
            reserved: [0; 2],
            shares: vec![0; usize::from(n)],
        }
    }

    /// This market's position in an account of a batch; None where it is closed, foreign or something else.
    pub fn of_market(account: &AccountInfo, market: &Pubkey) -> Option<Self> {
        if *account.owner != crate::ID {
            return None;
        }
        let data = account.try_borrow_data().ok()?;
        Self::read(&data).ok().filter(|position| position.market == *market)
    }

    /// Reads what `write` wrote: Borsh's bytes, at a third of its cost.
    fn read(data: &[u8]) -> Result<Self> {
        let fields = data.strip_prefix(Self::DISCRIMINATOR).ok_or(ErrorCode::AccountDiscriminatorMismatch)?;
        let (head, shares) = fields.split_at_checked(size_of::<Head>()).ok_or(ErrorCode::AccountDidNotDeserialize)?;
        let head: Head = bytemuck::pod_read_unaligned(head);
        let bytes = usize::try_from(head.n).ok().and_then(|n| n.checked_mul(8));
        let shares = bytes.and_then(|bytes| shares.get(..bytes)).ok_or(ErrorCode::AccountDidNotDeserialize)?;
        Ok(Self {
            market: head.market,
            owner: head.owner,
            payer: head.payer,
            last_nonce: head.last_nonce,
            nonce_bits: head.nonce_bits,
            last_seq: head.last_seq,
            credit: head.credit,
            bump: head.bump,
            seat: head.seat,
            reserved: head.reserved,
            shares: shares.chunks_exact(8).map(|share| bytemuck::pod_read_unaligned(share)).collect(),
        })
    }

    fn write(&self, data: &mut [u8]) -> Result<()> {
        let head = Head {
            market: self.market,
            owner: self.owner,
            payer: self.payer,
            last_nonce: self.last_nonce,
            nonce_bits: self.nonce_bits,
            last_seq: self.last_seq,
            credit: self.credit,
            bump: self.bump,
            seat: self.seat,
            reserved: self.reserved,
            n: self.shares.len() as u32,
        };
        let shares: &[u8] = bytemuck::cast_slice(&self.shares);
        let mut rest = data;
        for part in [Self::DISCRIMINATOR, bytemuck::bytes_of(&head), shares] {
            let (here, after) = rest.split_at_mut_checked(part.len()).ok_or(ErrorCode::AccountDidNotSerialize)?;
            here.copy_from_slice(part);
            rest = after;
        }
        Ok(())
    }

    /// Writes it back.
    pub fn store(&self, account: &AccountInfo) -> Result<()> {
        self.write(&mut account.try_borrow_mut_data()?)
    }

    /// Uses a nonce once, in a window of 64 so that several may fly at once.
    pub fn use_nonce(&mut self, n: u64) -> Result<()> {
        let after = nonce::used(self.last_nonce, self.nonce_bits, n).ok_or(MarketError::NonceUsed)?;
        (self.last_nonce, self.nonce_bits) = after;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(n: u8) -> Position {
        let key = |byte| Pubkey::new_from_array([byte; 32]);
        let mut position = Position::new(key(1), key(2), key(3), 254, n);
        (position.last_nonce, position.nonce_bits, position.last_seq, position.credit) = (4, 5, 6, u64::MAX - 7);
        (position.seat, position.reserved) = (47, [8, 9]);
        position.shares = (0..u64::from(n)).map(|outcome| u64::MAX / (outcome + 1)).collect();
        position
    }

    /// What is written and read at fixed places is what Borsh writes and reads.
    #[test]
    fn bytes_are_borsh() {
        for n in 2..=8 {
            let (mut ours, mut borsh) = (vec![0; Position::space(n)], Vec::new());
            position(n).write(&mut ours).unwrap();
            position(n).try_serialize(&mut borsh).unwrap();
            assert_eq!(ours, borsh);
            let mut again = Vec::new();
            Position::read(&borsh).unwrap().try_serialize(&mut again).unwrap();
            assert_eq!(again, borsh);
        }
    }

    /// Bytes that are cut off or of another account are no position.
    #[test]
    fn other_bytes_are_refused() {
        let mut bytes = vec![0; Position::space(2)];
        position(2).write(&mut bytes).unwrap();
        for length in 0..bytes.len() {
            assert!(Position::read(&bytes[..length]).is_err());
            assert!(position(2).write(&mut vec![0; length]).is_err());
        }
        bytes[0] ^= 1;
        assert!(Position::read(&bytes).is_err());
    }
}
