"""The worker takes an archive over: steps in a fixed order, a batch of lines at a time, each with its progress.

A batch and how far it got are one transaction, so that a run that was cut off goes on where it stopped.
"""

import asyncio
import tempfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec

from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Invalid, NotFound, Unavailable
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime
from perdure.portability.events import ImportWanted
from perdure.portability.model import ImportRun, Report
from perdure.portability.queries import runs
from perdure.portability.service import continuing, identity, imports, sites, steps
from perdure.portability.service.reading import ArchiveReader, Checked
from perdure.portability.service.steps import Step
from perdure.posts.service import publishing

_LEASE_MS: Final = 600_000
_BATCH: Final = 100
_PATIENCE_S: Final = 5.0
_running: set[asyncio.Task[None]] = set()
log = logger("portability")


async def bring_wanted(rt: Runtime, event: ImportWanted) -> None:
    """An archive waits: take it over. What takes longer runs on beside the outbox."""
    task = asyncio.create_task(_bring(rt, event.run_id))
    _running.add(task)
    task.add_done_callback(_running.discard)
    done, _ = await asyncio.wait({task}, timeout=_PATIENCE_S)
    for finished in done:
        finished.result()


async def bring_whole(rt: Runtime, event: ImportWanted) -> None:
    """Take an archive over and return when that is done: for the command line."""
    await _bring(rt, event.run_id)


async def bring_due(rt: Runtime) -> None:
    """The recurring job: go on with what a stopped worker left."""
    while (run_id := await rt.db.read(runs.due)) is not None:
        await _bring(rt, run_id)


async def _bring(rt: Runtime, run_id: int) -> None:
    if not await rt.db.write("imports.claim", runs.claim, run_id, rt.clock.now_ms() + _LEASE_MS):
        return
    run = imports.view_of(await rt.db.read(runs.one, run_id))
    path = imports.path_of(rt.settings, run.account_id, run.id)
    try:
        await _carry(rt, run, path)
    except Unavailable:
        raise  # the lease runs out, and it goes on
    except (AppError, OSError) as error:
        public = error.public if isinstance(error, AppError) else "The archive's file is gone: send it again"
        log.info("import_failed", run_id=run_id, error=repr(error))
        await rt.db.write("imports.failed", imports.fail_in, run_id, public)
    path.unlink(missing_ok=True)


async def _carry(rt: Runtime, run: ImportRun, path: Path) -> None:
    reader = await asyncio.to_thread(ArchiveReader, path)
    try:
        if not run.step:
            run = await _checked(rt, run, reader, await asyncio.to_thread(reader.check, rt.settings.max_import_bytes))
        with tempfile.TemporaryDirectory(prefix="perdure-import-") as folder:
            hand = steps.Hand(rt, run, reader, Path(folder))
            names = [step.name for step in steps.STEPS]
            for step in steps.STEPS[names.index(run.step) if run.step in names else 0 :]:
                await _step(hand, step, run.position if step.name == run.step else 0)
    finally:
        reader.close()
    await rt.db.write("imports.done", _done_in, publishing.limits_of(rt), run.id)


async def _checked(rt: Runtime, run: ImportRun, reader: ArchiveReader, checked: Checked) -> ImportRun:
    """The archive is whole: note whose it is and what its signature is worth."""
    signature = await sites.judge(rt, checked.manifest.host, checked.key)
    named = identity.in_archive(reader, checked)
    return await rt.db.write("imports.checked", _checked_in, run, checked, signature, named)


def _checked_in(tx: Tx, run: ImportRun, checked: Checked, signature: str, named: str) -> ImportRun:
    found = checked.manifest
    if not found.host or not found.username:
        raise Invalid("The manifest does not say whose archive this is")
    runs.change(
        tx,
        run.id,
        host=found.host.lower()[:253],
        username=found.username[:100],
        source_account_id=found.account_id[:64],
        made_at=found.made_at,
        signature=signature,
        lines=checked.lines,
        step=steps.STEPS[0].name,
    )
    noted = imports.one_in(tx, run.account_id, run.id)
    continuing.note_in(tx, noted, named)
    return noted


async def _step(hand: steps.Hand, step: Step, position: int) -> None:
    if step.needs_profile and not hand.run.with_profile:
        return
    if not hand.reader.has(step.file):
        return
    if step.whole is not None:
        body = await step.whole(hand)
        await hand.rt.db.write("imports.step", _whole_in, hand, step, body)
        return
    lines = hand.reader.lines(step.file, position)
    while batch := await asyncio.to_thread(lambda: list(islice(lines, _BATCH))):
        position += len(batch)
        assert step.batch is not None
        body = await step.batch(hand, batch)
        await hand.rt.db.write("imports.batch", _batch_in, hand, step, position, len(batch), body)


def _whole_in(tx: Tx, hand: steps.Hand, step: Step, body: Callable[[Tx, Report], None]) -> None:
    _batch_in(tx, hand, step, 0, 0, body)


def _batch_in(
    tx: Tx, hand: steps.Hand, step: Step, position: int, lines: int, body: Callable[[Tx, Report], None]
) -> None:
    now = imports.one_in(tx, hand.run.account_id, hand.run.id)
    if now.state != "running":
        raise Invalid("cancelled")
    body(tx, now.report)
    text = msgspec.json.encode(now.report).decode()
    values: dict[str, Any] = {"step": step.name, "position": position, "done": now.done + lines, "report_json": text}
    runs.change(tx, now.id, claimed_until=tx.now + _LEASE_MS, **values)


def _done_in(tx: Tx, limits: publishing.Limits, run_id: int) -> None:
    row = runs.one(tx, run_id)
    if row is None:
        raise NotFound
    continuing.put_in_force_in(tx, limits, imports.view_of(row))
    runs.change(tx, run_id, state="done", step="", position=0, done=row.lines, claimed_until=0)
