"""Copies in object stores: S3 and what speaks it, Google Cloud Storage, Azure Blob Storage."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    GenericError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
    UnknownConfigurationKeyError,
)
from obstore.store import AzureStore, GCSStore, S3Store

from perdure.adapters.store_common import AS_PROMISED, Clerk, Manner, clock_by_date, ms_of, type_of
from perdure.continuity.errors import NotThere, StoreError
from perdure.continuity.model.objects import ObjectInfo
from perdure.continuity.rules.addresses import Address, parse_secret
from perdure.continuity.rules.names import checked_name, checked_prefix
from perdure.kernel.errors import Invalid

_OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "s3": ("endpoint", "region", "access_key_id", "virtual_hosted_style_request", "skip_signature"),
    "gs": ("base_url", "skip_signature"),
    "az": ("account_name", "endpoint", "skip_signature"),
}
_ALONE: Final = {"s3": "secret_access_key", "gs": "service_account_key", "az": "account_key"}
_SECRETS: Final[Mapping[str, frozenset[str]]] = {
    "s3": frozenset({"access_key_id", "secret_access_key", "token"}),
    "gs": frozenset({"service_account_key", "bearer_token"}),
    "az": frozenset({"account_key", "sas_key", "token"}),
}
_TELLING: Final = re.compile(r"status code: (\d+ [A-Za-z ]+)|<Code>(\w+)</Code>|message: \"([^\"]+)\"")
# No server gives this tag to the probe's few bytes.
_STALE: Final = '"00000000000000000000000000000000"'


class ObstoreCopies:
    """A bucket or container, in it all names below the address's path."""

    def __init__(self, store: str, address: Address, secret: str, manner: Manner = AS_PROMISED) -> None:
        kind = address.scheme
        address.only(*_OPTIONS[kind])
        given = _credentials(kind, secret)
        if not given and address.options.get("skip_signature") != "true":
            # What stands in this machine's variables or its metadata service is not in the config bundle.
            raise Invalid(f"{kind}: this store needs a secret: give it with --secret-file")
        self._clerk = Clerk(store, given.values(), manner.timeout_s)
        self._manner = manner
        self._where = _date_url(address)
        self._bucket = _open(address, {**address.options, **given}, manner.timeout_s)

    @contextmanager
    def _faults(self, name: str) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError) as error:
            raise self._told(name, error) from error

    def _told(self, name: str, error: Exception) -> StoreError:
        reason = _reason(error)
        if isinstance(error, AlreadyExistsError | PreconditionError):
            return self._clerk.there(name)
        if isinstance(error, NotFoundError | FileNotFoundError):
            if "NoSuchBucket" in reason or "ContainerNotFound" in reason:
                return self._clerk.refused(name, f"there is no such bucket: {reason}")
            return self._clerk.missing(name)
        if isinstance(error, PermissionDeniedError | UnauthenticatedError):
            return self._clerk.refused(name, reason)
        return self._clerk.judge(name, reason)

    async def put_new(self, name: str, data: bytes) -> None:
        """Create an object in one request, on the condition that there is none."""
        if self._manner.look_first and await self.head(name) is not None:
            raise self._clerk.there(name)
        await self._put(name, data, "create")

    async def overwrite(self, name: str, data: bytes) -> None:
        """Put without a condition, as a thief would."""
        await self._put(name, data, "overwrite")

    async def replace_stale(self, name: str, data: bytes) -> bool | None:
        """Put on the condition of a tag that the object never had."""
        try:
            await self._put(name, data, {"e_tag": _STALE})
        except StoreError as error:
            if error.kind == "already_there":
                return False
            raise
        return True

    async def _put(self, name: str, data: bytes, mode: Any) -> None:
        checked_name(name)
        async with self._clerk.deadline(name, len(data)):
            with self._faults(name):
                try:
                    await obstore.put_async(
                        self._bucket, name, data, mode=mode, use_multipart=False, attributes=_attributes(name)
                    )
                except (NotFoundError, FileNotFoundError) as error:
                    raise self._clerk.refused(name, f"there is no such bucket: {_reason(error)}") from error

    async def get(self, name: str) -> bytes:
        """The whole object."""
        checked_name(name)
        with self._faults(name):
            async with self._clerk.deadline(name):
                found = await obstore.get_async(self._bucket, name)
            async with self._clerk.deadline(name, int(found.meta["size"])):
                return bytes(await found.bytes_async())

    async def get_range(self, name: str, start: int, length: int) -> bytes:
        """Part of an object."""
        found = await self.head(name)
        if found is None:
            raise self._clerk.missing(name)
        end = min(start + length, found.size)
        if start >= end:
            return b""
        async with self._clerk.deadline(name, length):
            with self._faults(name):
                try:
                    return bytes(await obstore.get_range_async(self._bucket, name, start=start, end=end))
                except GenericError as error:
                    if "non-partial" not in str(error):
                        raise
        return (await self.get(name))[start:end]

    async def head(self, name: str) -> ObjectInfo | None:
        """Size and last change."""
        checked_name(name)
        try:
            async with self._clerk.deadline(name):
                with self._faults(name):
                    found = await obstore.head_async(self._bucket, name)
        except NotThere:
            return None
        return ObjectInfo(name, int(found["size"]), ms_of(found["last_modified"]))

    async def list_after(self, prefix: str, after: str = "") -> AsyncIterator[ObjectInfo]:
        """Objects in the order in which the store tells them, or sorted where the probe found that necessary."""
        pages = self._pages(checked_prefix(prefix), after)
        if not self._manner.sort:
            async for info in pages:
                yield info
            return
        for info in sorted([info async for info in pages], key=lambda one: one.name):
            yield info

    async def _pages(self, prefix: str, after: str) -> AsyncIterator[ObjectInfo]:
        stream = obstore.list(
            self._bucket,
            prefix.rpartition("/")[0] or None,
            offset=None if self._manner.sort else after or None,
            chunk_size=1000,
        )
        pages = stream.__aiter__()
        while True:
            async with self._clerk.deadline(prefix):
                with self._faults(prefix):
                    page = await anext(pages, None)
            if page is None:
                return
            for one in page:
                if one["path"].startswith(prefix) and one["path"] > after:
                    yield ObjectInfo(one["path"], int(one["size"]), ms_of(one["last_modified"]))

    async def delete(self, name: str) -> None:
        """Remove an object."""
        checked_name(name)
        try:
            async with self._clerk.deadline(name):
                with self._faults(name):
                    await obstore.delete_async(self._bucket, name)
        except NotThere:
            return

    async def clock(self) -> int:
        """The ``Date`` of the service's answers."""
        return await clock_by_date(self._clerk, self._where)

    async def close(self) -> None:
        """Connections end with the object."""


