"""The composition root: which adapter serves which port, who listens to what, what recurs."""

from perdure.wiring.doors import listener
from perdure.wiring.plugs import ports, shut_ports, store_opener
from perdure.wiring.process import run_folder, runtime
from perdure.wiring.recurring import JOBS, keep_lifeboat, send_measures, watch_copies
from perdure.wiring.returning import (
    LATER,
    REBUILDS,
    finish_restore,
    look_at_rehearsed,
    put_back_secret_rows_in,
    refill,
    secret_rows_in,
)
from perdure.wiring.subscribers import SUBSCRIBERS, registry

__all__ = [
    "JOBS",
    "LATER",
    "REBUILDS",
    "SUBSCRIBERS",
    "finish_restore",
    "keep_lifeboat",
    "listener",
    "look_at_rehearsed",
    "ports",
    "put_back_secret_rows_in",
    "refill",
    "registry",
    "run_folder",
    "runtime",
    "secret_rows_in",
    "send_measures",
    "shut_ports",
    "store_opener",
    "watch_copies",
]
