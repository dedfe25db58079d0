//! The only table of states and transitions. No other file sets Market.state.
//!
//! ```text
//! Proposed -> Approved -> Active -> Resolving -> Finalized | Void
//!     \           \         \          \-> Disputed -> Contested -> Finalized | Void
//!      Rejected    Rejected   Finalized | Void
//! ```
//! "Locked" is no state: Active and now >= lock. Every state has an exit that anyone may take; from the last three it is close_market.

use anchor_lang::prelude::*;

use crate::constants::{flag, UNCLAIMED_S};
use crate::errors::MarketError;
use crate::state::Market;

#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Proposed = 0,
    Approved = 1,
    Active = 2,
    Resolving = 3,
    Disputed = 4,
    Contested = 5,
    Finalized = 6,
    Void = 7,
    Rejected = 8,
}

impl State {
    pub fn of(value: u8) -> Result<State> {
        use State::*;
        const ALL: [State; 9] = [Proposed, Approved, Active, Resolving, Disputed, Contested, Finalized, Void, Rejected];
        ALL.get(usize::from(value)).copied().ok_or_else(|| MarketError::WrongState.into())
    }
}

/// The instruction that makes a transition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Via {
    CreateMarket,
    TallyProposal,
    Activate,
    Reject,
    RecordStrike,
    AnnounceVoid,
    CancelVoid,
    VoidInactive,
    ResolveByPrice,
    ProposeOutcome,
    Dispute,
    Finalize,
    TallyDispute,
    Rule,
    CloseMarket,
}

/// Who may make it. The instruction's Accounts check the signature; here it is written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    Anyone,
    /// Anyone, or with mode 2 the admin.
    ByMode,
    Creator,
    Admin,
    /// Market.source before resolve_by, then anyone.
    Source,
    Council,
}

/// When it may be made; `deadline` is the market's, `window` the resolution's end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    Any,
    BeforeDeadline,
    FromDeadline,
    FromOpen,
    FromEvent,
    BeforeWindow,
    FromWindow,
    Inactive,
}

pub struct Edge {
    /// None: the market is made.
    pub from: Option<State>,
    /// None: it is closed.
    pub to: Option<State>,
    pub via: Via,
    pub who: Who,
    pub when: When,
}

const fn made(to: State) -> Edge {
    Edge { from: None, to: Some(to), via: Via::CreateMarket, who: Who::ByMode, when: When::Any }
}

const fn edge(from: State, to: State, via: Via, who: Who, when: When) -> Edge {
    Edge { from: Some(from), to: Some(to), via, who, when }
}

const fn closed(from: State) -> Edge {
    Edge { from: Some(from), to: None, via: Via::CloseMarket, who: Who::Anyone, when: When::Any }
}

/// Every transition there is.
pub const EDGES: [Edge; 33] = {
    use State::*;
    use Via::*;
    use When::*;
    use Who::*;
    [
        made(Proposed),
        made(Approved),
        edge(Proposed, Approved, TallyProposal, Anyone, FromDeadline),
        edge(Proposed, Rejected, TallyProposal, Anyone, FromDeadline),
        edge(Approved, Active, Activate, Creator, BeforeDeadline),
        edge(Approved, Rejected, TallyProposal, Anyone, FromDeadline),
        edge(Proposed, Rejected, Reject, Admin, Any),
        edge(Approved, Rejected, Reject, Admin, Any),
        edge(Active, Active, RecordStrike, Anyone, FromOpen),
        edge(Active, Void, RecordStrike, Anyone, FromOpen),
        edge(Active, Active, AnnounceVoid, Admin, Any),
        edge(Active, Active, CancelVoid, Admin, Any),
        edge(Active, Void, VoidInactive, Anyone, Inactive),
        edge(Active, Finalized, ResolveByPrice, Anyone, FromEvent),
        edge(Active, Void, ResolveByPrice, Anyone, FromEvent),
        edge(Active, Resolving, ResolveByPrice, Anyone, FromEvent),
        edge(Active, Resolving, ProposeOutcome, Source, FromEvent),
        edge(Resolving, Resolving, ResolveByPrice, Anyone, BeforeWindow),
        edge(Resolving, Finalized, ResolveByPrice, Anyone, BeforeWindow),
        edge(Resolving, Void, ResolveByPrice, Anyone, BeforeWindow),
        edge(Resolving, Disputed, Dispute, Anyone, BeforeWindow),
        edge(Resolving, Finalized, Finalize, Anyone, FromWindow),
        edge(Resolving, Void, Finalize, Anyone, FromWindow),
        edge(Disputed, Finalized, TallyDispute, Anyone, FromWindow),
        edge(Disputed, Void, TallyDispute, Anyone, FromWindow),
        edge(Disputed, Contested, TallyDispute, Anyone, FromWindow),
        edge(Contested, Finalized, Rule, Council, BeforeWindow),
        edge(Contested, Void, Rule, Council, BeforeWindow),
        edge(Contested, Finalized, Finalize, Anyone, FromWindow),
        edge(Contested, Void, Finalize, Anyone, FromWindow),
        closed(Finalized),
        closed(Void),
        closed(Rejected),
    ]
};

