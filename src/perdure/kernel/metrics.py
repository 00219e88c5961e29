"""The process's own measurements; names and units in the manner of Prometheus.

Under ``perdure serve`` every process writes them into files of one folder (the library's multiprocess mode), so that
whichever web worker is asked can answer for all. The folder lies in memory where the system has such a place: the
files are mapped, and a mapped file on a full disk would end the process that writes it.
"""

import os
import shutil
import stat
from pathlib import Path
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
_IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the folder made there is our own and private

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


def prepare_folder(data: Path) -> Path:
    """An empty private folder for the measurements of one site's processes; what an earlier run left is removed."""
    parent = _IN_MEMORY if _IN_MEMORY.is_dir() and os.access(_IN_MEMORY, os.W_OK) else data / "run"
    _drop_abandoned(parent)
    about = data.stat()
    folder = parent / f"perdure-metrics-{os.getuid()}-{about.st_dev}-{about.st_ino}"
    if folder.is_symlink() or (folder.exists() and folder.stat().st_uid != os.getuid()):
        folder = data / "run" / "metrics"  # somebody else was here first: keep away
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(stat.S_IRWXU)
    return folder


def _drop_abandoned(parent: Path) -> None:
    """Remove what sites left behind that were killed: folders of ours in which no process is alive."""
    for folder in parent.glob(f"perdure-metrics-{os.getuid()}-*"):
        pids = {file.stem.rpartition("_")[2] for file in folder.glob("*.db")}
        if pids and not any(Path(f"/proc/{pid}").exists() for pid in pids):
            shutil.rmtree(folder, ignore_errors=True)
