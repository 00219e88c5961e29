"""A member's archive: asked for at any time, made in the background of this process, fetched in pieces if need be.

Nothing is written to the database, so this also works for whoever is suspended and while the site only reads.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.events import AccountDeleted
from perdure.graph.service import porting
from perdure.kernel.errors import AppError, Conflict, NotFound, RateLimited, Unavailable
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime
from perdure.media.ports import ObjectStore
from perdure.media.service import recalling
from perdure.portability.model import IDENTITY, KIND, MANIFEST, Export, Manifest
from perdure.portability.ports import Signer
from perdure.portability.service import collecting, identity, spool
from perdure.portability.service.writing import ArchiveWriter
from perdure.posts.service import porting as posts_porting
from perdure.posts.service import publishing

AT_ONCE: Final = 2
"""Archives that one process makes at a time; others wait for their turn."""
_WAITING: Final = 20
_FRESH_MS: Final = 300_000
_PIECE: Final = 1_048_576
_running: dict[tuple[Path, int], "asyncio.Task[None]"] = {}
log = logger("exports")
# Names that Mastodon gives these files.
CSV: Final = {
    "follows": "following_accounts.csv",
    "blocks": "blocked_accounts.csv",
    "mutes": "muted_accounts.csv",
    "lists": "lists.csv",
    "domains": "blocked_domains.csv",
    "bookmarks": "bookmarks.csv",
}


def all_of(rt: Runtime, account_id: int) -> list[Export]:
    """A member's archives, newest first."""
    return spool.all_of(spool.folder_of(rt.settings, account_id), rt.clock.now_ms())


def one(rt: Runtime, account_id: int, export_id: str) -> Export:
    """One of a member's archives. Raises NotFound."""
    return spool.read(spool.folder_of(rt.settings, account_id), export_id, rt.clock.now_ms())


def file_of(rt: Runtime, account_id: int, export_id: str) -> tuple[Export, Path]:
    """A finished archive and its file. Raises NotFound, Conflict for one that is not finished."""
    found = one(rt, account_id, export_id)
    if found.state != "ready":
        raise Conflict("The archive is not ready")
    path = spool.archive(spool.folder_of(rt.settings, account_id), export_id)
    if not path.is_file():
        raise NotFound
    return found, path


def start(rt: Runtime, account_id: int) -> Export:
    """Begin an archive and return at once; one that is in the making, or five minutes old, is returned as it is.

    Older ones of the member go. Raises RateLimited where very many wait, Unavailable where the disk refuses.
    """
    folder, now = spool.folder_of(rt.settings, account_id), rt.clock.now_ms()
    known = spool.all_of(folder, now)
    for export in known:
        if export.state == "preparing" or (export.state == "ready" and export.started_at > now - _FRESH_MS):
            return export
    if len(_running) >= _WAITING:
        raise RateLimited("Many archives are being made. Try again in a few minutes.", retry_after_s=300)
    for export in known:
        spool.remove(folder, export.id)
    made = Export(id=secrets.token_hex(8), state="preparing", started_at=now, updated_at=now)
    spool.write(folder, made)
    key = (folder, account_id)
    task = asyncio.get_running_loop().create_task(_make(rt, account_id, made))
    _running[key] = task
    task.add_done_callback(lambda _task: _running.pop(key, None))
    return made


async def finish(rt: Runtime, account_id: int) -> None:
    """Wait until this process has made the member's archive, if it is making one."""
    task = _running.get((spool.folder_of(rt.settings, account_id), account_id))
    if task is not None:
        await asyncio.wait({task})


def remove(rt: Runtime, account_id: int, export_id: str) -> None:
    """Let go of an archive. Raises NotFound, Conflict while it is being made."""
    if one(rt, account_id, export_id).state == "preparing":
        raise Conflict("The archive is being made")
    spool.remove(spool.folder_of(rt.settings, account_id), export_id)


async def forget(rt: Runtime, event: AccountDeleted) -> None:
    """Let go of the archives of an account that was erased."""
    await asyncio.to_thread(spool.forget, rt.settings, event.account_id)


async def _turn(rt: Runtime, account_id: int, progress: "_Progress") -> None:
    """Wait until fewer than ``AT_ONCE`` of those that began earlier are in the making."""
    mine = (spool.folder_of(rt.settings, account_id), account_id)
    while list(_running).index(mine) >= AT_ONCE:
        progress.beat()
        await asyncio.sleep(0.5)


async def _make(rt: Runtime, account_id: int, made: Export) -> None:
    folder = spool.folder_of(rt.settings, account_id)
    part = folder / f"{made.id}.zip.part"
    progress = _Progress(rt, folder, made)
    try:
        await _turn(rt, account_id, progress)
        await write(rt, account_id, part, progress.say)
        digest = await asyncio.to_thread(_digest, part)
        size = part.stat().st_size
        part.replace(spool.archive(folder, made.id))
        progress.end(state="ready", step="", size=size, sha256=digest)
    except (AppError, OSError) as error:
        log.warning("export_failed", account_id=account_id, error=repr(error))
        part.unlink(missing_ok=True)
        progress.end(state="failed", error="storage" if isinstance(error, OSError) else error.kind)
    except Exception as error:
        log.error("export_failed", account_id=account_id, error=repr(error))
        part.unlink(missing_ok=True)
        progress.end(state="failed", error="fault")
        raise


