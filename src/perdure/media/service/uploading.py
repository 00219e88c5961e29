"""From bytes somebody sent to a file that is safe to serve."""

import asyncio
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.events import AccountDeleted
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Invalid, NotFound, RateLimited, TooLarge
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime
from perdure.media import queries
from perdure.media.events import MediaUploaded
from perdure.media.model import Change, Facts, MediaView, Picture
from perdure.media.ports import MediaProcessor, ObjectStore, Shape
from perdure.media.rules import kinds
from perdure.media.service import copying, recalling
from perdure.media.service.confirming import confirmed
from perdure.media.service.keeping import check_description, own_in
from perdure.media.tables import media

_CLAIM_MS: Final = 900_000
# A delivery waits so long for a file, then leaves it to run on, so that one film does not hold up the outbox.
_PATIENCE_S: Final = 5.0
# Decoding costs: so many files of one person in half an hour.
_MOST: Final = 60
_WINDOW_MS: Final = 1_800_000
_running: set[asyncio.Task[None]] = set()
log = logger("media")


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="perdure-media-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def _head(source: Path) -> bytes:
    with source.open("rb") as file:
        return file.read(kinds.HEAD_BYTES)


async def checked_type(rt: Runtime, source: Path) -> str:
    """What a file is, if it is accepted here. Raises Invalid, TooLarge."""
    mime = kinds.sniff(await asyncio.to_thread(_head, source))
    if mime is None:
        raise Invalid(kinds.INVALID)
    size = (await asyncio.to_thread(source.stat)).st_size
    most = rt.settings.max_image_bytes if mime in kinds.IMAGES else rt.settings.max_video_bytes
    if size > most:
        raise TooLarge(f"Validation failed: File size must be less than {most // 1_048_576} MB")
    if not rt.port(MediaProcessor).handles(mime):
        raise Invalid("Validation failed: This site does not take video or audio: it has no ffmpeg")
    return mime


async def upload(
    rt: Runtime, owner_id: int, source: Path, change: Change, *, wait: bool, made_at: int | None = None
) -> MediaView:
    """Take a file. A picture is ready when this returns; film and sound only with ``wait``, else soon afterwards.

    Where there are stores in other hands it returns when one of them has the file, or after five seconds all the same.
    Raises Invalid for a file that cannot be read or is of no accepted kind, TooLarge, and RateLimited for somebody
    who sent very many lately, through whichever door. Forbidden for an account that is frozen. ``made_at`` is when a
    file of an archive was first sent: such files are not counted, the import has limits of its own.
    """
    check_description(change.description)
    await rt.db.read(accounts.may_write_in, owner_id)
    if made_at is None and not rt.settings.peer_test:
        await rt.db.read(_check_often_in, owner_id)
    mime = await checked_type(rt, source)
    if wait or mime in kinds.IMAGES:
        with _folder() as folder:
            facts = await rt.port(MediaProcessor).process(source, mime, folder, "media")
            keys = await _keep(rt, folder, facts)
        view = await rt.db.write("media.add", _add_ready_in, owner_id, facts, keys, change, made_at)
        if made_at is None:
            await confirmed(rt, keys)
        return view
    key = _new_key("bin")
    await rt.port(ObjectStore).put(key, source, "application/octet-stream")
    view = await rt.db.write("media.add", _add_waiting_in, owner_id, mime, key, change)
    await confirmed(rt, [key])
    return view


def _check_often_in(tx: Tx, owner_id: int) -> None:
    at = queries.nth_newest_at(tx, owner_id, _MOST)
    if at is not None and at > tx.now - _WINDOW_MS:
        raise RateLimited(retry_after_s=(at + _WINDOW_MS - tx.now) // 1000 + 1)


def _new_key(ending: str) -> str:
    """A name that nobody can guess: whoever knows it may fetch the file, whatever post shows it."""
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name[2:]}.{ending}"


