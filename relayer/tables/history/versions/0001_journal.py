"""The journal's first tables: intents, attempts, proofs, budgets, payers, feeds, and what operators did."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE audit (
    id UUID DEFAULT uuidv7() NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE boot (
    n BIGINT NOT NULL,
    system_id TEXT NOT NULL,
    timeline BIGINT NOT NULL,
    height BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    PRIMARY KEY (n)
);
CREATE TABLE budget (
    scope TEXT NOT NULL,
    day BIGINT NOT NULL,
    cap NUMERIC(20, 0) NOT NULL,
    reserved NUMERIC(20, 0) DEFAULT 0 NOT NULL,
    spent NUMERIC(20, 0) DEFAULT 0 NOT NULL,
    PRIMARY KEY (scope, day)
);
CREATE TABLE endpoint (
    name TEXT NOT NULL,
    genesis TEXT COLLATE "C" NOT NULL,
    checked_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE fee_sample (
    slot BIGINT NOT NULL,
    p50 NUMERIC(20, 0) NOT NULL,
    p90 NUMERIC(20, 0) NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    PRIMARY KEY (slot)
);
CREATE TABLE feed_source (
    id TEXT NOT NULL,
    provider TEXT NOT NULL,
    symbol TEXT NOT NULL,
    feed TEXT COLLATE "C" NOT NULL,
    data_type TEXT NOT NULL,
    expo BIGINT NOT NULL,
    interval_s BIGINT NOT NULL,
    max_age_s BIGINT NOT NULL,
    cursor TEXT DEFAULT '' NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id)
);
CREATE TABLE intent (
    id UUID DEFAULT uuidv7() NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    idem_key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    episode TEXT NOT NULL,
    wallet TEXT COLLATE "C",
    nonce NUMERIC(20, 0),
    payload BYTEA NOT NULL,
    replaces UUID,
    state TEXT NOT NULL,
    reason TEXT,
    not_before_slot BIGINT DEFAULT 0 NOT NULL,
    lanes_max BIGINT DEFAULT 1 NOT NULL,
    lease_until TIMESTAMP WITH TIME ZONE DEFAULT '-infinity' NOT NULL,
    fence BIGINT DEFAULT 0 NOT NULL,
    tries BIGINT DEFAULT 0 NOT NULL,
    live BOOLEAN DEFAULT true NOT NULL,
    created_slot BIGINT,
    settled_slot BIGINT,
    signature TEXT COLLATE "C",
    traceparent TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX intent_key ON intent (tenant, idem_key);
CREATE INDEX intent_live ON intent (lease_until) WHERE live;
CREATE UNIQUE INDEX intent_nonce ON intent (wallet, subject, nonce)
    WHERE state IN ('ACCEPTED', 'READY', 'IN_FLIGHT', 'EFFECTIVE', 'NEEDS_REVIEW');
CREATE INDEX intent_subject ON intent (kind, subject);
CREATE TABLE keeper (
    kind TEXT NOT NULL,
    due BIGINT NOT NULL,
    proposed BIGINT NOT NULL,
    looked_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    PRIMARY KEY (kind)
);
CREATE TABLE pause (
    kind TEXT NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE TABLE payer (
    address TEXT COLLATE "C" NOT NULL,
    state TEXT NOT NULL,
    lamports NUMERIC(20, 0),
    checked_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    PRIMARY KEY (address)
);
CREATE TABLE reading (
    feed TEXT COLLATE "C" NOT NULL,
    provider_time BIGINT NOT NULL,
    data_type TEXT NOT NULL,
    raw TEXT NOT NULL,
    value NUMERIC(39, 0),
    prev BIGINT,
    text TEXT,
    flag BOOLEAN,
    confidence_bps BIGINT DEFAULT 0 NOT NULL,
    accepted BOOLEAN NOT NULL,
    reason TEXT,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    PRIMARY KEY (feed, provider_time)
);
CREATE INDEX reading_accepted ON reading (feed, provider_time) WHERE accepted;
CREATE TABLE unpayable (
    position TEXT COLLATE "C" NOT NULL,
    market TEXT COLLATE "C" NOT NULL,
    retry_day BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    PRIMARY KEY (position)
);
CREATE TABLE attempt (
    id UUID NOT NULL,
    intent_id UUID NOT NULL,
    n BIGINT NOT NULL,
    lane BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    signature TEXT COLLATE "C" NOT NULL,
    message_hash BYTEA NOT NULL,
    wire BYTEA NOT NULL,
    version TEXT NOT NULL,
    blockhash TEXT COLLATE "C" NOT NULL,
    blockhash_slot BIGINT NOT NULL,
    lvbh BIGINT NOT NULL,
    payer TEXT COLLATE "C" NOT NULL,
    genesis TEXT COLLATE "C" NOT NULL,
    fee_max NUMERIC(20, 0) NOT NULL,
    cu_limit BIGINT,
    state TEXT NOT NULL,
    sends BIGINT DEFAULT 0 NOT NULL,
    last_sent_height BIGINT DEFAULT 0 NOT NULL,
    landed_slot BIGINT,
    err TEXT,
    err_name TEXT,
    fee NUMERIC(20, 0),
    signed_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(intent_id) REFERENCES intent (id),
    UNIQUE (signature),
    UNIQUE (message_hash)
);
CREATE UNIQUE INDEX attempt_intent ON attempt (intent_id, n);
CREATE UNIQUE INDEX attempt_lane ON attempt (intent_id, lane)
    WHERE state IN ('SIGNED', 'PUBLISHED', 'SEEN', 'CONFIRMED');
CREATE TABLE proof (
    attempt_id UUID NOT NULL,
    n BIGINT NOT NULL,
    endpoint TEXT NOT NULL,
    height BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    effect_read BOOLEAN NOT NULL,
    statuses_slot BIGINT NOT NULL,
    history_floor BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    PRIMARY KEY (attempt_id, n),
    FOREIGN KEY(attempt_id) REFERENCES attempt (id)
);
CREATE TABLE reservation (
    attempt_id UUID NOT NULL,
    scope TEXT NOT NULL,
    day BIGINT NOT NULL,
    lamports NUMERIC(20, 0) NOT NULL,
    charged NUMERIC(20, 0) DEFAULT 0 NOT NULL,
    state TEXT DEFAULT 'held' NOT NULL,
    PRIMARY KEY (attempt_id, scope),
    FOREIGN KEY(attempt_id) REFERENCES attempt (id)
);
"""

DROPS = (
    "fee_sample unpayable keeper audit reading feed_source pause boot endpoint payer reservation budget proof"
    " attempt intent"
)


def upgrade() -> None:
    """Make the tables."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop them with everything in them."""
    for name in DROPS.split():
        op.execute(f"DROP TABLE {name} CASCADE")
