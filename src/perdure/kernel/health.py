"""How the site's own machinery does, as far as the database knows: its size, the outbox, the recurring jobs."""

from typing import Final

import msgspec
from sqlalchemy import bindparam, func, select

from perdure.kernel.db import Tx, sql
from perdure.kernel.outbox.tables import outbox_delivery as delivery
from perdure.kernel.schedule import job_run

_SQLITE_BYTES: Final = sql("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
_POSTGRES_BYTES: Final = sql("SELECT pg_database_size(current_database())")
_POSTGRES_VERSION: Final = sql("SELECT current_setting('server_version')")
_SQLITE_VERSION: Final = sql("SELECT sqlite_version()")
_DUE: Final = sql(
    select(func.count(), func.min(delivery.c.available_at)).where(
        delivery.c.dead_at.is_(None), delivery.c.available_at <= bindparam("now")
    )
)
_TROUBLE: Final = sql(
    select(delivery.c.subscriber, func.count(), func.count(delivery.c.dead_at))
    .where(delivery.c.attempts > 0)
    .group_by(delivery.c.subscriber)
    .order_by(delivery.c.subscriber)
)
_PROBE: Final = "health.probe"
_JOBS: Final = sql(
    select(job_run.c.name, job_run.c.finished_at, job_run.c.error)
    .where(job_run.c.name != _PROBE)
    .order_by(job_run.c.name)
)


class Health(msgspec.Struct, frozen=True):
    """Instants are in milliseconds since the epoch. ``trouble`` maps a subscriber to (failing, given up)."""

    engine: str
    version: str
    database_bytes: int
    due: int
    oldest_due_at: int | None
    trouble: dict[str, tuple[int, int]]
    worked_at: int | None
    failing_jobs: tuple[str, ...]

    @property
    def dead(self) -> int:
        """How many deliveries were given up and wait for a person."""
        return sum(dead for _failing, dead in self.trouble.values())


def health_in(tx: Tx) -> Health:
    """What the database knows of the site's health."""
    postgres = tx.engine == "postgresql"
    due, oldest = tx.first(_DUE, now=tx.now) or (0, None)
    jobs = tx.all(_JOBS)
    return Health(
        engine="PostgreSQL" if postgres else "SQLite",
        version=str(tx.scalar(_POSTGRES_VERSION if postgres else _SQLITE_VERSION)),
        database_bytes=int(tx.scalar(_POSTGRES_BYTES if postgres else _SQLITE_BYTES)),
        due=int(due),
        oldest_due_at=oldest,
        trouble={name: (int(failing), int(dead)) for name, failing, dead in tx.all(_TROUBLE)},
        worked_at=max((job.finished_at for job in jobs if job.finished_at is not None), default=None),
        failing_jobs=tuple(job.name for job in jobs if job.error is not None),
    )


def probe_in(tx: Tx) -> None:
    """Write something, to see that writing works. Raises Unavailable where storage refuses."""
    tx.upsert(job_run, ("name",), name=_PROBE, next_at=0, finished_at=tx.now, error=None)
