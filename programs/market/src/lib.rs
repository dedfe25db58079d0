//! The market program: dispatch only. Every rule is in the instruction's own file, in `lifecycle` (the only transition table), in
//! `solvency` (the only invariant), in `engine` or on a state type.

// Anchor wants every instruction's items at one place; the handlers are called by their full names.
#![allow(ambiguous_glob_reexports)]

use anchor_lang::prelude::*;

pub mod constants;
pub mod cpi;
pub mod engine;
pub mod entry;
pub mod errors;
pub mod events;
pub mod instructions;
pub mod lifecycle;
pub mod payee;
pub mod pda;
pub mod price;
pub mod settlement;
pub mod solvency;
pub mod state;
pub mod token;
pub mod verdict;

use instructions::*;

declare_id!("47oACmK7MX7nmMjSerXJp7T8GVvZWy6oKVZBpX71Hrqk");

entrypoint!(ID, EVENT_AUTHORITY_AND_BUMP.0, {
    stake Stake,
    place_order PlaceOrder,
    cancel_order CancelOrder,
    buy Buy,
    sell Sell,
    claim Claim,
    pay_out PayOut,
    cancel_all CancelAll,
    split Split,
    merge Merge,
    withdraw Withdraw,
    sweep_seat SweepSeat,
    prune Prune,
    vote Vote,
    finalize Finalize,
    dispute Dispute,
    resolve_by_price ResolveByPrice,
    record_strike RecordStrike,
    propose_outcome ProposeOutcome,
    claim_bond ClaimBond,
    claim_vote ClaimVote,
    transfer_shares TransferShares,
    init_config InitConfig,
    propose_config_change ProposeConfigChange,
    apply_config_change ApplyConfigChange,
    accept_admin AcceptAdmin,
    set_mint_rule SetMintRule,
    set_pause SetPause,
    create_market CreateMarket,
    activate Activate,
    tally_proposal TallyProposal,
    reject Reject,
    tally_dispute TallyDispute,
    rule Rule,
    announce_void AnnounceVoid,
    cancel_void CancelVoid,
    void_inactive VoidInactive,
    collect_fees CollectFees,
    withdraw_subsidy WithdrawSubsidy,
    close_resolution CloseResolution,
    close_book CloseBook,
    close_market CloseMarket,
    close_orphan CloseOrphan,
});

#[program]
pub mod market {
    use super::*;

    /// Makes Config, once.
    pub fn init_config(ctx: Context<InitConfig>, args: InitConfigArgs) -> Result<()> {
        init_config::handler(ctx, args)
    }

    /// Announces a change of Config by its hash.
    pub fn propose_config_change(ctx: Context<ProposeConfigChange>, args: ProposeConfigChangeArgs) -> Result<()> {
        propose_config_change::handler(ctx, args)
    }

    /// Anyone makes an announced change true.
    pub fn apply_config_change(ctx: Context<ApplyConfigChange>, args: ApplyConfigChangeArgs) -> Result<()> {
        apply_config_change::handler(ctx, args)
    }

    /// The wallet that was offered the admin's place takes it.
    pub fn accept_admin(ctx: Context<AcceptAdmin>) -> Result<()> {
        accept_admin::handler(ctx)
    }

    /// Sets the bounds of a mint.
    pub fn set_mint_rule(ctx: Context<SetMintRule>, args: SetMintRuleArgs) -> Result<()> {
        set_mint_rule::handler(ctx, args)
    }

    /// Sets the pause bits: the guardian adds, the admin sets.
    pub fn set_pause(ctx: Context<SetPause>, args: SetPauseArgs) -> Result<()> {
        set_pause::handler(ctx, args)
    }

    /// Makes a market: Approved at once, or Proposed where the settings want a vote.
    pub fn create_market(ctx: Context<CreateMarket>, args: CreateMarketArgs) -> Result<()> {
        create_market::handler(ctx, args)
    }

    /// Opens an approved market: makes its vault, and with a subsidy its market maker.
    pub fn activate(ctx: Context<Activate>, args: ActivateArgs) -> Result<()> {
        activate::handler(ctx, args)
    }

    /// Ends the vote on a proposed market, or rejects an approved one that nobody activated in time.
    pub fn tally_proposal(ctx: Context<TallyProposal>) -> Result<()> {
        tally_proposal::handler(ctx)
    }

    /// The admin rejects a market that is not active yet.
    pub fn reject(ctx: Context<Reject>) -> Result<()> {
        reject::handler(ctx)
    }

