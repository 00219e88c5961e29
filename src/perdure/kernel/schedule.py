"""Recurring work: each job runs on one worker at a time, at its interval, also across restarts."""

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from sqlalchemy import bindparam, update

from perdure.kernel.db import Column, Millis, Row, Table, Text, Tx, metadata, sql
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime

job_run = Table(
    "job_run",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next_at", Millis, nullable=False),
    Column("finished_at", Millis),
    Column("error", Text),
)

_LEASE_MS: Final = 300_000
_TAKE = sql(
    update(job_run)
    .where(job_run.c.name == bindparam("job"), job_run.c.next_at <= bindparam("now"))
    .values(next_at=bindparam("until"))
)
log = logger("jobs")


class Job(msgspec.Struct, frozen=True):
    """Something to do every ``every_s`` seconds. ``run`` must be safe to repeat."""

    name: str
    every_s: float
    run: Callable[[Runtime], Awaitable[None]]


async def run_due(rt: Runtime, jobs: list[Job]) -> int:
    """Run every job whose time has come and that nobody else is running; returns how many ran."""
    ran = 0
    for job in jobs:
        if await rt.db.read(_is_due, job.name) and await rt.db.write("jobs.take", _take_in, job.name):
            await _run(rt, job)
            ran += 1
    return ran


_RUNS = sql("SELECT name, next_at, finished_at, error FROM job_run ORDER BY name")
_NEXT = sql("SELECT next_at FROM job_run WHERE name = :name")


def _is_due(tx: Tx, name: str) -> bool:
    next_at = tx.scalar(_NEXT, name=name)
    return next_at is None or bool(next_at <= tx.now)


def _take_in(tx: Tx, name: str) -> bool:
    tx.insert_new(job_run, name=name, next_at=0)
    return tx.run(_TAKE, job=name, now=tx.now, until=tx.now + _LEASE_MS) == 1


def runs(tx: Tx) -> list[Row]:
    """Every job that ever ran: name, next_at, finished_at, error."""
    return tx.all(_RUNS)


async def _run(rt: Runtime, job: Job) -> None:
    error: str | None = None
    try:
        await job.run(rt)
    except Exception as failure:  # noqa: BLE001 - a failed job is noted and tried again at its next time
        error = repr(failure)[:2000]
        log.warning("job_failed", job=job.name, error=error)
    await rt.db.write("jobs.done", _done_in, job.name, int(job.every_s * 1000), error)


def _done_in(tx: Tx, name: str, every_ms: int, error: str | None) -> None:
    tx.update(job_run, {"name": name}, next_at=tx.now + every_ms, finished_at=tx.now, error=error)
