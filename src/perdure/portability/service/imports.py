"""An archive comes in: sent in pieces if need be, checked whole, then taken over in the background, step by step."""

import asyncio
import re
import shutil
from pathlib import Path
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound, RateLimited, TooLarge, Unavailable
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.portability.events import ImportWanted
from perdure.portability.model import ImportRun, Report
from perdure.portability.queries import runs
from perdure.portability.service import spool
from perdure.portability.tables import import_run

_DAY_MS: Final = 86_400_000
_A_DAY: Final = 10
_STALE_MS: Final = 2 * 86_400_000
_RANGE: Final = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")
_OPEN: Final = frozenset({"receiving", "waiting", "running"})


def path_of(settings: Settings, account_id: int, run_id: int) -> Path:
    """Where an archive that comes in lies."""
    return spool.folder_of(settings, account_id) / f"import-{run_id}.zip"


def all_in(tx: Tx, owner: int) -> list[ImportRun]:
    """The owner's imports, newest first."""
    return [view_of(row) for row in runs.of(tx, owner)]


def one_in(tx: Tx, owner: int, run_id: int) -> ImportRun:
    """One of the owner's imports. Raises NotFound."""
    row = runs.one(tx, run_id)
    if row is None or row.account_id != owner:
        raise NotFound
    return view_of(row)


def view_of(row: Row) -> ImportRun:
    """A row as the rest of the program sees it."""
    plain = {name: getattr(row, name) for name in ImportRun.__struct_fields__ if name != "report"}
    return ImportRun(**plain, report=msgspec.json.decode(row.report_json, type=Report))


async def begin(rt: Runtime, owner: int, size: int, *, with_profile: bool) -> ImportRun:
    """Announce an archive of so many bytes. Raises Invalid, TooLarge, Conflict while another one comes in."""
    if size < 1:
        raise Invalid("Validation failed: size is the archive's length in bytes")
    if size > rt.settings.max_import_bytes:
        raise TooLarge(f"An archive may have {rt.settings.max_import_bytes // 1_048_576} MB here")
    return await rt.db.write("imports.begin", _begin_in, owner, size, with_profile)


def _begin_in(tx: Tx, owner: int, size: int, with_profile: bool) -> ImportRun:  # noqa: FBT001 - passed by write
    accounts.writer_in(tx, owner)
    known = all_in(tx, owner)
    if any(one.state in _OPEN for one in known):
        raise Conflict("An archive is coming in already: wait for it, or cancel it")
    if sum(one.created_at > tx.now - _DAY_MS for one in known) >= _A_DAY:
        raise RateLimited("Ten archives a day are enough", retry_after_s=3600)
    run_id = tx.new_id()
    tx.insert(
        import_run,
        id=run_id,
        account_id=owner,
        state="receiving",
        size=size,
        with_profile=with_profile,
        host="",
        username="",
        source_account_id="",
        signature="",
        made_at=None,
        lines=0,
        done=0,
        step="",
        position=0,
        report_json="{}",
        error="",
        created_at=tx.now,
        updated_at=tx.now,
        claimed_until=0,
    )
    return one_in(tx, owner, run_id)


def received(rt: Runtime, run: ImportRun) -> int:
    """How many bytes of an archive are here."""
    path = path_of(rt.settings, run.account_id, run.id)
    return path.stat().st_size if path.is_file() else 0


async def receive(rt: Runtime, owner: int, run_id: int, content_range: str, piece: bytes) -> int:
    """Append a piece of the archive; returns how many bytes are here now.

    Raises Conflict where the piece does not begin there: ask how far it is, and go on. Raises Invalid, NotFound.
    """
    run = await rt.db.read(one_in, owner, run_id)
    if run.state != "receiving":
        raise Conflict("This archive is complete")
    found = _RANGE.fullmatch(content_range.strip())
    if found is None or int(found[2]) - int(found[1]) + 1 != len(piece) or int(found[3]) != run.size:
        raise Invalid("Validation failed: Content-Range is bytes FIRST-LAST/SIZE, and fits the body")
    here = received(rt, run)
    if int(found[1]) != here:
        raise Conflict(f"{here} bytes are here: send the rest from there")
    await asyncio.to_thread(_append, path_of(rt.settings, owner, run_id), piece)
    return here + len(piece)


def _append(path: Path, piece: bytes) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(piece)
    except OSError as error:
        raise Unavailable(reason=str(error)) from error


async def take(rt: Runtime, owner: int, source: Path, *, with_profile: bool) -> ImportRun:
    """Take an archive that lies in a file here, and start. Raises what :func:`begin` and :func:`start` raise."""
    size = (await asyncio.to_thread(source.stat)).st_size
    run = await begin(rt, owner, size, with_profile=with_profile)
    target = path_of(rt.settings, owner, run.id)
    try:
        await asyncio.to_thread(_copy, source, target)
    except OSError as error:
        await cancel(rt, owner, run.id)
        raise Unavailable(reason=str(error)) from error
    return await start(rt, owner, run.id)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(source, target)


async def start(rt: Runtime, owner: int, run_id: int) -> ImportRun:
    """The archive is complete: the worker checks it and takes it over. Raises Conflict where bytes are missing."""
    run = await rt.db.read(one_in, owner, run_id)
    if run.state == "receiving" and received(rt, run) != run.size:
        raise Conflict(f"{received(rt, run)} of {run.size} bytes are here")
    return await rt.db.write("imports.start", _start_in, owner, run_id)


def _start_in(tx: Tx, owner: int, run_id: int) -> ImportRun:
    if one_in(tx, owner, run_id).state == "receiving":
        runs.change(tx, run_id, state="waiting")
        tx.emit(ImportWanted(run_id))
    return one_in(tx, owner, run_id)


async def cancel(rt: Runtime, owner: int, run_id: int) -> None:
    """Take no more of an archive; what came in stays. Raises NotFound."""
    await rt.db.write("imports.cancel", _cancel_in, owner, run_id)
    path_of(rt.settings, owner, run_id).unlink(missing_ok=True)


def _cancel_in(tx: Tx, owner: int, run_id: int) -> None:
    if one_in(tx, owner, run_id).state in _OPEN:
        runs.change(tx, run_id, state="failed", error="cancelled")


async def sweep(rt: Runtime) -> None:
    """The recurring job: forget archives that were announced and never came."""
    for row in await rt.db.read(runs.stale, rt.clock.now_ms() - _STALE_MS):
        await cancel(rt, row.account_id, row.id)


def fail_in(tx: Tx, run_id: int, error: str) -> None:
    """An archive that cannot come in, and why."""
    runs.change(tx, run_id, state="failed", error=error[:500], claimed_until=0)


def entity(rt: Runtime, run: ImportRun) -> dict[str, Any]:
    """An import as its owner sees it."""
    return msgspec.structs.asdict(run) | {"received": received(rt, run) if run.state == "receiving" else run.size}
