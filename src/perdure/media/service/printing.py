"""Files that nothing is known of to recognise them by: they came in another way, or before there were such hashes."""

import asyncio
import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Invalid, NotFound, TooLarge
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime
from perdure.media import queries
from perdure.media.events import MediaPrinted
from perdure.media.ports import MediaProcessor
from perdure.media.rules import kinds
from perdure.media.service import recalling
from perdure.media.tables import media

_AT_ONCE: Final = 50
log = logger("media")


async def print_old(rt: Runtime) -> None:
    """The recurring job: hash the next files that have no hashes, and what their preview looks like.

    One that cannot be read is marked as looked at. Each that a post shows is told with MediaPrinted.
    """
    for row in await rt.db.read(queries.unprinted, _AT_ONCE):
        with TemporaryDirectory(prefix="perdure-media-", ignore_cleanup_errors=True) as name:
            found = await _printed(rt, row, Path(name))
        await rt.db.write("media.print", _keep_in, row.id, found)


async def _printed(rt: Runtime, row: Row, folder: Path) -> dict[str, Any]:
    file, preview = folder / "file", folder / "preview"
    found: dict[str, Any] = {"file_sha256": "", "looks": row.looks}
    try:
        await recalling.fetch(rt, row.file_key, file)
        found["file_sha256"] = await asyncio.to_thread(_sha256, file)
        if row.preview_key is not None and row.looks is None:
            await recalling.fetch(rt, row.preview_key, preview)
            mime = kinds.sniff(await asyncio.to_thread(_head, preview))
            if mime in kinds.IMAGES:
                facts = await rt.port(MediaProcessor).process(preview, mime, folder, "media")
                found["looks"] = facts.looks or None
    except (Invalid, NotFound, TooLarge) as error:
        log.warning("media_unreadable", media_id=row.id, reason=error.public)
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(kinds.HEAD_BYTES)


def _keep_in(tx: Tx, media_id: int, found: dict[str, Any]) -> None:
    tx.update(media, {"id": media_id}, **found)
    for row in queries.by_id(tx, [media_id]):
        if row.post_id is not None and found["file_sha256"]:
            tx.emit(MediaPrinted(media_id, row.post_id))
