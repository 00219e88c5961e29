"""An archive as an answer to a request: whole, or the part that was asked for, so that a broken download goes on."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import msgspec

from perdure.kernel.ranges import byte_range
from perdure.kernel.runtime import Runtime
from perdure.portability.service import exports

MIME: Final = "application/zip"
_PIECE: Final = 262_144


class Part(msgspec.Struct, frozen=True):
    """What to send: a status, headers, and ``count`` bytes of a file from ``first``."""

    status: int
    headers: dict[str, str]
    path: Path
    first: int = 0
    count: int = 0

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes."""
        left = self.count
        with await asyncio.to_thread(self.path.open, "rb") as file:
            await asyncio.to_thread(file.seek, self.first)
            while left > 0 and (piece := await asyncio.to_thread(file.read, min(_PIECE, left))):
                left -= len(piece)
                yield piece


def part_of(rt: Runtime, account_id: int, export_id: str, wanted: str, if_range: str) -> Part:
    """What a request for an archive gets, by its ``Range`` and ``If-Range``. Raises NotFound, Conflict."""
    export, path = exports.file_of(rt, account_id, export_id)
    tag = f'"{export.sha256}"'
    headers = {
        "Content-Disposition": f'attachment; filename="{rt.settings.domain.replace(":", "_")}-{export_id}.zip"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Accept-Ranges": "bytes",
        "ETag": tag,
    }
    try:
        found = None if if_range and if_range != tag else byte_range(wanted, export.size)
    except ValueError:
        return Part(416, headers | {"Content-Range": f"bytes */{export.size}"}, path)
    if found is None:
        return Part(200, headers | {"Content-Length": str(export.size)}, path, 0, export.size)
    first, last = found
    count = last - first + 1
    told = {"Content-Length": str(count), "Content-Range": f"bytes {first}-{last}/{export.size}"}
    return Part(206, headers | told, path, first, count)
