"""Which file belongs to whom and to which post."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.kernel.runtime import Runtime
from perdure.media import queries
from perdure.media.events import FileErased
from perdure.media.model import Change, MediaView, Print
from perdure.media.ports import ObjectStore
from perdure.media.rules.kinds import DESCRIPTION_MAX
from perdure.media.rules.looks import unpacked
from perdure.media.service import copying
from perdure.media.tables import media

KEEP_LOOSE_MS: Final = 86_400_000
_BATCH: Final = 100


def view_of(row: Row) -> MediaView:
    """A row as the rest of the program sees it."""
    return MediaView(
        id=row.id,
        account_id=row.account_id,
        post_id=row.post_id,
        kind=row.kind,
        state=row.state,
        mime=row.mime,
        file_key=row.file_key,
        preview_key=row.preview_key,
        meta=msgspec.json.decode(row.meta),
        blurhash=row.blurhash,
        description=row.description,
        created_at=row.created_at,
    )


def views_in(tx: Tx, ids: Sequence[int]) -> list[MediaView]:
    """Files in the order asked; unknown ids are left out. Whether a viewer may see them is the caller's question."""
    found = {row.id: row for row in queries.by_id(tx, list(ids))} if ids else {}
    return [view_of(found[media_id]) for media_id in ids if media_id in found]


def views_of_posts_in(tx: Tx, post_ids: Sequence[int]) -> dict[int, tuple[MediaView, ...]]:
    """What each post shows, in its order; posts that show nothing are left out."""
    found: dict[int, list[MediaView]] = {}
    for row in queries.of_posts(tx, list(post_ids)):
        found.setdefault(row.post_id, []).append(view_of(row))
    return {post_id: tuple(views) for post_id, views in found.items()}


def shown_by_in(tx: Tx, account_id: int, after: int, most: int) -> list[MediaView]:
    """An account's files that its posts show, oldest first; what staff withholds has no keys."""
    views = [view_of(row) for row in queries.shown_by(tx, account_id, after, most)]
    return [
        msgspec.structs.replace(view, file_key=None, preview_key=None)
        if view.file_key and queries.withheld(tx, view.file_key)
        else view
        for view in views
    ]


def prints_of_posts_in(tx: Tx, post_ids: Sequence[int]) -> list[Print]:
    """What the files that posts show are recognised by."""
    return [_print_of(row) for row in queries.prints_of_posts(tx, list(post_ids))]


def prints_in(tx: Tx, ids: Sequence[int]) -> list[Print]:
    """What files are recognised by."""
    return [_print_of(row) for row in queries.by_id(tx, list(ids))]


def prints_with_bytes_in(tx: Tx, sha256: Sequence[str]) -> list[Print]:
    """Files with these very bytes, whoever sent them."""
    return [_print_of(row) for row in queries.prints_with_bytes(tx, list(sha256))]


def whole_looks_in(tx: Tx, after: int, most: int) -> list[tuple[int, int]]:
    """(id, look) of every picture with an id above ``after``, oldest first: to go through all of them in pages."""
    return [(row.id, int(row.look, 16)) for row in queries.whole_looks(tx, after, most)]


def _print_of(row: Row) -> Print:
    hashes = tuple(text for text in (row.sent_sha256, row.file_sha256) if text)
    return Print(row.id, row.account_id, row.post_id, hashes, unpacked(row.looks or ""))


def own_in(tx: Tx, owner_id: int, media_id: int) -> MediaView:
    """A file of one's own. Raises NotFound for anybody else's."""
    for view in views_in(tx, [media_id]):
        if view.account_id == owner_id:
            return view
    raise NotFound


def check_description(text: str | None) -> None:
    """Raise Invalid for a description that is too long."""
    if text is not None and len(text) > DESCRIPTION_MAX:
        fault = f"is too long (maximum is {DESCRIPTION_MAX} characters)"
        raise Invalid(f"Validation failed: Description {fault}", {"description": [("ERR_TOO_LONG", fault)]})


@accounts.by_member
def change_in(tx: Tx, owner_id: int, media_id: int, change: Change) -> MediaView:
    """Describe a file or move its focal point, until a post shows it. Raises NotFound, Invalid."""
    view = own_in(tx, owner_id, media_id)
    if view.post_id is not None:
        raise NotFound
    _apply(tx, view, change)
    return own_in(tx, owner_id, media_id)


def _apply(tx: Tx, view: MediaView, change: Change) -> None:
    check_description(change.description)
    values: dict[str, Any] = {}
    if change.description is not None:
        values["description"] = change.description.strip() or None
    if change.focus is not None:
        meta = {**view.meta, "focus": {"x": change.focus[0], "y": change.focus[1]}}
        values["meta"] = msgspec.json.encode(meta).decode()
    if values:
        tx.update(media, {"id": view.id}, **values)