/// The edge of an instruction from the state that the market is in; all of them share who and when.
pub fn edge_of(market: &Market, via: Via) -> Option<&'static Edge> {
    EDGES.iter().find(|e| e.via == via && e.from.is_some_and(|s| s as u8 == market.state))
}

/// Refuses an instruction that the market's state or the time does not allow; `window_end` of its resolution, 0 without one.
pub fn check(market: &Market, via: Via, now: i64, window_end: i64) -> Result<()> {
    match edge_of(market, via).ok_or(MarketError::WrongState)?.when {
        When::Any => Ok(()),
        When::BeforeDeadline => before(now, market.deadline),
        When::FromDeadline => since(now, market.deadline),
        When::FromOpen => since(now, market.open).and_then(|_| before(now, market.void_after)),
        When::FromEvent => since(now, market.event).and_then(|_| before(now, market.void_after)),
        When::BeforeWindow => before(now, window_end),
        When::FromWindow => since(now, window_end),
        When::Inactive => require_inactive(market, now),
    }
}

/// Refuses a vote on a proposal outside of Proposed or its time.
pub fn check_proposal_vote(market: &Market, now: i64) -> Result<()> {
    require!(market.state == State::Proposed as u8, MarketError::WrongState);
    before(now, market.deadline)
}

/// Refuses a vote on a dispute outside of Disputed or its time.
pub fn check_dispute_vote(market: &Market, now: i64, window_end: i64) -> Result<()> {
    require!(market.state == State::Disputed as u8, MarketError::WrongState);
    before(now, window_end)
}

fn before(now: i64, end: i64) -> Result<()> {
    require!(now < end, MarketError::TooLate);
    Ok(())
}

fn since(now: i64, start: i64) -> Result<()> {
    require!(now >= start, MarketError::TooEarly);
    Ok(())
}

/// Nobody decided it, its void was announced long enough ago, or its strike is one that is not believed.
fn require_inactive(market: &Market, now: i64) -> Result<()> {
    let forgotten = now >= market.void_after;
    let announced = market.has(flag::HALTED) && now >= market.deadline;
    let wide = market.has(flag::STRIKE_WIDE) && now >= market.strike_until;
    require!(forgotten || announced || wide, MarketError::TooEarly);
    Ok(())
}

/// Where a market stood before a transition, for StateChanged.
#[derive(Clone, Copy)]
pub struct Change {
    pub from: State,
    pub to: State,
}

/// Makes a transition that `check` has allowed. A market that leaves Active is halted no more; a decided one gets its deadline.
pub fn enter(market: &mut Market, via: Via, to: State, now: i64) -> Result<Change> {
    let from = market.state()?;
    set(market, Some(from), via, to)?;
    if from == State::Active {
        market.flags &= !flag::HALTED;
    }
    market.deadline = if market.decided() { now.saturating_add(UNCLAIMED_S) } else { 0 };
    Ok(Change { from, to })
}

