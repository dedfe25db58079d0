"""The figures that the relayer shows; bounded labels only, never a wallet or a signature. Filled by the shell."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest

VERSION = "0.1.0"
LAND_SECONDS = (0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128)


class Metrics:
    """One registry a process, so that tests can make as many as they like."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.intents = Gauge("relayer_intents", "Intents by state", ["state"], registry=r)
        self.transactions = Counter("relayer_tx_total", "Attempts by kind and outcome", ["kind", "outcome"], registry=r)
        self.land_seconds = Histogram("relayer_land_seconds", "Signed to seen landed", buckets=LAND_SECONDS, registry=r)
        self.slot_delta = Histogram(
            "relayer_slot_delta", "Slots from blockhash to landing", buckets=(1, 2, 4, 8, 16, 32, 64, 150), registry=r
        )
        self.payer_lamports = Gauge("relayer_fee_payer_lamports", "Balance of all active payers", registry=r)
        self.oldest_pending = Gauge("relayer_oldest_pending_seconds", "Age of the oldest worked intent", registry=r)
        self.resigns = Counter("relayer_resigns_total", "Signatures after the first", registry=r)
        self.requests = Counter(
            "rpc_requests_total", "RPC batches by first method", ["endpoint", "method", "code"], registry=r
        )
        self.seconds = Histogram("rpc_request_duration_seconds", "RPC batch time", ["endpoint"], registry=r)
        self.refusals = Counter("rpc_errors_total", "JSON-RPC errors of sends", ["endpoint", "code"], registry=r)
        self.endpoint_slot = Gauge("rpc_endpoint_slot", "Confirmed slot last seen", registry=r)
        self.jobs = Counter("job_runs_total", "Looks of each keeper", ["job", "result"], registry=r)
        self.build = Info("build", "What runs", registry=r)
        self.build.info({"version": VERSION})

    def rpc(self, endpoint: str, method: str, code: str, seconds: float) -> None:
        """Count one RPC batch."""
        self.requests.labels(endpoint, method, code).inc()
        self.seconds.labels(endpoint).observe(seconds)

    def refused(self, endpoint: str, code: int) -> None:
        """Count one refused send."""
        self.refusals.labels(endpoint, str(code)).inc()

    def standing(self, states: Mapping[str, int], oldest_s: float) -> None:
        """Show how many intents stand where."""
        for state, count in states.items():
            self.intents.labels(state).set(count)
        self.oldest_pending.set(oldest_s)

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)
