//! The market program: dispatch only. Every rule is in the instruction's own file, in `lifecycle` (the only transition table), in
//! `solvency` (the only invariant), in `engine` or on a state type.

// Anchor wants every instruction's items at one place; the handlers are called by their full names.
#![allow(ambiguous_glob_reexports)]

use anchor_lang::prelude::*;

pub mod constants;
pub mod engine;
pub mod errors;
pub mod events;
pub mod instructions;
pub mod lifecycle;
pub mod pda;
pub mod price;
pub mod settlement;
pub mod solvency;
pub mod state;
pub mod token;

use instructions::*;

declare_id!("47oACmK7MX7nmMjSerXJp7T8GVvZWy6oKVZBpX71Hrqk");

#[program]
pub mod market {
    use super::*;

    /// Makes Config, once.
    pub fn init_config(ctx: Context<InitConfig>, args: InitConfigArgs) -> Result<()> {
        init_config::handler(ctx, args)
    }

    /// Sets the bounds of a mint.
    pub fn set_mint_rule(ctx: Context<SetMintRule>, args: SetMintRuleArgs) -> Result<()> {
        set_mint_rule::handler(ctx, args)
    }

    /// Sets the pause bits: the guardian adds, the admin sets.
    pub fn set_pause(ctx: Context<SetPause>, args: SetPauseArgs) -> Result<()> {
        set_pause::handler(ctx, args)
    }

    /// Makes a market, Approved at once.
    pub fn create_market(ctx: Context<CreateMarket>, args: CreateMarketArgs) -> Result<()> {
        create_market::handler(ctx, args)
    }

    /// Opens an approved market: makes its vault.
    pub fn activate(ctx: Context<Activate>) -> Result<()> {
        activate::handler(ctx)
    }

    /// Rejects an approved market that nobody activated in time.
    pub fn tally_proposal(ctx: Context<TallyProposal>) -> Result<()> {
        tally_proposal::handler(ctx)
    }

    /// The admin rejects a market that is not active yet.
    pub fn reject(ctx: Context<Reject>) -> Result<()> {
        reject::handler(ctx)
    }

    /// Stakes on an outcome of a parimutuel market.
    pub fn stake(ctx: Context<Stake>, args: StakeArgs) -> Result<()> {
        stake::handler(ctx, args)
    }

    /// Takes free collateral out of a position.
    pub fn withdraw(ctx: Context<Withdraw>, args: WithdrawArgs) -> Result<()> {
        withdraw::handler(ctx, args)
    }

    /// Records the opening price of an UPDOWN market.
    pub fn record_strike(ctx: Context<RecordStrike>) -> Result<()> {
        record_strike::handler(ctx)
    }

    /// Decides a price market by an oracle's update.
    pub fn resolve_by_price(ctx: Context<ResolveByPrice>) -> Result<()> {
        resolve_by_price::handler(ctx)
    }

    /// Proposes the outcome of an optimistic market, with a bond.
    pub fn propose_outcome(ctx: Context<ProposeOutcome>, args: ProposeOutcomeArgs) -> Result<()> {
        propose_outcome::handler(ctx, args)
    }

    /// Lets a proposal stand whose window is over.
    pub fn finalize(ctx: Context<Finalize>) -> Result<()> {
        finalize::handler(ctx)
    }

    /// The admin halts a market and announces its void.
    pub fn announce_void(ctx: Context<AnnounceVoid>) -> Result<()> {
        announce_void::handler(ctx)
    }

    /// The admin calls an announced void off.
    pub fn cancel_void(ctx: Context<CancelVoid>) -> Result<()> {
        cancel_void::handler(ctx)
    }

    /// Voids a market that nobody decided, whose void was announced, or whose strike is not to be believed.
    pub fn void_inactive(ctx: Context<VoidInactive>) -> Result<()> {
        void_inactive::handler(ctx)
    }

    /// The owner takes what their position is worth, to any destination.
    pub fn claim(ctx: Context<Claim>) -> Result<()> {
        claim::handler(ctx)
    }

    /// Anyone pays positions to their owners: remaining accounts in triples [position, destination, payer].
    pub fn pay_out<'info>(ctx: Context<'info, PayOut<'info>>, args: PayOutArgs) -> Result<()> {
        pay_out::handler(ctx, args)
    }

    /// Anyone returns a bond to its owner.
    pub fn claim_bond(ctx: Context<ClaimBond>) -> Result<()> {
        claim_bond::handler(ctx)
    }

    /// Anyone pays out the fees of one kind.
    pub fn collect_fees(ctx: Context<CollectFees>, args: CollectFeesArgs) -> Result<()> {
        collect_fees::handler(ctx, args)
    }

    /// Anyone closes a resolution that owes nothing.
    pub fn close_resolution(ctx: Context<CloseResolution>) -> Result<()> {
        close_resolution::handler(ctx)
    }

    /// Anyone closes a market that owes nothing.
    pub fn close_market(ctx: Context<CloseMarket>) -> Result<()> {
        close_market::handler(ctx)
    }

    /// Anyone returns the rent of positions whose market is gone: remaining accounts in triples [position, market, payer].
    pub fn close_orphan<'info>(ctx: Context<'info, CloseOrphan<'info>>) -> Result<()> {
        close_orphan::handler(ctx)
    }
}