async def _keep(rt: Runtime, folder: Path, facts: Facts) -> tuple[str, str | None]:
    store = rt.port(ObjectStore)
    key = _new_key(kinds.extension(facts.mime))
    await store.put(key, folder / facts.file, facts.mime)
    if facts.preview is None or facts.preview_mime is None:
        return key, None
    preview = _new_key(kinds.extension(facts.preview_mime))
    await store.put(preview, folder / facts.preview, facts.preview_mime)
    return key, preview


def _meta(facts_meta: dict[str, Any], change: Change) -> str:
    meta = dict(facts_meta)
    if change.focus is not None:
        meta["focus"] = {"x": change.focus[0], "y": change.focus[1]}
    return msgspec.json.encode(meta).decode()


def _insert(tx: Tx, owner_id: int, change: Change, made_at: int | None = None, **values: Any) -> MediaView:
    media_id = tx.new_id()
    tx.insert(
        media,
        id=media_id,
        account_id=owner_id,
        post_id=None,
        position=0,
        description=(change.description or "").strip() or None,
        created_at=tx.now if made_at is None else made_at,
        loose_since=tx.now,
        claimed_until=0,
        **values,
    )
    copying.begin_in(tx, (values["source_key"], values["file_key"], values["preview_key"]))
    return own_in(tx, owner_id, media_id)


def _ready(facts: Facts, keys: tuple[str, str | None]) -> dict[str, Any]:
    return {
        "kind": facts.kind,
        "state": "ready",
        "source_key": None,
        "file_key": keys[0],
        "preview_key": keys[1],
        "mime": facts.mime,
        "blurhash": facts.blurhash,
        "sent_sha256": facts.sent_sha256 or None,
        "file_sha256": facts.file_sha256 or None,
        "looks": facts.looks or None,
    }


@accounts.by_member
def _add_ready_in(
    tx: Tx, owner_id: int, facts: Facts, keys: tuple[str, str | None], change: Change, made_at: int | None = None
) -> MediaView:
    return _insert(tx, owner_id, change, made_at, meta=_meta(facts.meta, change), **_ready(facts, keys))


@accounts.by_member
def _add_waiting_in(tx: Tx, owner_id: int, mime: str, key: str, change: Change) -> MediaView:
    view = _insert(
        tx,
        owner_id,
        change,
        kind="audio" if mime in kinds.AUDIO else "video",
        state="waiting",
        source_key=key,
        file_key=None,
        preview_key=None,
        mime=mime,
        meta=_meta({}, change),
        blurhash=None,
    )
    tx.emit(MediaUploaded(view.id))
    return view


async def process_uploaded(rt: Runtime, event: MediaUploaded) -> None:
    """Process a film or sound in the background."""
    await _start(rt, event.media_id)


async def resume(rt: Runtime) -> None:
    """The recurring job: take up what a stopped worker left."""
    for media_id in await rt.db.read(queries.stuck):
        await _start(rt, media_id)


async def _start(rt: Runtime, media_id: int) -> None:
    task = asyncio.create_task(_process(rt, media_id))
    _running.add(task)
    task.add_done_callback(_running.discard)
    done, _ = await asyncio.wait({task}, timeout=_PATIENCE_S)
    for finished in done:
        finished.result()


async def _process(rt: Runtime, media_id: int) -> None:
    row = await rt.db.write("media.claim", _claim_in, media_id)
    if row is None:
        return
    store = rt.port(ObjectStore)
    with _folder() as folder:
        source = folder / "source"
        try:
            await recalling.fetch(rt, row.source_key, source)
            facts = await rt.port(MediaProcessor).process(source, row.mime, folder, "media")
        except (Invalid, NotFound) as error:
            log.info("media_failed", media_id=media_id, reason=error.public)
            await rt.db.write("media.failed", _failed_in, media_id, row.source_key)
        else:
            keys = await _keep(rt, folder, facts)
            for key in await rt.db.write("media.ready", _ready_in, media_id, facts, keys):
                await store.delete(key)
    await store.delete(row.source_key)


