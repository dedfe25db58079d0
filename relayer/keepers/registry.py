"""All keepers, in the order in which a market lives. Imported by the composition root alone."""

from relayer.keepers import (
    claim_bond,
    claim_vote,
    close_market,
    close_orphan,
    close_resolution,
    collect_fees,
    finalize,
    pay_out,
    post_price,
    record_strike,
    resolve_by_price,
    tally_dispute,
    tally_proposal,
    void_inactive,
    withdraw_subsidy,
)

KEEPERS = (
    tally_proposal.KEEPER,
    post_price.KEEPER,
    record_strike.KEEPER,
    resolve_by_price.KEEPER,
    tally_dispute.KEEPER,
    finalize.KEEPER,
    void_inactive.KEEPER,
    pay_out.KEEPER,
    collect_fees.KEEPER,
    withdraw_subsidy.KEEPER,
    claim_bond.KEEPER,
    claim_vote.KEEPER,
    close_resolution.KEEPER,
    close_market.KEEPER,
    close_orphan.KEEPER,
)