class _Progress:
    """Keeps the state file in step."""

    def __init__(self, rt: Runtime, folder: Path, made: Export) -> None:
        self._rt = rt
        self._folder = folder
        self._now = made

    def say(self, step: str, more: int) -> None:
        self._keep(step=step, done=self._now.done + more)

    def beat(self) -> None:
        self._keep()

    def end(self, **values: Any) -> None:
        try:
            self._keep(**values)
        except Unavailable as error:
            log.warning("export_state_lost", reason=error.data)  # it reads as interrupted, soon

    def _keep(self, **values: Any) -> None:
        self._now = msgspec.structs.replace(self._now, updated_at=self._rt.clock.now_ms(), **values)
        spool.write(self._folder, self._now)


async def write(rt: Runtime, account_id: int, path: Path, say: Callable[[str, int], None]) -> None:
    """Write a member's archive into a file; ``say`` is told the file in hand and how many lines were added.

    Raises NotFound for an account that is not there.
    """
    view = await rt.db.read_long(accounts.view_in, account_id)
    archive = await asyncio.to_thread(ArchiveWriter, path)
    try:
        for name, fetches in collecting.streams(rt, account_id).items():
            await _lines(rt, archive, name, fetches, say)
        left_out = await _media(rt, archive, account_id, say)
        pictures = [
            await _picture(rt, archive, name, key)
            for name, key in (("avatar", view.avatar_key), ("header", view.header_key))
        ]
        await _documents(rt, archive, account_id, pictures)
        await _tables(rt, archive, account_id)
        with suppress(NotFound, Unavailable):
            await asyncio.to_thread(archive.document, IDENTITY, await identity.document(rt, account_id))
        manifest = Manifest(
            host=rt.settings.domain,
            base_url=rt.settings.base_url,
            account_id=str(account_id),
            username=view.username,
            made_at=rt.clock.now_ms(),
            files=tuple(archive.files),
            left_out=tuple(left_out),
        )
        await asyncio.to_thread(archive.document, MANIFEST, _signed(rt, manifest))
    finally:
        await asyncio.to_thread(archive.__exit__, None, None, None)


def _signed(rt: Runtime, manifest: Manifest) -> bytes:
    """The signed manifest; a site that has ended and destroyed its key still lets people go, unsigned."""
    try:
        return rt.port(Signer).sign(KIND, manifest)
    except Unavailable:
        return msgspec.json.encode({"document": manifest})


async def _lines(
    rt: Runtime,
    archive: ArchiveWriter,
    name: str,
    fetches: tuple[collecting.Fetch, ...],
    say: Callable[[str, int], None],
) -> None:
    entry = archive.open(name)
    try:
        for fetch in fetches:
            async for page in collecting.lines(rt, fetch):
                await asyncio.to_thread(entry.lines, page)
                say(name, len(page))
    finally:
        entry.close()


async def _media(rt: Runtime, archive: ArchiveWriter, account_id: int, say: Callable[[str, int], None]) -> list[str]:
    """The files that posts show, and what is known of each; returns the names of those whose bytes are gone."""
    entries, gone = [], []
    async for view in collecting.files(rt, account_id):
        name = f"media/{view.id}.{view.file_key.rpartition('.')[2]}" if view.file_key else ""
        if view.file_key and not await _copy(rt, archive, name, view.file_key):
            gone.append(name)
            name = ""
        entries.append(collecting.media_entry(view, name))
        say("media", 1)
    entry = archive.open("media.jsonl")
    try:
        await asyncio.to_thread(entry.lines, entries)
    finally:
        entry.close()
    return gone


async def _picture(rt: Runtime, archive: ArchiveWriter, name: str, key: str | None) -> str:
    if key is None:
        return ""
    named = f"media/{name}.{key.rpartition('.')[2]}"
    return named if await _copy(rt, archive, named, key) else ""


async def _copy(rt: Runtime, archive: ArchiveWriter, name: str, key: str) -> bool:
    """Copy a stored file; tells whether it was there."""
    store = rt.port(ObjectStore)
    try:
        size = await recalling.size(rt, key, wait_s=60)
    except (NotFound, Unavailable):
        return False
    entry = archive.open(name, packed=False)
    try:
        async for piece in store.chunks(key, 0, size):
            await asyncio.to_thread(entry.write, piece)
    finally:
        entry.close()
    return True


async def _documents(rt: Runtime, archive: ArchiveWriter, account_id: int, pictures: list[str]) -> None:
    domain, limits = rt.settings.domain, publishing.limits_of(rt)
    found = {
        "profile.json": await rt.db.read_long(collecting.profile_in, account_id, *pictures),
        "preferences.json": await rt.db.read_long(collecting.preferences_in, account_id, domain),
        "lists.json": await rt.db.read_long(collecting.lists_in, account_id, domain),
        "filters.json": await rt.db.read_long(collecting.filters_in, account_id, limits),
        "scheduled.json": await rt.db.read_long(collecting.scheduled_in, account_id),
        "strikes.json": await rt.db.read_long(collecting.strikes_in, account_id),
    }
    for name, content in found.items():
        await asyncio.to_thread(archive.document, name, content)


async def _tables(rt: Runtime, archive: ArchiveWriter, account_id: int) -> None:
    for kind, name in CSV.items():
        if kind == "bookmarks":
            text = await posts_porting.export_bookmarks(rt, account_id)
        else:
            text = await porting.export_csv(rt, account_id, kind)
        await asyncio.to_thread(archive.document, f"csv/{name}", text.encode())


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()
