"""Where archives lie until they are fetched: files below the data directory, nothing in the database.

So an export works while nothing may be written to the database. A state is a small JSON file beside its archive.
"""

import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from perdure.kernel.errors import NotFound, Unavailable
from perdure.kernel.settings import Settings
from perdure.portability.model import Export

KEEP_MS: Final = 7 * 86_400_000
STALE_MS: Final = 120_000
"""An archive in the making that nobody has touched for so long was left by a process that is gone."""
_ID: Final = re.compile(r"[0-9a-f]{16}")


def folder_of(settings: Settings, account_id: int) -> Path:
    """Where a member's archives lie."""
    return settings.data / settings.exports_folder / str(account_id)


def read(folder: Path, export_id: str, now: int) -> Export:
    """One of a member's archives. Raises NotFound."""
    if not _ID.fullmatch(export_id):
        raise NotFound
    try:
        found = msgspec.json.decode((folder / f"{export_id}.json").read_bytes(), type=Export)
    except (OSError, msgspec.DecodeError) as error:
        raise NotFound from error
    if found.state == "preparing" and found.updated_at < now - STALE_MS:
        return msgspec.structs.replace(found, state="failed", error="interrupted")
    return found


def all_of(folder: Path, now: int) -> list[Export]:
    """A member's archives, newest first."""
    found = []
    for file in folder.glob("*.json"):
        with suppress(NotFound):
            found.append(read(folder, file.stem, now))
    return sorted(found, key=lambda one: one.started_at, reverse=True)


def write(folder: Path, export: Export) -> None:
    """Keep a state. Raises Unavailable where the disk refuses."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = folder / f".{export.id}.part"
        beside.write_bytes(msgspec.json.encode(export))
        beside.replace(folder / f"{export.id}.json")
    except OSError as error:
        raise Unavailable(reason=str(error)) from error


def archive(folder: Path, export_id: str) -> Path:
    """The archive's file."""
    return folder / f"{export_id}.zip"


def remove(folder: Path, export_id: str) -> None:
    """Let go of an archive."""
    for ending in ("zip", "zip.part", "json"):
        (folder / f"{export_id}.{ending}").unlink(missing_ok=True)


def sweep(settings: Settings, now: int) -> int:
    """Let go of every archive older than a week; returns how many."""
    gone = 0
    root = settings.data / settings.exports_folder
    for folder in root.iterdir() if root.is_dir() else ():
        for one in all_of(folder, now):
            if one.started_at < now - KEEP_MS:
                remove(folder, one.id)
                gone += 1
    return gone


def forget(settings: Settings, account_id: int) -> None:
    """Let go of everything of an account that was erased."""
    shutil.rmtree(folder_of(settings, account_id), ignore_errors=True)
