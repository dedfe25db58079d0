"""Statements on resolutions and votes."""

from __future__ import annotations

from ..schemas.votes import Resolution, Vote
from .read import Keyed, Query

RESOLUTION = Query(
    "market_resolution",
    Resolution,
    """SELECT r.market, r.proposer, r.proposed, r.proposed_at, r.evidence, r.flags & 1 <> 0 AS by_source,
        CASE WHEN r.disputer <> '11111111111111111111111111111111' THEN r.disputer END AS disputer, r.window_end,
        r.bond::text AS bond, r.quorum::text AS quorum, r.owed::text AS owed, r.tally[1:m.n + 1]::text[] AS tally,
        r.total::text AS total, CASE WHEN r.final_outcome <> 255 THEN r.final_outcome END AS final_outcome,
        r.closed_slot IS NOT NULL AS closed
    FROM chain.v1_resolution r JOIN chain.v1_market m ON m.market = r.market WHERE r.market = %(subject)s""",
)
VOTES = Query(
    "market_votes",
    Keyed[Vote],
    """SELECT v.seq::text AS key, '' AS last, json_build_object('market', v.market, 'round', v.round, 'voter', v.voter,
        'side', v.side, 'weight', v.weight::text, 'state', v.state, 'paid', v.paid::text, 'seq', v.seq, 'slot', v.slot,
        'time', extract(epoch FROM v.ts)::bigint, 'signature', v.signature) AS value
    FROM chain.v1_vote v WHERE v.market = %(subject)s AND (%(round)s::int IS NULL OR v.round = %(round)s)
        AND (%(key)s::bigint IS NULL OR v.seq < %(key)s::bigint) AND %(last)s::text IS NOT NULL
    ORDER BY v.seq DESC LIMIT %(limit)s""",
)
