"""What one process holds: its lane of ids, its bus, its database, its ports."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from perdure.adapters.bus_postgres import PostgresBus
from perdure.adapters.bus_unix import UnixBus
from perdure.adapters.lanes import DiskLane, PostgresLane, claim_on_disk, claim_on_postgres
from perdure.continuity.service.durable import DurableDatabase
from perdure.kernel.bus import Bus, LocalBus
from perdure.kernel.clock import Clock, SystemClock
from perdure.kernel.db import Database
from perdure.kernel.db.postgres import PostgresDatabase
from perdure.kernel.db.sqlite import SqliteDatabase
from perdure.kernel.ids import IdSource
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.wiring.plugs import ports, shut_ports
from perdure.wiring.subscribers import registry


def run_folder(settings: Settings) -> Path:
    """Where locks and sockets of running processes live."""
    folder = settings.data / "run"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def runtime(
    settings: Settings, *, clock: Clock | None = None, local: bool = False, shut: bool = False
) -> Iterator[Runtime]:
    """The process's Runtime, closed at the end. ``local`` keeps the bus inside this process; ``shut``: no way out."""
    used_clock = clock or SystemClock()
    lane = _claim_lane(settings)
    ids = IdSource(used_clock, lane)
    bus: Bus = LocalBus() if local else _bus(settings)
    database = _database(settings, used_clock, ids, bus)
    try:
        filled = ports(settings, used_clock) | (shut_ports() if shut else {})
        yield Runtime(settings, used_clock, ids, database, bus, filled)
    finally:
        database.close()
        bus.close()
        lane.release()


def _claim_lane(settings: Settings) -> DiskLane | PostgresLane:
    if settings.database_url:
        return claim_on_postgres(settings.database_url)
    return claim_on_disk(run_folder(settings) / "lanes")


def _bus(settings: Settings) -> Bus:
    if settings.database_url:
        return PostgresBus(settings.database_url)
    return UnixBus(run_folder(settings) / "bus")


def _database(settings: Settings, clock: Clock, ids: IdSource, bus: Bus) -> Database:
    publish = registry().publish

    def wake() -> None:
        bus.publish("outbox")

    inner: Database
    if path := settings.sqlite_path:
        inner = SqliteDatabase(path, clock, ids, publish, wake)
    else:
        url, connections = settings.database_url, settings.database_connections
        inner = PostgresDatabase(url, clock, ids, publish, wake, connections=connections)
    return DurableDatabase(inner, settings.data, clock)
