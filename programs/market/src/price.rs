//! Reading an oracle's update (Pyth's PriceUpdateV2, by fixed offsets), judging its time, comparing prices. Pure but for the account.

use anchor_lang::prelude::*;

use crate::constants::{op, BPS, EXPO_DIGITS_MAX, PRICE_WINDOW_S};
use crate::errors::MarketError;
use crate::state::Config;

const DISCRIMINATOR: [u8; 8] = [0x22, 0xf1, 0x23, 0x63, 0x9d, 0x7e, 0xf4, 0xcd];
const BYTES_MIN: usize = 133;
const LEVEL_AT: usize = 40;
/// VerificationLevel::Full; a partly verified update is refused.
const FULL: u8 = 1;

/// A price at 10^expo, with the time it was published and the time of the one before it.
#[derive(Clone, Copy, Debug)]
pub struct Update {
    pub price: i64,
    pub conf: u64,
    pub expo: i32,
    pub publish: i64,
    pub prev: i64,
}

impl Update {
    /// conf above max_conf_bps of the price.
    pub fn is_wide(&self, max_conf_bps: u16) -> bool {
        u128::from(self.conf) * u128::from(BPS) > u128::from(self.price.unsigned_abs()) * u128::from(max_conf_bps)
    }
}

/// Reads a fully verified update of `feed` by an oracle that Config believes.
pub fn read(account: &AccountInfo, config: &Config, feed: &Pubkey) -> Result<Update> {
    let data = account.try_borrow_data()?;
    let believed = config.believes(account.owner)
        && data.len() >= BYTES_MIN
        && data.get(..8) == Some(DISCRIMINATOR.as_slice())
        && data.get(LEVEL_AT) == Some(&FULL)
        && data.get(41..73) == Some(feed.as_ref());
    let update = if believed { parse(&data) } else { None };
    update.ok_or_else(|| MarketError::BadPrice.into())
}

fn parse(data: &[u8]) -> Option<Update> {
    let eight = |at: usize| -> Option<[u8; 8]> { data.get(at..at + 8)?.try_into().ok() };
    Some(Update {
        price: i64::from_le_bytes(eight(73)?),
        conf: u64::from_le_bytes(eight(81)?),
        expo: i32::from_le_bytes(data.get(89..93)?.try_into().ok()?),
        publish: i64::from_le_bytes(eight(93)?),
        prev: i64::from_le_bytes(eight(101)?),
    })
}

/// A candidate that is already held.
#[derive(Clone, Copy)]
pub struct Held {
    pub publish: i64,
    pub until: i64,
}

/// What an update means for the window [start, start + 60].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The first of the window: it ends the matter.
    Final,
    /// In the window, but an earlier one may exist: it stands from `until` on.
    Candidate { until: i64 },
    /// It proves that no update was published in the window.
    Empty,
}

/// Judges an update by its times; PriceOutsideWindow for all that decides nothing.
pub fn judge(update: &Update, start: i64, held: Option<Held>, gate_s: u32, now: i64) -> Result<Verdict> {
    let end = start.saturating_add(PRICE_WINDOW_S);
    let first = update.prev < start;
    let open = held.is_none_or(|h| now < h.until);
    let better = held.is_none_or(|h| update.publish < h.publish);
    if (start..=end).contains(&update.publish) && open && first {
        return Ok(Verdict::Final);
    }
    if (start..=end).contains(&update.publish) && open && better {
        return Ok(Verdict::Candidate { until: now.saturating_add(i64::from(gate_s)) });
    }
    require!(update.publish > end && first && held.is_none(), MarketError::PriceOutsideWindow);
    Ok(Verdict::Empty)
}

/// Which outcome a close decides: 0 where the condition holds, else 1; None if the exponents are too far apart to compare.
pub fn outcome(kind: u8, close: (i64, i32), strike: (i64, i32)) -> Option<u8> {
    let low = close.1.min(strike.1);
    let close = scaled(close, low)?;
    let strike = scaled(strike, low)?;
    let holds = match kind {
        op::GTE | op::UPDOWN => close >= strike,
        op::GT => close > strike,
        op::LTE => close <= strike,
        _ => close < strike,
    };
    Some(if holds { 0 } else { 1 })
}

fn scaled(price: (i64, i32), expo: i32) -> Option<i128> {
    let digits = price.1.abs_diff(expo);
    (digits <= EXPO_DIGITS_MAX).then(|| i128::from(price.0) * 10i128.pow(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(publish: i64, prev: i64) -> Update {
        Update { price: 1, conf: 0, expo: 0, publish, prev }
    }

    /// The window's edges, and what a held candidate changes.
    #[test]
    fn judges_times() {
        let candidate = Verdict::Candidate { until: 207 };
        let held = Some(Held { publish: 120, until: 210 });
        assert_eq!(judge(&at(100, 99), 100, None, 7, 200).unwrap(), Verdict::Final);
        assert_eq!(judge(&at(160, 99), 100, None, 7, 200).unwrap(), Verdict::Final);
        assert_eq!(judge(&at(161, 99), 100, None, 7, 200).unwrap(), Verdict::Empty);
        assert_eq!(judge(&at(160, 100), 100, None, 7, 200).unwrap(), candidate);
        assert!(judge(&at(99, 98), 100, None, 7, 200).is_err());
        assert!(judge(&at(161, 100), 100, None, 7, 200).is_err());
        assert_eq!(judge(&at(119, 118), 100, held, 7, 200).unwrap(), candidate);
        assert_eq!(judge(&at(110, 99), 100, held, 7, 209).unwrap(), Verdict::Final);
        assert!(judge(&at(120, 118), 100, held, 7, 200).is_err());
        assert!(judge(&at(110, 99), 100, held, 7, 210).is_err());
        assert!(judge(&at(161, 99), 100, held, 7, 200).is_err());
    }

    /// Conditions at equal and unequal exponents, and the limit of scaling.
    #[test]
    fn compares() {
        assert_eq!(outcome(op::UPDOWN, (5, -8), (5, -8)), Some(0));
        assert_eq!(outcome(op::GT, (5, -8), (5, -8)), Some(1));
        assert_eq!(outcome(op::LTE, (50, -9), (5, -8)), Some(0));
        assert_eq!(outcome(op::LT, (49, -9), (5, -8)), Some(0));
        assert_eq!(outcome(op::GTE, (-1, 0), (-1, 12)), Some(0));
        assert_eq!(outcome(op::GTE, (1, 0), (1, 13)), None);
        assert_eq!(outcome(op::GTE, (i64::MAX, 12), (i64::MAX, 0)), Some(0));
    }

    /// Wide means more than the bound, not equal to it.
    #[test]
    fn width() {
        let update = Update { price: -10_000, conf: 50, expo: 0, publish: 0, prev: 0 };
        assert!(!update.is_wide(50) && update.is_wide(49));
    }
}