def _claim_in(tx: Tx, media_id: int) -> Row | None:
    if not queries.claim(tx, media_id, tx.now + _CLAIM_MS):
        return None
    return queries.by_id(tx, [media_id])[0]


def _failed_in(tx: Tx, media_id: int, source_key: str) -> None:
    tx.update(media, {"id": media_id}, state="failed", source_key=None)
    copying.forget_in(tx, [source_key])


def _ready_in(tx: Tx, media_id: int, facts: Facts, keys: tuple[str, str | None]) -> list[str]:
    """Store what came out; returns the keys that nobody needs.

    The owner may have deleted the file meanwhile, or have given it a thumbnail of their own, which stays.
    """
    rows = queries.by_id(tx, [media_id])
    if not rows:
        return [key for key in keys if key is not None]
    row = rows[0]
    copying.forget_in(tx, [row.source_key])
    meta = {**facts.meta, **msgspec.json.decode(row.meta)}
    values = _ready(facts, keys) | (
        {"preview_key": row.preview_key, "blurhash": row.blurhash} if row.preview_key else {}
    )
    tx.update(media, {"id": media_id}, meta=msgspec.json.encode(meta).decode(), **values)
    copying.begin_in(tx, (keys[0], values["preview_key"]))
    return [keys[1]] if row.preview_key and keys[1] else []


async def replace_preview(rt: Runtime, owner_id: int, media_id: int, source: Path) -> None:
    """Give a file another thumbnail, until a post shows it. Raises NotFound, Invalid."""
    view = await rt.db.read(own_in, owner_id, media_id)
    if view.post_id is not None:
        raise NotFound
    key, facts = await _picture(rt, source, "preview")
    old = await rt.db.write("media.preview", _preview_in, owner_id, media_id, key, facts)
    if old is not None:
        await rt.port(ObjectStore).delete(old)


@accounts.by_member
def _preview_in(tx: Tx, owner_id: int, media_id: int, key: str, facts: Facts) -> str | None:
    view = own_in(tx, owner_id, media_id)
    meta = msgspec.json.encode({**view.meta, "small": facts.meta["original"]}).decode()
    tx.update(media, {"id": media_id}, preview_key=key, meta=meta, blurhash=facts.blurhash)
    copying.forget_in(tx, [view.preview_key])
    copying.begin_in(tx, [key])
    return view.preview_key


async def make_picture(rt: Runtime, source: Path, shape: Shape) -> str:
    """Make a profile picture (``avatar`` or ``header``) and return its key. Raises Invalid, TooLarge."""
    key, _facts = await _picture(rt, source, shape)
    await rt.db.write("media.copy", copying.begin_in, [key])
    return key


async def make_preview(rt: Runtime, source: Path) -> Picture:
    """Make a small picture of one that another site shows. Raises Invalid, TooLarge."""
    key, facts = await _picture(rt, source, "preview")
    await rt.db.write("media.copy", copying.begin_in, [key])
    size = facts.meta["original"]
    return Picture(key, size["width"], size["height"], facts.blurhash)


async def forget_picture(rt: Runtime, key: str | None) -> None:
    """Delete a picture that was replaced."""
    if key is not None:
        await rt.db.write("media.uncopy", copying.forget_in, [key])
        await rt.port(ObjectStore).delete(key)


async def forget_account_pictures(rt: Runtime, event: AccountDeleted) -> None:
    """Delete the profile pictures of an account that was erased."""
    for key in event.pictures:
        await forget_picture(rt, key)


async def _picture(rt: Runtime, source: Path, shape: Shape) -> tuple[str, Facts]:
    mime = await checked_type(rt, source)
    if mime not in kinds.IMAGES:
        raise Invalid(kinds.INVALID)
    with _folder() as folder:
        facts = await rt.port(MediaProcessor).process(source, mime, folder, shape)
        key = _new_key(kinds.extension(facts.mime))
        await rt.port(ObjectStore).put(key, folder / facts.file, facts.mime)
    return key, facts
