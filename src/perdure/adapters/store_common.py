"""What the adapters of stores share: deadlines, errors that say what to do and hide secrets, a walk through folders."""

import asyncio
import errno
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

from perdure.continuity.errors import (
    AlreadyThere,
    NotThere,
    StoreError,
    StoreFull,
    StoreRefused,
    StoreUnreachable,
)
from perdure.continuity.model.objects import ObjectInfo
from perdure.continuity.rules.names import checked_name

TIMEOUT_S: Final = 30.0
_TYPES: Final = {".html": "text/html; charset=utf-8", ".json": "application/json"}
_PACE: Final = 131_072  # bytes a second that the slowest useful line carries
_DEEPEST: Final = 20
_REASON: Final = 200
_FULL: Final = re.compile(
    r"insufficient.?storage|storagefull|quota|no space|disk (is )?full|not enough space|\b(507|452|552)\b",
    re.IGNORECASE,
)
_DENIED: Final = re.compile(
    r"\b(401|403|530)\b|unauthori[sz]ed|forbidden|access.?denied|permission denied|signature|invalid.?access.?key",
    re.IGNORECASE,
)


def type_of(name: str) -> str:
    """The content type of a page's file; empty for copies, which nobody opens in a browser."""
    return next((kind for ending, kind in _TYPES.items() if name.endswith(ending)), "")


class Manner(NamedTuple):
    """How a store must be used, as its probe found. A raw store is used as it comes: only the probe does that."""

    look_first: bool = False
    """The store overwrites: ask whether the name is taken before writing. No guard against two writers."""
    sort: bool = False
    """The store lists in another order than that of the names' bytes."""
    timeout_s: float = TIMEOUT_S
    """The longest wait for an answer, in seconds; large objects get a second more for each 128 KiB."""


AS_PROMISED: Final = Manner()


class Clerk:
    """Speaks for one store: every error names it and the object, and no secret is ever in the text."""

    def __init__(self, store: str, hidden: Iterable[str] = (), timeout_s: float = TIMEOUT_S) -> None:
        self.store = store
        self._hidden = sorted((text for text in hidden if len(text) > 3), key=len, reverse=True)
        self._timeout_s = timeout_s

    @asynccontextmanager
    async def deadline(self, name: str, size: int = 0) -> AsyncIterator[None]:
        """Give up in time. Raises StoreUnreachable."""
        limit = self._timeout_s + size / _PACE
        try:
            async with asyncio.timeout(limit):
                yield
        except TimeoutError as error:
            raise self.unreachable(name, f"no answer in {limit:.0f} s") from error

    def _text(self, name: str, what: str) -> str:
        return f"Store {self.store}: {name}: {what}" if name else f"Store {self.store}: {what}"

    def calm(self, reason: object) -> str:
        """One short line without secrets."""
        lines = [line.strip() for line in str(reason).splitlines() if line.strip()]
        text = re.sub(r"(https?://[^\s?]*)\?[^\s\"')]+", r"\1?…", lines[0] if lines else type(reason).__name__)
        for secret in self._hidden:
            text = text.replace(secret, "…")
        return text[:_REASON]

    def there(self, name: str) -> AlreadyThere:
        """The name is taken."""
        return AlreadyThere(self._text(name, "is there already and was left as it is"), store=self.store, name=name)

    def missing(self, name: str) -> NotThere:
        """No such object."""
        return NotThere(self._text(name, "is not there"), store=self.store, name=name)

    def refused(self, name: str, reason: object) -> StoreRefused:
        """Trying again changes nothing."""
        text = self._text(name, f"refused ({self.calm(reason)}). Check its address, credentials and rights")
        return StoreRefused(text, store=self.store, name=name)

    def full(self, name: str, reason: object) -> StoreFull:
        """No room."""
        text = self._text(name, f"no room ({self.calm(reason)}). Make room there or raise its quota")
        return StoreFull(text, store=self.store, name=name)

    def unreachable(self, name: str, reason: object) -> StoreUnreachable:
        """To be tried again."""
        text = self._text(name, f"cannot be reached ({self.calm(reason)}). It is tried again; is it up?")
        return StoreUnreachable(text, store=self.store, name=name)

    def judge(self, name: str, reason: object) -> StoreError:
        """An error known by its words alone."""
        text = str(reason)
        if _FULL.search(text):
            return self.full(name, reason)
        return self.refused(name, reason) if _DENIED.search(text) else self.unreachable(name, reason)

    def from_os(self, name: str, error: OSError) -> StoreError:
        """An error of the operating system."""
        reason = error.strerror or str(error)
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            return self.full(name, reason)
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR}:
            return self.refused(name, reason)
        return self.unreachable(name, reason)


class Entry(NamedTuple):
    """One line of a folder's listing: ``modified`` in ms since the epoch."""

    name: str
    folder: bool
    size: int
    modified: int


async def walk(
    read: Callable[[str], Awaitable[Iterable[Entry]]],
    prefix: str,
    after: str,
    depth: int = 0,
    folder: str | None = None,
) -> AsyncIterator[ObjectInfo]:
    """Objects below a tree of folders, in the order of their full names' bytes; one folder is held at a time.

    ``read("a/b")`` lists one folder, ``""`` the root; what is missing is empty. A folder sorts as ``name/``, so that
    ``a-b`` comes before ``a/b``. Parts that begin with a dot are uploads under way, and no objects.
    """
    here = prefix.rpartition("/")[0] if folder is None else folder
    lead = f"{here}/" if here else ""
    found = [one for one in await read(here) if not one.name.startswith(".")]
    for entry in sorted(found, key=lambda one: one.name + "/" * one.folder):
        full = lead + entry.name
        if not entry.folder:
            if full.startswith(prefix) and full > after:
                yield ObjectInfo(full, entry.size, entry.modified)
            continue
        inside = f"{full}/"
        passed = inside < after and not after.startswith(inside)
        if depth < _DEEPEST and not passed and (inside.startswith(prefix) or prefix.startswith(inside)):
            async for info in walk(read, prefix, after, depth + 1, full):
                yield info


def beside(name: str) -> str:
    """A name for an upload under way, in the same folder: no listing shows it."""
    folder, slash, _ = checked_name(name).rpartition("/")
    return f"{folder}{slash}.{secrets.token_hex(8)}.part"


def ms_of(instant: datetime | None) -> int:
    """Milliseconds since the epoch; 0 where a store does not say."""
    return 0 if instant is None else int(instant.timestamp() * 1000)


async def clock_by_date(clerk: Clerk, url: str) -> int:
    """What the ``Date`` of an answer from this address says, in ms; whole seconds, so half a second is added.

    Any status will do: nobody needs rights to be told the time. Raises StoreUnreachable, StoreRefused.
    """
    import httpx

    async with clerk.deadline("", 0):
        try:
            async with httpx.AsyncClient(follow_redirects=False, timeout=TIMEOUT_S) as client:
                answer = await client.head(url, headers={"Cache-Control": "no-cache"})
        except (httpx.HTTPError, OSError) as error:
            raise clerk.unreachable("", error) from error
    try:
        return ms_of(parsedate_to_datetime(answer.headers["date"])) + 500
    except (KeyError, ValueError) as error:
        raise clerk.refused("", "it does not tell the time") from error
