"""Recurring work: each job runs on one worker at a time, at its interval, also across restarts."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, or_, update

from perdure.kernel.db import Column, Millis, Row, Table, Text, Tx, metadata, sql
from perdure.kernel.errors import Unavailable
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime

job_run = Table(
    "job_run",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next_at", Millis, nullable=False),
    Column("finished_at", Millis),
    Column("error", Text),
    info={"derived": "when a job is due: all are due after a restore, and each may be repeated"},
)

_LEASE_MS: Final = 300_000
_BATCHES: Final = 200
_PATIENCE_S: Final = 5.0
_TAKE = sql(
    update(job_run)
    .where(
        job_run.c.name == bindparam("job"),
        or_(job_run.c.next_at <= bindparam("now"), job_run.c.next_at > bindparam("latest")),
    )
    .values(next_at=bindparam("until"))
)
_RUNS = sql("SELECT name, next_at, finished_at, error FROM job_run WHERE name <> 'health.probe' ORDER BY name")
_NEXT = sql("SELECT next_at FROM job_run WHERE name = :name")
log = logger("jobs")


class Job(msgspec.Struct, frozen=True):
    """Something to do every ``every_s`` seconds. ``run`` must be safe to repeat."""

    name: str
    every_s: float
    run: Callable[[Runtime], Awaitable[None]]

    @property
    def longest_ms(self) -> int:
        """The longest wait that can have been stored; more means that the clock was set back."""
        return 2 * max(int(self.every_s * 1000), _LEASE_MS)


class Runner:
    """Runs jobs in their order, each waiting a little for the one before; one that takes long runs on beside them."""

    def __init__(self, rt: Runtime, jobs: Sequence[Job]) -> None:
        self._rt = rt
        self._jobs = jobs
        self._running: dict[str, asyncio.Task[None]] = {}

    async def start_due(self) -> int:
        """Start every job whose time has come and that nobody is running; returns how many. Raises Unavailable."""
        started = 0
        for job in self._jobs:
            if job.name in self._running or not await self._take(job):
                continue
            task = asyncio.create_task(_run(self._rt, job))
            self._running[job.name] = task
            task.add_done_callback(partial(self._ended, job.name))
            started += 1
            await asyncio.wait({task}, timeout=_PATIENCE_S)
        return started

    async def finish(self, seconds: float | None = None) -> None:
        """Wait for the jobs that are running; what takes longer than ``seconds`` is left to its lease."""
        if self._running:
            _, late = await asyncio.wait(self._running.values(), timeout=seconds)
            for task in late:
                task.cancel()

    def _ended(self, name: str, _task: "asyncio.Task[None]") -> None:
        del self._running[name]

    async def _take(self, job: Job) -> bool:
        if not await self._rt.db.read(_is_due, job):
            return False
        return await self._rt.db.write("jobs.take", _take_in, job)


async def in_batches(rt: Runtime, name: str, body: Callable[..., int], *args: Any, batch: int = 500) -> int:
    """Repeat ``body(tx, *args, batch)``, a transaction each, until it does less than a batch; returns what it did.

    Between two batches others write. What is left after two hundred waits for the job's next time.
    """
    total = 0
    for _ in range(_BATCHES):
        done = await rt.db.write(name, body, *args, batch)
        total += done
        if done < batch:
            break
    return total


async def run_due(rt: Runtime, jobs: Sequence[Job]) -> int:
    """Run every job whose time has come, to its end; returns how many ran."""
    runner = Runner(rt, jobs)
    started = await runner.start_due()
    await runner.finish()
    return started


def _is_due(tx: Tx, job: Job) -> bool:
    next_at = tx.scalar(_NEXT, name=job.name)
    return next_at is None or not tx.now < next_at <= tx.now + job.longest_ms


def _take_in(tx: Tx, job: Job) -> bool:
    tx.insert_new(job_run, name=job.name, next_at=0)
    return tx.run(_TAKE, job=job.name, now=tx.now, latest=tx.now + job.longest_ms, until=tx.now + _LEASE_MS) == 1


def touch_in(tx: Tx, name: str) -> None:
    """Write that something was done now: also a way to see whether writing works."""
    tx.upsert(job_run, ("name",), name=name, next_at=tx.now, finished_at=tx.now, error=None)


def runs(tx: Tx) -> list[Row]:
    """Every job that ever ran: name, next_at, finished_at, error."""
    return tx.all(_RUNS)


async def _run(rt: Runtime, job: Job) -> None:
    error: str | None = None
    try:
        await job.run(rt)
    except Exception as failure:  # noqa: BLE001 - a failed job is noted and tried again at its next time
        error = repr(failure).replace("\0", "")[:2000]
        log.warning("job_failed", job=job.name, error=error)
    try:
        await rt.db.write("jobs.done", _done_in, job.name, int(job.every_s * 1000), error)
    except Unavailable as refused:
        log.warning("storage_unavailable", job=job.name, **refused.data)  # its lease runs out, and it runs again


def _done_in(tx: Tx, name: str, every_ms: int, error: str | None) -> None:
    tx.update(job_run, {"name": name}, next_at=tx.now + every_ms, finished_at=tx.now, error=error)
