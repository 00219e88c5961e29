"""Measurements of the whole site in Prometheus' format, whichever web worker is asked."""

import asyncio
import ipaddress
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response, get
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from perdure.accounts import service as accounts
from perdure.kernel import schedule
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden, Unavailable
from perdure.kernel.measuring import FOLDER_VARIABLE
from perdure.kernel.outbox import queries as outbox
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.moderation.service import metrics as moderation
from perdure.moderation.service import projections
from perdure.moderation.service.paging import unsent_in
from perdure.ops_api import copy_metrics

_FILE: Final = re.compile(r"(?P<kind>[a-z_]+)_(?P<pid>\d+)\.db")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@get("/metrics")
async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Every measurement. Only for the addresses that the setting ``metrics_from`` names."""
    rt: Runtime = request.app.state.rt
    forwarded = "x-forwarded-for" in request.headers and not rt.settings.trusted_proxies
    if forwarded or not _may_read(rt.settings, request.scope["state"].get("client_ip", "")):
        raise Forbidden("Measurements are for the addresses in metrics_from only")
    families = [*await _of_database(rt), *await asyncio.to_thread(copy_metrics.families, rt)]
    text = await asyncio.to_thread(_rendered, families)
    return Response(text, media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _may_read(settings: Settings, address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in ipaddress.ip_network(net, strict=False) for net in settings.metrics_from)


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"perdure_{name}", about, value=value)


async def _of_database(rt: Runtime) -> list[GaugeMetricFamily]:
    """What the database tells of all processes together. While it is down, the rest is still measured."""
    try:
        found = await rt.db.read_long(_asked_in)
    except Unavailable:
        return [_gauge("database_up", "Whether the database answers.", 0)]
    return [_gauge("database_up", "Whether the database answers.", 1), *found]


def _asked_in(tx: Tx) -> list[GaugeMetricFamily]:
    depth = outbox.depth(tx)
    oldest = outbox.oldest_due(tx)
    figures = accounts.figures_in(tx)
    late = 0 if oldest is None else max(0, tx.now - oldest) / 1000
    return [
        _gauge("members", "Active accounts.", figures.members),
        _gauge("members_active_month", "Accounts used within 30 days.", figures.active_month),
        _gauge("posts", "Posts of active accounts.", figures.posts),
        _gauge("outbox_waiting", "Deliveries that wait.", depth.waiting),
        _gauge("outbox_dead", "Deliveries given up until a person replays them.", depth.dead),
        _gauge("outbox_oldest_seconds", "How long the oldest due delivery has waited.", late),
        *_jobs_in(tx),
        *_moderation_in(tx),
        *_deadlines_in(tx),
    ]


def _jobs_in(tx: Tx) -> Iterator[GaugeMetricFamily]:
    age = GaugeMetricFamily("perdure_job_age_seconds", "Time since a job last ended.", labels=["job"])
    failed = GaugeMetricFamily("perdure_job_failed", "Whether a job failed last time.", labels=["job"])
    for run in schedule.runs(tx):
        if run.finished_at is not None:
            age.add_metric([run.name], max(0, tx.now - run.finished_at) / 1000)
            failed.add_metric([run.name], float(run.error is not None))
    return iter((age, failed))


def _moderation_in(tx: Tx) -> Iterator[GaugeMetricFamily]:
    waiting = GaugeMetricFamily("perdure_cases_open", "Open moderation cases.", labels=["severity"])
    late = GaugeMetricFamily("perdure_cases_late", "Open cases past their strictest deadline.", labels=["severity"])
    oldest = GaugeMetricFamily("perdure_cases_oldest_seconds", "Age of the oldest open case.", labels=["severity"])
    for size in moderation.sizes_in(tx):
        waiting.add_metric([str(size.severity)], size.waiting)
        late.add_metric([str(size.severity)], size.late)
        oldest.add_metric([str(size.severity)], size.oldest_s)
    silent = GaugeMetricFamily("perdure_feed_silent_hours", "Hours since a source of cases spoke.", labels=["feed"])
    for alarm in moderation.silent_in(tx):
        silent.add_metric([alarm.about], alarm.figure)
    about = "What the nightly rebuild of projections put right within a week."
    return iter(
        (waiting, late, oldest, silent, _gauge("projection_repairs", about, len(projections.differences_in(tx))))
    )


def _deadlines_in(tx: Tx) -> Iterator[GaugeMetricFamily]:
    running = GaugeMetricFamily("perdure_deadlines_running", "Deadlines of cases.", labels=["obligation"])
    missed = GaugeMetricFamily("perdure_deadlines_missed", "Of them, those that have passed.", labels=["obligation"])
    left = GaugeMetricFamily("perdure_deadline_next_seconds", "Time to the nearest deadline.", labels=["obligation"])
    for one in moderation.deadlines_in(tx):
        running.add_metric([one.obligation], one.running)
        missed.add_metric([one.obligation], one.overdue)
        left.add_metric([one.obligation], (one.next_at - tx.now) / 1000)
    return iter((running, missed, left, _gauge("pages_unsent", "Calls to people that did not go out.", unsent_in(tx))))


class _Given:
    """Families made elsewhere, as a registry wants them."""

    def __init__(self, families: Iterable[GaugeMetricFamily]) -> None:
        self._families = list(families)

    def collect(self) -> list[GaugeMetricFamily]:
        return self._families


def _rendered(families: list[GaugeMetricFamily]) -> bytes:
    """One text: what all processes wrote into the shared folder, or, without one, this process alone."""
    own = CollectorRegistry()
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder is None:
        own.register(_Given(families))
        return generate_latest(REGISTRY) + generate_latest(own)
    living = _living(Path(folder))
    own.register(_Given([*families, _memory(living)]))
    MultiProcessCollector(own, path=folder)  # type: ignore[no-untyped-call] # the library's own
    return generate_latest(own)


def _living(folder: Path) -> list[int]:
    """Processes that measure and are alive. Of the dead, what they counted stays and what they held is dropped."""
    living: set[int] = set()
    for file in folder.glob("*.db"):
        found = _FILE.fullmatch(file.name)
        if found is None:
            continue
        if Path(f"/proc/{found['pid']}").exists():
            living.add(int(found["pid"]))
        elif found["kind"].startswith("gauge_live"):
            file.unlink(missing_ok=True)
    return sorted(living)


def _memory(pids: Iterable[int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily("perdure_process_resident_bytes", "Memory of a process.", labels=["pid"])
    for pid in pids:
        try:
            resident = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * _PAGE
        except (OSError, ValueError, IndexError):
            continue
        family.add_metric([str(pid)], resident)
    return family
