"""The process's own measurements; names and units in the manner of Prometheus.

Under ``perdure serve`` every process writes them into files of one folder (the library's multiprocess mode;
:mod:`perdure.kernel.measuring`).
"""

from prometheus_client import Counter, Gauge, Histogram

WRITE_SECONDS = Histogram(
    "perdure_write_seconds",
    "Time from the start of a write batch to its commit.",
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)
WRITE_BATCH = Histogram(
    "perdure_write_batch", "Transaction bodies in one commit.", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256)
)
OUTBOX_DELIVERED = Counter("perdure_outbox_delivered", "Events delivered.", ["subscriber"])
OUTBOX_FAILED = Counter("perdure_outbox_failed", "Deliveries that failed and will be retried.", ["subscriber"])
OUTBOX_DEAD = Counter("perdure_outbox_dead", "Deliveries given up until a person replays them.", ["subscriber"])
REQUEST_SECONDS = Histogram(
    "perdure_request_seconds",
    "Time from a request's arrival to the end of its answer.",
    ["group", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
COPY_SECONDS = Histogram(
    "perdure_copy_seconds",
    "Time that a durable write waited for a copy in other hands.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
COPIES_PENDING = Counter("perdure_copies_pending", "Durable writes that were answered before a copy was confirmed.")
STREAMS = Gauge("perdure_streams", "Live connections by WebSocket and SSE.", multiprocess_mode="livesum")
WRITES_WAITING = Gauge("perdure_writes_waiting", "Transaction bodies that wait or run.", multiprocess_mode="livesum")
STARTED = Gauge(
    "perdure_process_started_seconds", "When a process started, by its part.", ["part"], multiprocess_mode="liveall"
)
