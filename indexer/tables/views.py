"""The read views `chain.v1_*`: the contract with the relayer and the api in SQL. Columns are only ever added.

Text only; created by migrate with the search path set to schema `chain`.
"""

from sqlalchemy import Table

from indexer.tables.projections import (
    BookOrder,
    Config,
    Holder,
    Market,
    MintRule,
    Pool,
    Position,
    Resolution,
    Seat,
    Vote,
)

EFFECTIVE_STATE = """CASE
    WHEN m.closed_slot IS NOT NULL THEN 'closed'
    WHEN m.state = 0 THEN 'proposed'
    WHEN m.state = 1 THEN 'approved'
    WHEN m.state = 2 AND m.flags & 2 <> 0 THEN 'halted'
    WHEN m.state = 2 AND extract(epoch FROM h.sealed_time) >= m.lock THEN 'locked'
    WHEN m.state = 2 THEN 'active'
    WHEN m.state = 3 THEN 'resolving'
    WHEN m.state = 4 THEN 'disputed'
    WHEN m.state = 5 THEN 'contested'
    WHEN m.state = 6 THEN 'finalized'
    WHEN m.state = 7 THEN 'void'
    WHEN m.state = 8 THEN 'rejected'
END"""


def _columns(model: type, alias: str, *, but: frozenset[str] = frozenset()) -> str:
    """The columns of a table, each with its alias, in the table's order."""
    table: Table = model.__table__  # pyright: ignore[reportAttributeAccessIssue]
    return ", ".join(f'{alias}."{column.name}"' for column in table.columns if column.name not in but)


VIEWS: dict[str, str] = {
    "v1_head": """SELECT genesis, sealed_slot, sealed_hash, sealed_height, sealed_time, final_slot, final_hash,
        final_height, tip_slot, feed_seq, updated_at FROM ledger.head""",
    "v1_slot": """SELECT s.slot, s.blockhash, s.height, s.block_time, s.source AS source_endpoint
        FROM ledger.slot s, ledger.head h
        WHERE s.status = 'sealed' AND s.slot > h.sealed_slot - 10000""",
    "v1_transaction": "SELECT signature, slot, tx_index, err, fee FROM ledger.transaction",
    "v1_config": f"SELECT {_columns(Config, 'c')} FROM config c",
    "v1_mint_rule": f"SELECT {_columns(MintRule, 'r')} FROM mint_rule r",
    "v1_market": f"""SELECT {_columns(Market, "m", but=frozenset({"state"}))},
        {EFFECTIVE_STATE} AS state, s.degraded_from_seq IS NOT NULL AS degraded
        FROM market m JOIN subject s ON s.subject = m.market CROSS JOIN ledger.head h""",
    "v1_position": f"""SELECT {_columns(Position, "p", but=frozenset({"state"}))},
        CASE WHEN o.address IS NULL THEN p.state ELSE 'closed' END AS state
        FROM position p LEFT JOIN orphan o ON o.address = p.address""",
    "v1_resolution": f"SELECT {_columns(Resolution, 'r')} FROM resolution r",
    "v1_pool": f"""SELECT {_columns(Pool, "p")}, s.degraded_from_seq IS NOT NULL AS degraded,
        coalesce((SELECT -sum(l.delta) FROM ledger_leg l WHERE l.wallet = p.dividends AND l.kind = 'FEE'), 0)
            > p.earned AS unsynced
        FROM pool p JOIN subject s ON s.subject = p.pool""",
    "v1_holder": f"SELECT {_columns(Holder, 'h')} FROM holder h",
    "v1_book_order": f"""SELECT {_columns(BookOrder, "b", but=frozenset({"status"}))},
        CASE WHEN b.status IN ('OPEN', 'PARTIAL') AND s.seat = 255 THEN 'CANCELLED' ELSE b.status END AS status
        FROM book_order b LEFT JOIN seat s ON s.market = b.market AND s.owner = b.owner""",
    "v1_seat": f"SELECT {_columns(Seat, 's')} FROM seat s WHERE s.seat <> 255",
    "v1_vote": f"""SELECT {_columns(Vote, "v", but=frozenset({"state"}))},
        CASE WHEN o.address IS NULL THEN v.state ELSE 'closed' END AS state
        FROM vote v LEFT JOIN orphan o ON o.address = v.address""",
}
