"""The process's own measurements; names and units in the manner of Prometheus."""

from prometheus_client import Counter, Histogram

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
