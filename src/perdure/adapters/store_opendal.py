"""Copies in whatever else opendal speaks: B2, Swift, OSS, drives; the services of its wheel by their own names."""

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import opendal
from opendal import exceptions
from opendal.exceptions import AlreadyExists, ConditionNotMatch, ConfigInvalid, NotFound, PermissionDenied, Unsupported
from opendal.layers import RetryLayer, TimeoutLayer

from perdure.adapters.store_common import AS_PROMISED, Clerk, Entry, Manner, clock_by_date, ms_of, type_of, walk
from perdure.continuity.errors import StoreError
from perdure.continuity.model.objects import ObjectInfo
from perdure.continuity.rules.addresses import Address, parse_secret
from perdure.continuity.rules.names import checked_name, checked_prefix
from perdure.kernel.errors import Invalid

# They share no base.
_ERRORS: Final = (
    exceptions.AlreadyExists,
    exceptions.ConditionNotMatch,
    exceptions.ConfigInvalid,
    exceptions.Conflict,
    exceptions.Error,
    exceptions.IsADirectory,
    exceptions.NotADirectory,
    exceptions.NotFound,
    exceptions.PermissionDenied,
    exceptions.RangeNotSatisfied,
    exceptions.RateLimited,
    exceptions.Unexpected,
    exceptions.Unsupported,
    OSError,
)
# Gone with the process or the machine, or not made for keeping.
_NO_STORE: Final = frozenset(
    {"memory", "moka", "mini_moka", "mini-moka", "dashmap", "cacache", "ghac", "http", "fs", "vercel_artifacts"}
)
_TELLING: Final = re.compile(r"=> ?(\S.+)$|response: Parts \{ (status: \d+)|^Source:\n\s+(\S.+)$", re.MULTILINE)
_CLOCKS: Final = {"b2": "https://api.backblazeb2.com"}


