"""Copies in a folder: a second disk, a USB disk, NFS. What is acknowledged survives a power cut."""

import asyncio
import errno
import fcntl
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

from perdure.adapters.store_common import AS_PROMISED, Clerk, Entry, Manner, beside, walk
from perdure.continuity.errors import StoreError
from perdure.continuity.model.objects import ObjectInfo
from perdure.continuity.rules.names import checked_name, checked_prefix
from perdure.kernel.errors import Invalid

T = TypeVar("T")
MARK: Final = ".perdure-store"
_LOCK: Final = ".lock"
_THREADS: Final = 4
# What a filesystem without hard links (FAT, exFAT, some network shares) answers.
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS})


class FolderCopies:
    """Objects as files below ``root``.

    The folder carries a mark, made when the store is added. Without it nothing is written: where a disk is not mounted,
    its empty mount point would quietly take the copies onto the host's own disk.
    """

    def __init__(self, store: str, root: Path, manner: Manner = AS_PROMISED) -> None:
        self._clerk = Clerk(store, timeout_s=manner.timeout_s)
        self._root = root
        self._manner = manner
        # Threads of its own: a network share that hangs takes nobody else's.
        self._threads = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix=f"store-{store}")
        self._turns = asyncio.Semaphore(_THREADS)  # time runs for who is served, not for who waits

    async def _run(self, name: str, size: int, call: Callable[[], T]) -> T:
        async with self._turns, self._clerk.deadline(name, size):
            try:
                return await asyncio.get_running_loop().run_in_executor(self._threads, call)
            except FileNotFoundError as error:
                raise self._absent(name) from error
            except OSError as error:
                raise self._clerk.from_os(name, error) from error

    def _absent(self, name: str) -> StoreError:
        return self._clerk.missing(name) if self._marked() else self._unmounted()

    def _marked(self) -> bool:
        return (self._root / MARK).exists()

    def _unmounted(self) -> StoreError:
        return self._clerk.unreachable("", f"{self._root} has no {MARK}: is the disk mounted?")

    async def put_new(self, name: str, data: bytes) -> None:
        """Create a file, synced with its folders."""
        checked_name(name)
        await self._run(name, len(data), lambda: self._put(name, data))

    def _put(self, name: str, data: bytes) -> None:
        if not self._marked():
            raise self._unmounted()
        target = self._root / name
        if self._manner.look_first and target.exists():
            raise self._clerk.there(name)
        self._make_folders(target.parent)
        part = self._root / beside(name)
        try:
            _write(part, data)
            self._place(part, target, name)
        finally:
            with suppress(FileNotFoundError):
                part.unlink()
        _sync(target.parent)

    def _place(self, part: Path, target: Path, name: str) -> None:
        try:
            os.link(part, target)
        except FileExistsError as error:
            # NFS may have linked and lost the answer; and what is there already must be as durable as what we write.
            if not part.samefile(target):
                _sync(target.parent)
                raise self._clerk.there(name) from error
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            with self._alone():
                if target.exists():
                    raise self._clerk.there(name) from error
                part.rename(target)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time, of all processes of this machine: a disk without hard links hangs on one machine."""
        with (self._root / _LOCK).open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _make_folders(self, folder: Path) -> None:
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for one in reversed(missing):
            one.mkdir(exist_ok=True)
            _sync(one.parent)

    async def overwrite(self, name: str, data: bytes) -> None:
        """Write over a file, as a thief would."""
        checked_name(name)
        await self._run(name, len(data), lambda: _rewrite(self._root / name, data))

    async def replace_stale(self, name: str, data: bytes) -> bool | None:  # noqa: ARG002 - the port's shape
        """Files have no versions to compare."""
        return None

    async def get(self, name: str) -> bytes:
        """The whole file."""
        found = await self.head(name)
        if found is None:
            raise self._clerk.missing(name)
        return await self._run(name, found.size, (self._root / name).read_bytes)

    async def get_range(self, name: str, start: int, length: int) -> bytes:
        """Part of a file."""
        checked_name(name)
        return await self._run(name, length, lambda: _read(self._root / name, start, length))

    async def head(self, name: str) -> ObjectInfo | None:
        """Size and last change."""
        checked_name(name)
        return await self._run(name, 0, lambda: self._head(name))

    def _head(self, name: str) -> ObjectInfo | None:
        try:
            found = (self._root / name).stat()
        except (FileNotFoundError, NotADirectoryError):
            if self._marked():
                return None
            raise
        return ObjectInfo(name, found.st_size, found.st_mtime_ns // 1_000_000)

    async def list_after(self, prefix: str, after: str = "") -> AsyncIterator[ObjectInfo]:
        """Files whose name starts with ``prefix``, sorted by it."""
        async for info in walk(self._entries, checked_prefix(prefix), after):
            yield info

    async def _entries(self, folder: str) -> Iterable[Entry]:
        return await self._run(folder, 0, lambda: self._scan(folder))

    def _scan(self, folder: str) -> list[Entry]:
        if not self._marked():
            raise self._unmounted()
        try:
            with os.scandir(self._root / folder) as found:
                return [_entry(one) for one in found if not one.name.startswith(".")]
        except (FileNotFoundError, NotADirectoryError):
            return []

    async def delete(self, name: str) -> None:
        """Remove a file, so that it stays removed."""
        checked_name(name)
        await self._run(name, 0, lambda: _remove(self._root / name))

    async def clock(self) -> int:
        """When the filesystem (a share's server) says that a file made now was made."""
        return await self._run("", 0, self._clock)

    def _clock(self) -> int:
        path = self._root / f".{secrets.token_hex(8)}.part"
        path.touch()
        try:
            return path.stat().st_mtime_ns // 1_000_000
        finally:
            path.unlink()

    async def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def adopt(root: Path) -> None:
    """Mark a folder as a store. Raises Invalid where there is no such folder or nothing may be written."""
    if not root.is_dir():
        raise Invalid(f"{root} is no folder: make it, or mount the disk, and try again")
    try:
        with (root / MARK).open("ab") as file:
            os.fsync(file.fileno())
        _sync(root)
    except OSError as error:
        raise Invalid(f"{root} cannot be written: {error.strerror}") from error


def _entry(one: "os.DirEntry[str]") -> Entry:
    folder = one.is_dir(follow_symlinks=False)
    found = one.stat(follow_symlinks=False)
    return Entry(one.name, folder, found.st_size, found.st_mtime_ns // 1_000_000)


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _rewrite(path: Path, data: bytes) -> None:
    with path.open("r+b") as file:
        file.truncate()
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path, start: int, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(length)


def _remove(path: Path) -> None:
    with suppress(FileNotFoundError):
        path.unlink()
        _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make what happened in a folder last. A few network shares cannot and sync with each file."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(number)