def _credentials(kind: str, secret: str) -> dict[str, str]:
    given = parse_secret(secret, _ALONE[kind], _SECRETS[kind])
    if "json" in given:
        given = {"service_account_key": given["json"]}
    if unknown := sorted(set(given) - _SECRETS[kind]):
        raise Invalid(f"{kind}: the secret file holds {unknown[0]!r}; it may hold {', '.join(sorted(_SECRETS[kind]))}")
    return given


def _attributes(name: str) -> Any:
    kind = type_of(name)
    return {"Content-Type": kind} if kind else None


def _open(address: Address, config: dict[str, str], timeout_s: float) -> Any:
    plain = any(value.startswith("http://") for value in (config.get("endpoint", ""), config.get("base_url", "")))
    made = {"s3": S3Store, "gs": GCSStore, "az": AzureStore}[address.scheme]
    if address.scheme == "s3":
        # An endpoint in this machine's variables must not take the copies elsewhere.
        config = {"region": "us-east-1", "endpoint": _date_url(address), **config}
    try:
        return made(
            address.host,
            prefix=address.path or None,
            config=config,
            client_options={"allow_http": plain, "timeout": timedelta(seconds=timeout_s * 4), "connect_timeout": "10s"},
            retry_config={"max_retries": 1, "retry_timeout": timedelta(seconds=timeout_s / 3)},
        )
    except (BaseError, UnknownConfigurationKeyError, ValueError, TypeError) as error:
        raise Invalid(f"{address.scheme}: the address or the secret cannot be used: {_reason(error)}") from None


def _date_url(address: Address) -> str:
    options = address.options
    if found := options.get("endpoint") or options.get("base_url"):
        return found
    if address.scheme == "s3":
        return f"https://s3.{options.get('region', 'us-east-1')}.amazonaws.com"
    if address.scheme == "az":
        return f"https://{options.get('account_name', 'login')}.blob.core.windows.net"
    return "https://storage.googleapis.com"


def _reason(error: Exception) -> str:
    """The telling parts of a long text, which otherwise repeats the whole request."""
    text = str(error)
    found = [next(filter(None, one)).strip() for one in _TELLING.findall(text)]
    return ", ".join(dict.fromkeys(found)) or text.partition("\n")[0].rpartition(": ")[2]
