"""Statements on the platform itself, on intents and on transactions."""

from __future__ import annotations

from typing import LiteralString

from ..schemas.platform import ConfigRow, FeesRow
from ..schemas.transactions import Intent, Transaction
from .read import Query

_MINTS: LiteralString = """(SELECT coalesce(json_agg(json_build_object('mint', r.mint, 'min_stake', r.min_stake::text,
    'max_stake', r.max_stake::text, 'min_bond', r.min_bond::text, 'enabled', r.enabled) ORDER BY r.mint), '[]'::json)
    FROM chain.v1_mint_rule r)"""

CONFIG = Query(
    "config",
    ConfigRow,
    f"""SELECT (SELECT to_json(k) FROM (SELECT c.admin, c.treasury,
            array_remove(ARRAY[CASE WHEN c.pause & 1 <> 0 THEN 'create' END,
                CASE WHEN c.pause & 2 <> 0 THEN 'stake' END,
                CASE WHEN c.pause & 4 <> 0 THEN 'buy' END, CASE WHEN c.pause & 8 <> 0 THEN 'split' END,
                CASE WHEN c.pause & 16 <> 0 THEN 'order' END], NULL) AS paused,
            (ARRAY['open', 'proposal', 'admin'])[c.mode + 1] AS mode,
            c.protocol_fee_bps, c.max_creator_fee_bps, c.max_resolver_fee_bps, c.bond_bps, c.quorum_bps, c.max_conf_bps,
            c.min_dur_s, c.max_dur_s, c.activate_s, c.dispute_min_s, c.dispute_max_s, c.dispute_default_s,
            c.void_delay_s, c.gate_s
        FROM chain.v1_config c LIMIT 1) k) AS config, {_MINTS} AS mints""",
)
FEES = Query(
    "fees",
    FeesRow,
    """SELECT c.protocol_fee_bps, c.max_creator_fee_bps, c.max_resolver_fee_bps, %(total)s::int AS total_fee_bps_max,
        f.p50::text AS priority_p50, f.p90::text AS priority_p90, f.slot AS sampled_slot
    FROM chain.v1_config c
    LEFT JOIN (SELECT * FROM relay.v1_fee_sample ORDER BY slot DESC LIMIT 1) f ON true LIMIT 1""",
)
INTENT = Query(
    "intent",
    Intent,
    """SELECT i.id, i.state, i.kind, i.wallet, i.subject AS market, i.nonce::text AS nonce, i.signature, i.reason,
        i.replaces FROM relay.v1_intent i WHERE i.id = %(id)s::uuid""",
)
TRANSACTION = Query(
    "transaction",
    Transaction,
    """SELECT t.signature, t.slot, t.tx_index, t.err, t.fee::text AS fee, t.slot <= h.final_slot AS final,
        (SELECT coalesce(json_agg(json_build_object('subject', e.subject, 'seq', e.seq, 'kind', e.kind)
            ORDER BY e.ix, e.inner), '[]'::json) FROM chain.event e
            WHERE e.slot = t.slot AND e.tx_index = t.tx_index) AS events
    FROM chain.v1_transaction t WHERE t.signature = %(signature)s""",
)
