"""Files that are not here any more come back from the stores when somebody wants them (continuity.md §3.10)."""

import asyncio
import contextlib
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from perdure.continuity.ports import Store
from perdure.kernel.db import Row
from perdure.kernel.errors import AppError, NotFound, Unavailable
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime
from perdure.media.ports import ObjectStore
from perdure.media.queries import copies as queries
from perdure.media.rules import copying as rules
from perdure.media.rules import kinds
from perdure.media.service.copying import from_stores, opened

AT_ONCE: Final = 4
"""Files that one process fetches at a time."""
_WAITING: Final = 200
_TIRED_S: Final = 30.0
_Key = tuple[Path, str]
_running: dict[_Key, "asyncio.Task[bool]"] = {}
_failed: dict[_Key, float] = {}
log = logger("media")


async def size(rt: Runtime, key: str, wait_s: float = 2.0) -> int:
    """How many bytes a stored file has, fetched from a store first where it is not here.

    Raises NotFound where there is no such file, Unavailable where it is not here in ``wait_s`` seconds: fetching goes
    on meanwhile.
    """
    try:
        return await rt.port(ObjectStore).size(key)
    except NotFound:
        if not await recall(rt, key, wait_s):
            raise Unavailable("This file is being fetched from a copy. Try again soon.", retry_after_s=10) from None
    return await rt.port(ObjectStore).size(key)


async def fetch(rt: Runtime, key: str, into: Path, wait_s: float = 60.0) -> None:
    """Copy a stored file into another one, wherever it is. Raises NotFound, Unavailable."""
    await size(rt, key, wait_s)
    await rt.port(ObjectStore).fetch(key, into)


async def recall(rt: Runtime, key: str, wait_s: float) -> bool:
    """Fetch a file from the stores; tells whether it is here within so many seconds. Raises NotFound.

    One fetch a file and process. A file that no store delivered is not asked for again for half a minute.
    """
    place = (rt.settings.data, key)
    task = _running.get(place)
    if task is None:
        rows = await rt.db.read(queries.parts, key)
        if not rows or any(row.object is None for row in rows):
            raise NotFound
        if time.monotonic() - _failed.get(place, -_TIRED_S) < _TIRED_S or len(_running) >= _WAITING:
            return False
        task = _running[place] = asyncio.get_running_loop().create_task(_bring(rt, place, rows))
        task.add_done_callback(lambda _done: _running.pop(place, None))
    done, _ = await asyncio.wait({task}, timeout=wait_s)
    return bool(done) and task.result()


async def _bring(rt: Runtime, place: _Key, rows: Sequence[Row]) -> bool:
    while list(_running).index(place) >= AT_ONCE:  # noqa: ASYNC110 - a turn is given by any that ends
        await asyncio.sleep(0.05)
    key = place[1]
    with contextlib.suppress(KeyError):
        del _failed[place]
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="perdure-media-"))
    try:
        async with opened(rt) as there:
            await _assemble(rows, there, folder / "file")
        await rt.port(ObjectStore).put(key, folder / "file", kinds.served_type(key) or "application/octet-stream")
    except (AppError, OSError) as error:
        log.warning("media_not_recalled", key=key, reason=str(error))
        _failed[place] = time.monotonic()
        return False
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    return True


async def _assemble(rows: Sequence[Row], there: Mapping[str, Store], into: Path) -> None:
    """Write a file from its parts, one at a time. Raises NotFound where no store delivers one of them."""
    for row in rows:
        data = await from_stores(row, there)
        if data is None:
            raise NotFound(f"no store delivers {rules.object_name(row.object)}")
        await asyncio.to_thread(_append, into, row, data)


def _append(into: Path, row: Row, data: bytes) -> None:
    plain = rules.unseal(row.secret, row.key, row.part, data)
    with into.open("ab") as file:
        file.write(plain)
