"""Files in a folder: written beside their place, synced, then moved, so that a key never shows half a file."""

import asyncio
import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from perdure.kernel.errors import NotFound, Unavailable

_PIECE: Final = 262_144
_KEY: Final = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*(\.[a-z0-9]+)?")


class FolderStore:
    """Keeps each key as a file below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, key: str) -> Path:
        """Where a key lies. Raises NotFound for one that could lead out of the folder."""
        if not _KEY.fullmatch(key):
            raise NotFound
        return self._folder / key

    async def put(self, key: str, source: Path, mime: str) -> None:  # noqa: ARG002 - a key's ending tells its type
        """Keep a copy, synced with its folder."""
        await asyncio.to_thread(self._put, key, source)

    def _put(self, key: str, source: Path) -> None:
        target = self._path(key)
        beside = target.with_name(f".{secrets.token_hex(8)}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with source.open("rb") as given, beside.open("wb") as kept:
                    shutil.copyfileobj(given, kept, _PIECE)
                    kept.flush()
                    os.fsync(kept.fileno())
                beside.replace(target)
            finally:
                with suppress(FileNotFoundError):
                    beside.unlink()
            for folder in (target.parent, target.parent.parent):
                _sync_folder(folder)
        except OSError as error:
            raise Unavailable(reason=str(error)) from error

    async def size(self, key: str) -> int:
        """How many bytes a key holds."""
        return (await asyncio.to_thread(_stat, self._path(key))).st_size

    async def chunks(self, key: str, first: int, count: int) -> AsyncIterator[bytes]:
        """Part of a file."""
        try:
            file = await asyncio.to_thread(self._path(key).open, "rb")
        except OSError as error:
            raise NotFound from error
        with file:
            await asyncio.to_thread(file.seek, first)
            while count > 0 and (piece := await asyncio.to_thread(file.read, min(_PIECE, count))):
                count -= len(piece)
                yield piece

    async def fetch(self, key: str, into: Path) -> None:
        """Copy a file out."""
        try:
            await asyncio.to_thread(shutil.copyfile, self._path(key), into)
        except OSError as error:
            raise NotFound from error

    async def delete(self, key: str) -> None:
        """Remove a file."""
        path = self._path(key)
        await asyncio.to_thread(path.unlink, missing_ok=True)


def _stat(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise NotFound from error


def _sync_folder(folder: Path) -> None:
    """Make a rename or a new folder last."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