class OpendalCopies:
    """``opendal+SCHEME://?key=value…``: keys as opendal names them, the path is its ``root``."""

    def __init__(self, store: str, address: Address, secret: str, manner: Manner = AS_PROMISED) -> None:
        service = address.scheme.removeprefix("opendal+")
        if service in _NO_STORE:
            raise Invalid(f"opendal+{service} keeps nothing for later, or has a kind of its own here: file, s3, sftp")
        given = parse_secret(secret, "password")
        root = {"root": f"/{address.path}"} if address.path else {}
        self._begin(store, service, {**root, **address.options, **given}, given, manner)

    def _begin(
        self, store: str, service: str, config: Mapping[str, str], given: Mapping[str, str], manner: Manner
    ) -> None:
        self._clerk = Clerk(store, given.values(), manner.timeout_s)
        self._manner = manner
        endpoint = config.get("endpoint", "")
        self._where = endpoint if endpoint.startswith("http") else _CLOCKS.get(service, "")
        try:
            operator = opendal.AsyncOperator(service, **config)
        except (*_ERRORS, ValueError, TypeError) as error:
            raise Invalid(
                f"opendal+{service}: the address cannot be used: {self._clerk.calm(_reason(error))}"
            ) from None
        self._can = operator.capability()
        if not (self._can.write and self._can.read and self._can.list and self._can.stat):
            raise Invalid(f"opendal+{service} cannot be written, read and listed, as a store must be")
        patient = TimeoutLayer(timeout=manner.timeout_s, io_timeout=manner.timeout_s)
        self._operator = operator.layer(patient).layer(RetryLayer(max_times=1, min_delay=0.2, max_delay=2.0))

    @contextmanager
    def _faults(self, name: str) -> Iterator[None]:
        try:
            yield
        except _ERRORS as error:
            raise self._told(name, error) from error

    def _told(self, name: str, error: Exception) -> StoreError:
        reason = _reason(error)
        if isinstance(error, AlreadyExists | ConditionNotMatch):
            return self._clerk.there(name)
        if isinstance(error, NotFound):
            return self._clerk.missing(name)
        if isinstance(error, PermissionDenied | ConfigInvalid | Unsupported):
            return self._clerk.refused(name, reason)
        return self._clerk.judge(name, reason)

    async def put_new(self, name: str, data: bytes) -> None:
        """Write an object: on the condition that there is none, where the service knows that condition."""
        checked_name(name)
        if self._manner.look_first and await self.head(name) is not None:
            raise self._clerk.there(name)
        condition = {"if_not_exists": True} if self._can.write_with_if_not_exists else {}
        await self._write(name, data, **condition)

    async def _write(self, name: str, data: bytes, **condition: Any) -> None:
        if not data and not self._can.write_can_empty:
            raise self._clerk.refused(name, "it keeps no empty objects")
        async with self._clerk.deadline(name, len(data)):
            with self._faults(name):
                try:
                    await self._operator.write(name, data, **condition, **self._typed(name))
                except NotFound as error:
                    raise self._clerk.refused(name, f"the place does not exist: {_reason(error)}") from error

    def _typed(self, name: str) -> dict[str, Any]:
        kind = type_of(name)
        return {"content_type": kind} if kind and self._can.write_with_content_type else {}

    async def overwrite(self, name: str, data: bytes) -> None:
        """Write without a condition, as a thief would."""
        await self._write(checked_name(name), data)

    async def replace_stale(self, name: str, data: bytes) -> bool | None:
        """Write on the condition of a tag that the object never had, where the service knows that condition."""
        if not self._can.write_with_if_match:
            return None
        try:
            await self._write(checked_name(name), data, if_match='"00000000000000000000000000000000"')
        except StoreError as error:
            if error.kind == "already_there":
                return False
            raise
        return True

    async def get(self, name: str) -> bytes:
        """The whole object."""
        found = await self.head(name)
        if found is None:
            raise self._clerk.missing(name)
        async with self._clerk.deadline(name, found.size):
            with self._faults(name):
                return bytes(await self._operator.read(name))

    async def get_range(self, name: str, start: int, length: int) -> bytes:
        """Part of an object."""
        found = await self.head(name)
        if found is None:
            raise self._clerk.missing(name)
        count = min(length, found.size - start)
        if count <= 0:
            return b""
        async with self._clerk.deadline(name, count):
            with self._faults(name):
                return bytes(await self._operator.read(name, offset=start, size=count))

    async def head(self, name: str) -> ObjectInfo | None:
        """Size and last change."""
        checked_name(name)
        async with self._clerk.deadline(name):
            with self._faults(name):
                try:
                    found = await self._operator.stat(name)
                except NotFound:
                    return None
        return None if found.is_dir else ObjectInfo(name, int(found.content_length), ms_of(found.last_modified))

    async def list_after(self, prefix: str, after: str = "") -> AsyncIterator[ObjectInfo]:
        """Objects as the service tells them; folder by folder, sorted, where it knows folders only."""
        checked_prefix(prefix)
        if not (self._can.list_with_recursive and self._can.list_with_start_after):
            async for info in walk(self._entries, prefix, after):
                yield info
            return
        found = self._flat(prefix, after)
        if not self._manner.sort:
            async for info in found:
                yield info
            return
        for info in sorted([info async for info in found], key=lambda one: one.name):
            yield info

    async def _flat(self, prefix: str, after: str) -> AsyncIterator[ObjectInfo]:
        folder = prefix.rpartition("/")[0]
        lead = f"{folder}/" if folder else ""
        options: dict[str, Any] = (
            {"start_after": after} if after.startswith(lead) and after and not self._manner.sort else {}
        )
        async for one in self._told_by_list(lead or "/", recursive=True, **options):
            if not one.path.endswith("/") and one.path.startswith(prefix) and one.path > after:
                yield ObjectInfo(one.path, *await self._facts(one))

    async def _entries(self, folder: str) -> Iterable[Entry]:
        lead = f"{folder}/" if folder else ""
        found = []
        async for one in self._told_by_list(lead or "/"):
            rest = one.path.lstrip("/").removeprefix(lead)
            name = rest.rstrip("/")
            if name and "/" not in name and not name.startswith("."):
                inside = rest.endswith("/")
                size, modified = (0, 0) if inside else await self._facts(one)
                found.append(Entry(name, inside, size, modified))
        return found

    async def _told_by_list(self, path: str, **options: Any) -> AsyncIterator[Any]:
        async with self._clerk.deadline(path):
            with self._faults(path):
                try:
                    lister = (await self._operator.list(path, **options)).__aiter__()
                except NotFound:
                    return
        while True:
            async with self._clerk.deadline(path):
                with self._faults(path):
                    try:
                        one = await anext(lister, None)
                    except NotFound:
                        return
            if one is None:
                return
            yield one

    async def _facts(self, one: Any) -> tuple[int, int]:
        """Size and last change; asked for where the listing does not tell."""
        told = one.metadata
        if told.last_modified is None:
            async with self._clerk.deadline(one.path):
                with self._faults(one.path):
                    told = await self._operator.stat(one.path)
        return int(told.content_length), ms_of(told.last_modified)

    async def delete(self, name: str) -> None:
        """Remove an object."""
        checked_name(name)
        async with self._clerk.deadline(name):
            with self._faults(name):
                try:
                    await self._operator.delete(name)
                except NotFound:
                    return

    async def clock(self) -> int:
        """The ``Date`` of the service's answers, where its address is one of the web. Raises StoreRefused otherwise."""
        if not self._where:
            raise self._clerk.refused("", "it does not tell the time")
        return await clock_by_date(self._clerk, self._where)

    async def close(self) -> None:
        """Connections end with the object."""


def _reason(error: Exception) -> str:
    """The telling parts of opendal's long text."""
    text = str(error)
    found = [next(filter(None, one)).strip() for one in _TELLING.findall(text)]
    return ", ".join(dict.fromkeys(found)) or text.partition("\n")[0]
