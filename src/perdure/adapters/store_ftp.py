"""Copies at an FTP server, for web space that offers nothing else; ``ftps`` hides the password."""

import asyncio
import ftplib
import io
import re
import secrets
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, TypeVar

from perdure.adapters.store_common import AS_PROMISED, Clerk, Entry, Manner, beside, walk
from perdure.continuity.errors import StoreError, StoreUnreachable
from perdure.continuity.model.objects import ObjectInfo
from perdure.continuity.rules.addresses import Address, parse_secret
from perdure.continuity.rules.names import checked_name, checked_prefix
from perdure.kernel.errors import Invalid

T = TypeVar("T")
_BLOCK: Final = 262_144
_ABSENT: Final = frozenset({"450", "550", "551"})
_UNKNOWN: Final = frozenset({"500", "502", "504"})
_LINE: Final = re.compile(r"([-dl])\S{9}\S?\s+\d+\s+\S+\s+\S+\s+(\d+)\s+\S+\s+\S+\s+\S+\s(.+)")


class FtpCopies:
    """``ftp://`` and, with TLS, ``ftps://user@host/path``; one connection, kept, in a thread of its own.

    An upload goes to a name that no listing shows and is renamed, so that a broken line leaves no half object. FTP has
    no way to refuse an overwrite: such a store never counts for fencing.
    """

    def __init__(self, store: str, address: Address, secret: str, manner: Manner = AS_PROMISED) -> None:
        address.only()
        self._given = parse_secret(secret, "password", {"password"})
        if unknown := sorted(set(self._given) - {"password"}):
            raise Invalid(f"ftp: the secret file holds {unknown[0]!r}; it may hold the password only")
        self._clerk = Clerk(store, self._given.values(), manner.timeout_s)
        self._address = address
        self._manner = manner
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"store-{store}")
        self._turn = asyncio.Lock()  # who waits for the connection does not use up the time of who has it
        self._kept: ftplib.FTP | None = None
        self._made: set[str] = set()

    def _path(self, name: str) -> str:
        return "/" + "/".join(filter(None, (self._address.path, name)))

    async def _run(self, name: str, size: int, call: Callable[[ftplib.FTP], T]) -> T:
        async with self._turn:
            try:
                async with self._clerk.deadline(name, size):
                    return await asyncio.get_running_loop().run_in_executor(self._thread, self._errand, name, call)
            except StoreUnreachable:
                self._drop()
                raise

    def _errand(self, name: str, call: Callable[[ftplib.FTP], T]) -> T:
        """One errand, twice where the kept connection turns out to be gone."""
        try:
            kept = self._kept
            if kept is not None:
                try:
                    return call(kept)
                except (EOFError, ConnectionError, ssl.SSLError):
                    self._drop()
                except ftplib.error_temp as error:
                    if not str(error).startswith("421"):
                        raise
                    self._drop()
            self._kept = self._connect()
            return call(self._kept)
        except (ftplib.Error, EOFError, OSError) as error:
            raise self._told(name, error) from error

    def _connect(self) -> ftplib.FTP:
        timeout = self._manner.timeout_s
        made = ftplib.FTP(timeout=timeout)  # noqa: S321 - the operator's choice; what is sent is ciphertext
        if self._address.scheme == "ftps":
            made = ftplib.FTP_TLS(context=ssl.create_default_context(), timeout=timeout)  # noqa: S321 - with TLS
        try:
            made.connect(self._address.host, self._address.port or 21, timeout=timeout)
            made.login(self._address.user or "anonymous", self._given.get("password", ""))
            if isinstance(made, ftplib.FTP_TLS):
                made.prot_p()
            made.voidcmd("TYPE I")
        except BaseException:
            made.close()
            raise
        return made

    def _drop(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    def _told(self, name: str, error: Exception) -> StoreError:
        code = str(error)[:3]
        if code in _ABSENT:
            return self._clerk.missing(name)
        if code in {"452", "552"}:
            return self._clerk.full(name, error)
        if code in {"530", "532", "553", *_UNKNOWN} or isinstance(error, ssl.SSLCertVerificationError):
            return self._clerk.refused(name, error)
        return self._clerk.judge(name, error if str(error) else type(error).__name__)

    async def put_new(self, name: str, data: bytes) -> None:
        """Upload beside the place, then rename into it."""
        if self._manner.look_first and await self.head(name) is not None:
            raise self._clerk.there(name)
        part = self._path(beside(name))
        await self._run(name, len(data), lambda ftp: self._place(ftp, name, part, data))

    def _place(self, ftp: ftplib.FTP, name: str, part: str, data: bytes) -> None:
        folder = part.rpartition("/")[0]
        if folder not in self._made:
            _make_folders(ftp, folder)
            self._made.add(folder)
        try:
            _store(ftp, part, data)
        except (ftplib.error_perm, ftplib.error_temp) as error:
            self._made.clear()
            if str(error)[:3] in _ABSENT:
                raise self._clerk.refused(name, error) from error
            raise
        try:
            ftp.rename(part, self._path(name))
        except ftplib.error_perm as error:
            taken = _size(ftp, self._path(name)) is not None
            with suppress(ftplib.Error):
                ftp.delete(part)
            raise (self._clerk.there(name) if taken else self._clerk.refused(name, error)) from error

    async def overwrite(self, name: str, data: bytes) -> None:
        """Write over a file, as a thief would."""
        path = self._path(checked_name(name))
        await self._run(name, len(data), lambda ftp: _store(ftp, path, data))

    async def replace_stale(self, name: str, data: bytes) -> bool | None:  # noqa: ARG002 - the port's shape
        """Files have no versions to compare."""
        return None

    async def get(self, name: str) -> bytes:
        """The whole file."""
        path = self._path(checked_name(name))
        found = await self.head(name)
        if found is None:
            raise self._clerk.missing(name)
        return await self._run(name, found.size, lambda ftp: _fetch(ftp, path))

    async def get_range(self, name: str, start: int, length: int) -> bytes:
        """Part of a file."""
        path = self._path(checked_name(name))
        return await self._run(name, length, lambda ftp: self._part(ftp, path, start, length))

    def _part(self, ftp: ftplib.FTP, path: str, start: int, length: int) -> bytes:
        size = ftp.size(path)
        count = min(length, (size or 0) - start)
        if count <= 0:
            return b""
        with ftp.transfercmd(f"RETR {path}", start) as data, data.makefile("rb") as file:
            found = file.read(count)
        with suppress(ftplib.Error):  # it complains that we left early
            ftp.voidresp()
        return found

    async def head(self, name: str) -> ObjectInfo | None:
        """Size and last change."""
        path = self._path(checked_name(name))

        def look(ftp: ftplib.FTP) -> ObjectInfo | None:
            size = _size(ftp, path)
            return None if size is None else ObjectInfo(name, size, _changed(ftp, path))

        return await self._run(name, 0, look)

    async def list_after(self, prefix: str, after: str = "") -> AsyncIterator[ObjectInfo]:
        """Files whose name starts with ``prefix``, sorted by it."""
        async for info in walk(self._entries, checked_prefix(prefix), after):
            yield info

    async def _entries(self, folder: str) -> Iterable[Entry]:
        return await self._run(folder, 0, lambda ftp: _list(ftp, self._path(folder)))

    async def delete(self, name: str) -> None:
        """Remove a file."""
        path = self._path(checked_name(name))

        def remove(ftp: ftplib.FTP) -> None:
            try:
                ftp.delete(path)
            except ftplib.error_perm as error:
                if _size(ftp, path) is not None:
                    raise self._clerk.refused(name, error) from error

        await self._run(name, 0, remove)

    async def clock(self) -> int:
        """When the server says that a file made now was made: whole seconds, so half a second is added."""

        def ask(ftp: ftplib.FTP) -> int:
            path = self._path(f".{secrets.token_hex(8)}.part")
            _make_folders(ftp, self._path("").rstrip("/"))
            _store(ftp, path, b"")
            told = _changed(ftp, path)
            with suppress(ftplib.Error):
                ftp.delete(path)
            if not told:
                raise self._clerk.refused("", "it does not tell the time")
            return told + 500

        return await self._run("", 0, ask)

    async def close(self) -> None:
        """End the connection."""
        self._drop()
        self._thread.shutdown(wait=False, cancel_futures=True)


def _store(ftp: ftplib.FTP, path: str, data: bytes) -> None:
    ftp.storbinary(f"STOR {path}", io.BytesIO(data), blocksize=_BLOCK)


def _fetch(ftp: ftplib.FTP, path: str) -> bytes:
    found = io.BytesIO()
    ftp.retrbinary(f"RETR {path}", found.write, blocksize=_BLOCK)
    return found.getvalue()


def _make_folders(ftp: ftplib.FTP, folder: str) -> None:
    made = ""
    for one in filter(None, folder.split("/")):
        made = f"{made}/{one}"
        with suppress(ftplib.error_perm):  # it is there
            ftp.mkd(made)


def _size(ftp: ftplib.FTP, path: str) -> int | None:
    try:
        return ftp.size(path)
    except (ftplib.error_perm, ftplib.error_temp) as error:
        if str(error)[:3] in _ABSENT:
            return None
        raise


def _changed(ftp: ftplib.FTP, path: str) -> int:
    """Last change in ms, 0 where the server does not say."""
    try:
        return _instant(ftp.sendcmd(f"MDTM {path}")[4:])
    except ftplib.Error:
        return 0


def _instant(text: str) -> int:
    try:
        return int(datetime.strptime(text.strip()[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return 0


def _list(ftp: ftplib.FTP, folder: str) -> list[Entry]:
    try:
        found = [_entry(name, facts) for name, facts in ftp.mlsd(folder)]
    except ftplib.error_perm as error:
        if str(error)[:3] in _UNKNOWN:
            return _list_plainly(ftp, folder)
        if str(error)[:3] in _ABSENT:
            return []
        raise
    return [one for one in found if one.name not in {".", ".."}]


def _entry(name: str, facts: dict[str, str]) -> Entry:
    kind = facts.get("type", "file").lower()
    name = "." if kind in {"cdir", "pdir"} else name
    return Entry(name, kind == "dir", int(facts.get("size", 0)), _instant(facts.get("modify", "")))


def _list_plainly(ftp: ftplib.FTP, folder: str) -> list[Entry]:
    """From lines as ``ls -l`` prints them, for servers without MLSD. They tell no year, so no last change is known."""
    lines: list[str] = []
    try:
        ftp.retrlines(f"LIST {folder}", lines.append)
    except ftplib.error_perm as error:
        if str(error)[:3] in _ABSENT:
            return []
        raise
    found = [match for line in lines if (match := _LINE.fullmatch(line.rstrip()))]
    return [
        Entry(one[3], one[1] == "d", int(one[2]), 0) for one in found if one[1] != "l" and one[3] not in {".", ".."}
    ]