def attach_in(
    tx: Tx,
    owner_id: int,
    media_ids: Sequence[int],
    post_id: int,
    changes: Mapping[int, Change] | None = None,
) -> None:
    """Make exactly these files, in this order, what a post shows; what it showed besides becomes loose.

    Raises Invalid for a file that is not the owner's, shown elsewhere, not ready, or of a kind that stands alone.
    """
    ids = list(dict.fromkeys(media_ids))
    views = _attachable_in(tx, owner_id, ids, post_id)
    queries.release(tx, post_id)
    for position, view in enumerate(views):
        tx.update(media, {"id": view.id}, post_id=post_id, position=position, loose_since=None)
        if changes and view.id in changes:
            _apply(tx, view, changes[view.id])


def _attachable_in(tx: Tx, owner_id: int, ids: list[int], post_id: int | None) -> list[MediaView]:
    views = views_in(tx, ids)
    usable = {view.id for view in views if view.account_id == owner_id and view.post_id in {None, post_id}}
    if missing := [str(media_id) for media_id in ids if media_id not in usable]:
        raise Invalid(f"Validation failed: Media {', '.join(missing)} not found or already attached to another post")
    if any(view.state != "ready" for view in views):
        raise Invalid(
            "Validation failed: Cannot attach files that have not finished processing. Try again in a moment!"
        )
    if len(views) > 1 and any(view.kind != "image" for view in views):
        raise Invalid("Validation failed: Cannot attach a video to a post that already contains images")
    return views


def hold_in(tx: Tx, owner_id: int, media_ids: Sequence[int], until: int) -> None:
    """Keep files for a post that goes out at ``until``. Raises Invalid as :func:`attach_in` does."""
    for view in _attachable_in(tx, owner_id, list(dict.fromkeys(media_ids)), None):
        tx.update(media, {"id": view.id}, loose_since=until)


def detach_in(tx: Tx, post_id: int) -> None:
    """Take everything off a post; it stays a day, so that the post can be written anew."""
    queries.release(tx, post_id)


def keep_in(tx: Tx, media_ids: Sequence[int], keeper: str) -> None:
    """Keep the sweep and the owner from erasing files, for the sake of ``keeper`` (``case:<id>``, ``hold:<id>``)."""
    queries.keep(tx, list(media_ids), keeper)


def unkeep_in(tx: Tx, keeper: str) -> int:
    """Say that ``keeper`` needs no file any more; returns how many it kept."""
    return queries.release_kept(tx, keeper)


async def delete(rt: Runtime, owner_id: int, media_id: int) -> None:
    """Delete a file that no post shows. Raises NotFound, Invalid."""
    row = await rt.db.write("media.delete", _delete_in, owner_id, media_id)
    if row is not None:
        await _forget(rt.port(ObjectStore), row)


@accounts.by_member
def _delete_in(tx: Tx, owner_id: int, media_id: int) -> Row | None:
    """The row that was deleted; None for a file that a case or a hold keeps, which the sweep takes later."""
    view = own_in(tx, owner_id, media_id)
    if view.post_id is not None:
        raise Invalid("Media attachment is currently used by a status")
    if queries.kept(tx, media_id):
        return None
    row = queries.by_id(tx, [media_id])[0]
    _erase_in(tx, row)
    return row


async def sweep_loose(rt: Runtime) -> None:
    """The recurring job: forget files that nothing has shown for a day."""
    store = rt.port(ObjectStore)
    before = rt.clock.now_ms() - KEEP_LOOSE_MS
    while rows := await rt.db.read(queries.loose, before, _BATCH):
        for row in rows:
            if await rt.db.write("media.sweep", _sweep_in, row.id, before):
                await _forget(store, row)


def _sweep_in(tx: Tx, media_id: int, before: int) -> bool:
    """Delete the row first: a post cannot attach it any more while its bytes go."""
    row = next(iter(queries.by_id(tx, [media_id])), None)
    if row is None or row.loose_since is None or row.loose_since >= before or queries.kept(tx, media_id):
        return False
    _erase_in(tx, row)
    return True


def _erase_in(tx: Tx, row: Row) -> None:
    tx.delete(media, id=row.id)
    copying.forget_in(tx, (row.source_key, row.file_key, row.preview_key))
    tx.emit(FileErased(row.id))


def ids_in(tx: Tx, after: int, most: int) -> list[int]:
    """Uploads with ids above ``after``, in order."""
    return queries.ids_after(tx, after, most)


def erase_in(tx: Tx, media_id: int) -> bool | None:
    """Erase an upload, whatever shows it; None where a case or a hold keeps it, False where there is none.

    Its bytes may stay where nobody finds them: no row names them any more.
    """
    row = next(iter(queries.by_id(tx, [media_id])), None)
    if row is None:
        return False
    if queries.kept(tx, media_id):
        return None
    _erase_in(tx, row)
    return True


async def _forget(store: ObjectStore, row: Row) -> None:
    for key in (row.source_key, row.file_key, row.preview_key):
        if key is not None:
            await store.delete(key)