/// Approves a proposed market, which its creator then may activate until `deadline`.
pub fn approve(market: &mut Market, now: i64, deadline: i64) -> Result<Change> {
    let change = enter(market, Via::TallyProposal, State::Approved, now)?;
    market.deadline = deadline;
    Ok(change)
}

/// Puts a new market into its first state, which ends at `deadline`.
pub fn begin(market: &mut Market, to: State, deadline: i64) -> Result<()> {
    market.deadline = deadline;
    set(market, None, Via::CreateMarket, to)
}

fn set(market: &mut Market, from: Option<State>, via: Via, to: State) -> Result<()> {
    let known = EDGES.iter().any(|e| e.from == from && e.to == Some(to) && e.via == via);
    require!(known, MarketError::WrongState);
    market.state = to as u8;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [State; 9] = [
        State::Proposed,
        State::Approved,
        State::Active,
        State::Resolving,
        State::Disputed,
        State::Contested,
        State::Finalized,
        State::Void,
        State::Rejected,
    ];

    /// Every state has an exit that anyone may take: nothing is ever stuck in one.
    #[test]
    fn every_state_has_a_permissionless_exit() {
        for state in ALL {
            let leaves = |e: &Edge| e.from == Some(state) && e.to != Some(state) && e.who == Who::Anyone;
            assert!(EDGES.iter().any(leaves), "{state:?}");
        }
    }

    /// The last states lead nowhere but out, and only from them a market is closed.
    #[test]
    fn only_last_states_are_closed() {
        for state in ALL {
            let last = matches!(state, State::Finalized | State::Void | State::Rejected);
            let exits = || EDGES.iter().filter(|e| e.from == Some(state));
            assert_eq!(exits().all(|e| e.to.is_none()), last, "{state:?}");
            assert_eq!(exits().any(|e| e.via == Via::CloseMarket), last, "{state:?}");
        }
    }

    /// Every state is reached from the making of a market, and no edge stands twice.
    #[test]
    fn every_state_is_reached_and_no_edge_is_double() {
        let mut reached: Vec<Option<State>> = vec![None];
        for _ in ALL {
            let next = EDGES.iter().filter(|e| reached.contains(&e.from)).map(|e| e.to).collect::<Vec<_>>();
            reached.extend(next.into_iter().filter(Option::is_some));
        }
        assert!(ALL.iter().all(|state| reached.contains(&Some(*state))));
        for (i, a) in EDGES.iter().enumerate() {
            assert!(EDGES.iter().skip(i + 1).all(|b| (a.from, a.to, a.via) != (b.from, b.to, b.via)));
        }
    }

    /// An instruction's number of edges: each row of the specification's table is here, and no more.
    #[test]
    fn every_instruction_has_its_edges() {
        use Via::*;
        let rows = [
            (CreateMarket, 2),
            (TallyProposal, 3),
            (Activate, 1),
            (Reject, 2),
            (RecordStrike, 2),
            (AnnounceVoid, 1),
            (CancelVoid, 1),
            (VoidInactive, 1),
            (ResolveByPrice, 6),
            (ProposeOutcome, 1),
            (Dispute, 1),
            (Finalize, 4),
            (TallyDispute, 3),
            (Rule, 2),
            (CloseMarket, 3),
        ];
        for (via, edges) in rows {
            assert_eq!(EDGES.iter().filter(|e| e.via == via).count(), edges, "{via:?}");
        }
        assert_eq!(rows.iter().map(|(_, edges)| edges).sum::<usize>(), EDGES.len());
    }

    /// `check` may look at the first edge of an instruction, since all edges of one from one state share who and when.
    #[test]
    fn one_when_per_instruction_and_state() {
        for a in &EDGES {
            for b in EDGES.iter().filter(|b| b.from == a.from && b.via == a.via) {
                assert!(a.when == b.when && a.who == b.who);
            }
        }
    }
}
