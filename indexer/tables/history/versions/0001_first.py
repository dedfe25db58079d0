"""The first tables of schema `ledger`: head, slot, transaction, feed, dead_letter, incident, source_health."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE head (
    id integer PRIMARY KEY CONSTRAINT head_one_row CHECK (id = 1),
    genesis text COLLATE "C" NOT NULL,
    anchor_slot bigint NOT NULL,
    sealed_slot bigint NOT NULL,
    sealed_hash text COLLATE "C" NOT NULL,
    sealed_height bigint NOT NULL,
    sealed_time timestamptz,
    final_slot bigint NOT NULL,
    final_hash text COLLATE "C" NOT NULL,
    final_height bigint NOT NULL,
    tip_slot bigint NOT NULL,
    epoch bigint NOT NULL,
    feed_seq bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    schema_version bigint NOT NULL
);
CREATE TABLE slot (
    slot bigint NOT NULL,
    blockhash text COLLATE "C" NOT NULL,
    parent_slot bigint NOT NULL,
    parent_hash text COLLATE "C" NOT NULL,
    height bigint NOT NULL,
    block_time timestamptz,
    tx_total bigint NOT NULL,
    tx_matched bigint NOT NULL,
    events bigint NOT NULL,
    dead_letters bigint NOT NULL,
    status text NOT NULL,
    source text NOT NULL,
    state_hash bytea NOT NULL,
    PRIMARY KEY (slot, blockhash)
);
CREATE UNIQUE INDEX slot_sealed ON slot (slot) WHERE status = 'sealed';
CREATE TABLE transaction (
    slot bigint NOT NULL,
    tx_index bigint NOT NULL,
    signature text COLLATE "C" NOT NULL UNIQUE,
    fee_payer text COLLATE "C" NOT NULL,
    version text NOT NULL,
    err text,
    fee numeric(20, 0) NOT NULL,
    cu bigint,
    raw bytea NOT NULL,
    PRIMARY KEY (slot, tx_index)
);
ALTER TABLE transaction ALTER raw SET STORAGE EXTERNAL;
CREATE TABLE feed (
    seq bigint PRIMARY KEY,
    kind text NOT NULL,
    slot bigint NOT NULL,
    blockhash text COLLATE "C" NOT NULL
);
CREATE TABLE dead_letter (
    slot bigint NOT NULL,
    tx_index bigint NOT NULL,
    ix bigint NOT NULL,
    "inner" bigint NOT NULL,
    program text COLLATE "C" NOT NULL,
    subject text COLLATE "C",
    seq bigint,
    reason text NOT NULL,
    raw bytea NOT NULL,
    resolved_at timestamptz,
    PRIMARY KEY (slot, tx_index, ix, "inner")
);
CREATE TABLE incident (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    subject text COLLATE "C",
    slot bigint,
    detail text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    resolution text
);
CREATE UNIQUE INDEX incident_open ON incident (kind, subject, slot) NULLS NOT DISTINCT WHERE closed_at IS NULL;
CREATE TABLE source_health (
    source text NOT NULL,
    endpoint text NOT NULL,
    slot bigint NOT NULL,
    at timestamptz NOT NULL,
    errors bigint NOT NULL,
    missed bigint NOT NULL,
    PRIMARY KEY (source, endpoint)
);
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop the tables."""
    op.execute("DROP TABLE source_health, incident, dead_letter, feed, transaction, slot, head")