    /// Votes on whether a proposed market may open, or with a weight on how a disputed one ended.
    pub fn vote(ctx: Context<CastVote>, args: VoteArgs) -> Result<()> {
        vote::handler(ctx, args)
    }

    /// Stakes on an outcome of a parimutuel market.
    pub fn stake(ctx: Context<Stake>, args: StakeArgs) -> Result<()> {
        stake::handler(ctx, args)
    }

    /// Buys shares of the market maker.
    pub fn buy(ctx: Context<Buy>, args: BuyArgs) -> Result<()> {
        buy::handler(ctx, args)
    }

    /// Sells shares to the market maker.
    pub fn sell(ctx: Context<Sell>, args: SellArgs) -> Result<()> {
        sell::handler(ctx, args)
    }

    /// Makes complete sets of shares.
    pub fn split(ctx: Context<Split>, args: SplitArgs) -> Result<()> {
        split::handler(ctx, args)
    }

    /// Takes complete sets of shares back.
    pub fn merge(ctx: Context<Merge>, args: MergeArgs) -> Result<()> {
        merge::handler(ctx, args)
    }

    /// Gives shares to another position.
    pub fn transfer_shares(ctx: Context<TransferShares>, args: TransferSharesArgs) -> Result<()> {
        transfer_shares::handler(ctx, args)
    }

    /// Places an order in the book of a market: matches it, and posts what is left.
    pub fn place_order(ctx: Context<PlaceOrder>, args: PlaceOrderArgs) -> Result<()> {
        place_order::handler(ctx, args)
    }

    /// The owner takes an order out of the book.
    pub fn cancel_order(ctx: Context<CancelOrder>, args: CancelOrderArgs) -> Result<()> {
        cancel_order::handler(ctx, args)
    }

    /// The owner takes all their orders out of the book.
    pub fn cancel_all(ctx: Context<CancelAll>) -> Result<()> {
        cancel_all::handler(ctx)
    }

    /// Anyone takes dead orders out of the book.
    pub fn prune(ctx: Context<Prune>, args: PruneArgs) -> Result<()> {
        prune::handler(ctx, args)
    }

    /// Moves what is free in a seat into its owner's position.
    pub fn sweep_seat(ctx: Context<SweepSeat>) -> Result<()> {
        sweep_seat::handler(ctx)
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

    /// Disputes a proposed outcome, with the same bond.
    pub fn dispute(ctx: Context<Dispute>) -> Result<()> {
        dispute::handler(ctx)
    }

    /// Counts the votes of a dispute: they decide it, or the council has to.
    pub fn tally_dispute(ctx: Context<TallyDispute>) -> Result<()> {
        tally_dispute::handler(ctx)
    }

    /// The council decides a contested market.
    pub fn rule(ctx: Context<Rule>, args: RuleArgs) -> Result<()> {
        rule::handler(ctx, args)
    }

    /// Lets a proposal stand whose window is over, or ends what the council did not rule on.
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

    /// Anyone returns a vote's rent to the voter, and of a dispute its weight with what was won or lost.
    pub fn claim_vote(ctx: Context<ClaimVote>) -> Result<()> {
        claim_vote::handler(ctx)
    }

    /// Anyone pays out the fees of one kind.
    pub fn collect_fees(ctx: Context<CollectFees>, args: CollectFeesArgs) -> Result<()> {
        collect_fees::handler(ctx, args)
    }

    /// Anyone gives the market maker's rest back to who funded it.
    pub fn withdraw_subsidy(ctx: Context<WithdrawSubsidy>) -> Result<()> {
        withdraw_subsidy::handler(ctx)
    }

    /// Anyone closes a resolution that owes nothing.
    pub fn close_resolution(ctx: Context<CloseResolution>) -> Result<()> {
        close_resolution::handler(ctx)
    }

    /// Anyone closes the book of a decided market whose seats are swept.
    pub fn close_book(ctx: Context<CloseBook>) -> Result<()> {
        close_book::handler(ctx)
    }

    /// Anyone closes a market that owes nothing.
    pub fn close_market(ctx: Context<CloseMarket>) -> Result<()> {
        close_market::handler(ctx)
    }

    /// Anyone returns the rent of positions and votes whose market is gone: remaining accounts in triples [account, market, payer].
    pub fn close_orphan<'info>(ctx: Context<'info, CloseOrphan<'info>>) -> Result<()> {
        close_orphan::handler(ctx)
    }
}
