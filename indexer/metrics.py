"""What the indexer counts, for /metrics. Labels are bounded: never a wallet, a signature or a URL with a token."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

SLOT = Gauge("indexer_slot", "Newest slot, by source and commitment", ["source", "commitment"], registry=REGISTRY)
LAG_SLOTS = Gauge("indexer_lag_slots", "Slots from the chain's tip to the sealed one", registry=REGISTRY)
LAG_SECONDS = Gauge("indexer_lag_seconds", "Seconds from the sealed block's time to now", registry=REGISTRY)
GAPS = Gauge("indexer_slot_gaps", "Slots that exist and nobody gives", registry=REGISTRY)
SLOTS = Counter("indexer_slots", "Slots by outcome: sealed, dead", ["outcome"], registry=REGISTRY)
EVENTS = Counter("indexer_events", "Accepted events", ["program", "event", "result"], registry=REGISTRY)
UNDECODABLE = Counter("indexer_undecodable", "Events that could not be read", ["reason"], registry=REGISTRY)
COMMIT_SECONDS = Histogram("indexer_batch_commit_seconds", "One page's transaction", registry=REGISTRY)
BACKFILL = Gauge("indexer_backfill_remaining_slots", "Finalized slots not yet sealed", registry=REGISTRY)
TRANSIENT = Counter("indexer_transient", "Passing failures by kind", ["kind"], registry=REGISTRY)
RPC_REQUESTS = Counter("rpc_requests", "JSON-RPC answers", ["endpoint", "method", "code"], registry=REGISTRY)
RPC_SECONDS = Histogram("rpc_request_duration_seconds", "One HTTP exchange", ["endpoint"], registry=REGISTRY)
RPC_SLOT = Gauge("rpc_endpoint_slot", "Newest confirmed slot of an endpoint", ["endpoint"], registry=REGISTRY)
BUILD = Gauge("build_info", "Version of the program", ["version"], registry=REGISTRY)
