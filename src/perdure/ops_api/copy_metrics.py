"""Measurements of the copies, from what the shipper says of itself: there also while the database is down."""

from collections.abc import Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily

from perdure.continuity.service.status import Overview, overview
from perdure.kernel.errors import AppError
from perdure.kernel.runtime import Runtime


def families(rt: Runtime) -> list[GaugeMetricFamily]:
    """Everything about the copies; nothing where the list of stores is broken. Blocking."""
    try:
        found = overview(rt.settings.data, rt.clock.now_ms())
    except AppError:
        return []
    return [*_whole(found), *(_of_lanes(found, rt.clock.now_ms()) if found.alive else ())]


def _whole(found: Overview) -> Iterator[GaugeMetricFamily]:
    yield _gauge("shipper_up", "Whether the shipper lives; without it nothing is said of single stores.", found.alive)
    yield _gauge("copy_stores", "Stores on the list.", len(found.listed.stores))
    yield _gauge("copy_owners", "Independent owners that hold copies.", len(found.verdict.owners))
    yield _gauge("copy_owners_kept", "Whether the three-owner rule is kept.", found.verdict.kept)
    yield _gauge("copy_promises_broken", "Promises that are broken.", sum(not one.kept for one in found.promises))


def _of_lanes(found: Overview, now: int) -> Iterator[GaugeMetricFamily]:
    lanes = found.status.lanes if found.status else ()
    heads = {lane.name: max(0, now - lane.head_at) / 1000 for lane in lanes if lane.head_at}
    yield _by_store(
        "behind_seconds",
        "Age of the oldest commit that a store lacks.",
        {one.name: one.behind_ms / 1000 for one in lanes},
    )
    yield _by_store("backlog_bytes", "Bytes that wait for a store.", {one.name: one.backlog_bytes for one in lanes})
    yield _by_store("seq", "Newest segment that a store acknowledged.", {one.name: one.seq for one in lanes})
    yield _by_store("head_age_seconds", "Time since this host's last sign of life at a store.", heads)
    state = GaugeMetricFamily("perdure_copy_state", "How a store stands: 1 for its state.", labels=["store", "state"])
    for lane in lanes:
        state.add_metric([lane.name, lane.state], 1)
    yield state


def _by_store(name: str, about: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"perdure_copy_{name}", about, labels=["store"])
    for store, value in values.items():
        family.add_metric([store], value)
    return family


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"perdure_{name}", about, value=float(value))
