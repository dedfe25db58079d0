//! Numbers that clients share: seeds, bounds and kinds. Their twins are `idl/enums.py` and `idl/limits.py`.

pub const POOL_SEED: &[u8] = b"pool";
pub const HOLDER_SEED: &[u8] = b"holder";
pub const RESERVE_SEED: &[u8] = b"reserve";
pub const DIVIDENDS_SEED: &[u8] = b"dividends";

/// Version of the Pool layout.
pub const POOL_VERSION: u8 = 1;
/// Least lock of bought shares; on localnet a second, so that a whole life is seen at once.
#[cfg(feature = "localnet")]
pub const LOCK_S_MIN: u32 = 1;
#[cfg(not(feature = "localnet"))]
pub const LOCK_S_MIN: u32 = 86_400;

/// SharesTraded.side.
pub mod share_side {
    pub const BUY: u8 = 0;
    pub const SELL: u8 = 1;
}

/// DividendPaid.items[].status.
pub mod dividend {
    /// Paid.
    pub const PAID: u8 = 0;
    /// The destination cannot receive: nothing changed.
    pub const NO_DESTINATION: u8 = 1;
}
