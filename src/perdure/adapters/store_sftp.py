"""Copies on any machine with an SSH account, through SFTP. The server's key is pinned: nobody steps in between."""

import asyncio
import hmac
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, Final, TypeVar

import asyncssh
from asyncssh import sftp as protocol

from perdure.adapters.store_common import AS_PROMISED, Clerk, Entry, Manner, beside, walk
from perdure.continuity.errors import StoreError
from perdure.continuity.model.objects import ObjectInfo
from perdure.continuity.rules.addresses import Address, parse_secret
from perdure.continuity.rules.names import checked_name, checked_prefix
from perdure.kernel.errors import Invalid

T = TypeVar("T")
_ABSENT: Final = (protocol.SFTPNoSuchFile, protocol.SFTPNoSuchPath, protocol.SFTPNotADirectory)
_LOST: Final = (asyncssh.ConnectionLost, protocol.SFTPConnectionLost, protocol.SFTPNoConnection, ConnectionError)
_FULL: Final = (protocol.SFTPNoSpaceOnFilesystem, protocol.SFTPQuotaExceeded)
_FOLDER: Final = 2  # the protocol's number for a directory
_SECRETS: Final = frozenset({"password", "private_key"})


class SftpCopies:
    """Objects as files below the address's path; one connection, kept, and made anew when it is lost.

    An upload goes to a name that no listing shows, is synced where the server can, and is then renamed, which by the
    protocol never overwrites. Servers that overwrite all the same are found by the probe.
    """

    def __init__(self, store: str, address: Address, secret: str, manner: Manner = AS_PROMISED) -> None:
        address.only("host_key")
        if not address.user:
            raise Invalid("sftp: the address names no user, as in sftp://USER@host/path")
        self._given = parse_secret(secret, "password", _SECRETS)
        if unknown := sorted(set(self._given) - _SECRETS):
            raise Invalid(f"sftp: the secret file holds {unknown[0]!r}; it may hold {', '.join(sorted(_SECRETS))}")
        self._keys = [_private_key(self._given)] if "private_key" in self._given else None
        self._clerk = Clerk(store, self._given.values(), manner.timeout_s)
        self._address = address
        home = address.path.partition("/")[0] == "~"
        self._root = address.path[2:] or "." if home else f"/{address.path}"
        self._manner = manner
        self._made: set[str] = set()
        self._connecting = asyncio.Lock()
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}" if name else self._root

    async def _sftp(self) -> asyncssh.SFTPClient:
        async with self._connecting:
            if self._client is None or self._connection is None or self._connection.is_closed():
                await self._let_go()
                self._connection = await self._connect()
                self._client = await self._connection.start_sftp_client()
            return self._client

    async def _connect(self) -> asyncssh.SSHClientConnection:
        pin = _Pin(self._address.options.get("host_key", ""))
        try:
            return await asyncssh.connect(
                self._address.host,
                self._address.port or 22,
                username=self._address.user,
                password=self._given.get("password"),
                client_keys=self._keys,
                known_hosts=([], [], []),
                client_factory=lambda: pin,
                agent_path=None,
                config=None,
                keepalive_interval=15,
                connect_timeout=min(10.0, self._manner.timeout_s),
                login_timeout=min(15.0, self._manner.timeout_s),
            )
        except asyncssh.HostKeyNotVerifiable as error:
            raise self._clerk.refused("", pin.verdict()) from error

    async def _run(self, name: str, size: int, call: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        """One errand, twice where the kept connection turns out to be gone."""
        async with self._clerk.deadline(name, size):
            try:
                client = await self._sftp()
                try:
                    return await call(client)
                except _LOST:
                    await self._let_go()
                    return await call(await self._sftp())
            except (asyncssh.Error, OSError) as error:
                raise self._told(name, error) from error

    def _told(self, name: str, error: Exception) -> StoreError:
        if isinstance(error, _ABSENT):
            return self._clerk.missing(name)
        if isinstance(error, _FULL):
            return self._clerk.full(name, error)
        refusals = (asyncssh.PermissionDenied, asyncssh.KeyExchangeFailed, protocol.SFTPPermissionDenied)
        if isinstance(error, (*refusals, protocol.SFTPWriteProtect, protocol.SFTPOpUnsupported)):
            return self._clerk.refused(name, error)
        return self._clerk.judge(name, error)

    async def put_new(self, name: str, data: bytes) -> None:
        """Upload beside the place, then rename into it."""
        if self._manner.look_first and await self.head(name) is not None:
            raise self._clerk.there(name)
        part = beside(name)
        await self._run(name, len(data), lambda client: self._upload(client, part, data))
        await self._run(name, 0, lambda client: self._place(client, part, name))

    async def _upload(self, client: asyncssh.SFTPClient, part: str, data: bytes) -> None:
        path = self._path(part)
        folder = path.rpartition("/")[0]
        if folder not in self._made:
            await client.makedirs(folder, exist_ok=True)
            self._made.add(folder)
        try:
            await _write(client, path, data)
        except _ABSENT:
            self._made.clear()
            raise
        except protocol.SFTPFailure as error:
            # Version 3 of the protocol has one word for all that goes wrong on a disk.
            if await _is_full(client, self._root):
                raise self._clerk.full(part, error) from error
            raise

    async def _place(self, client: asyncssh.SFTPClient, part: str, name: str) -> None:
        try:
            await client.rename(self._path(part), self._path(name))
        except protocol.SFTPError as error:
            taken = await client.exists(self._path(name))
            with suppress(asyncssh.Error):
                await client.remove(self._path(part))
            if taken and not isinstance(error, _LOST):
                raise self._clerk.there(name) from error
            raise

    async def overwrite(self, name: str, data: bytes) -> None:
        """Write over a file, as a thief would."""
        path = self._path(checked_name(name))
        await self._run(name, len(data), lambda client: _write(client, path, data))

    async def replace_stale(self, name: str, data: bytes) -> bool | None:  # noqa: ARG002 - the port's shape
        """Files have no versions to compare."""
        return None

    async def get(self, name: str) -> bytes:
        """The whole file."""
        path = self._path(checked_name(name))
        found = await self.head(name)
        if found is None:
            raise self._clerk.missing(name)
        return await self._run(name, found.size, lambda client: _read(client, path, 0, -1))

    async def get_range(self, name: str, start: int, length: int) -> bytes:
        """Part of a file."""
        path = self._path(checked_name(name))
        return await self._run(name, length, lambda client: _read(client, path, start, length))

    async def head(self, name: str) -> ObjectInfo | None:
        """Size and last change."""
        path = self._path(checked_name(name))

        async def look(client: asyncssh.SFTPClient) -> ObjectInfo | None:
            try:
                found = await client.stat(path)
            except _ABSENT:
                return None
            return ObjectInfo(name, found.size or 0, (found.mtime or 0) * 1000)

        return await self._run(name, 0, look)

    async def list_after(self, prefix: str, after: str = "") -> AsyncIterator[ObjectInfo]:
        """Files whose name starts with ``prefix``, sorted by it."""
        async for info in walk(self._entries, checked_prefix(prefix), after):
            yield info

    async def _entries(self, folder: str) -> Iterable[Entry]:
        async def read(client: asyncssh.SFTPClient) -> list[Entry]:
            try:
                return [_entry(one) for one in await client.readdir(self._path(folder))]
            except _ABSENT:
                return []

        return await self._run(folder, 0, read)

    async def delete(self, name: str) -> None:
        """Remove a file."""
        path = self._path(checked_name(name))

        async def remove(client: asyncssh.SFTPClient) -> None:
            with suppress(*_ABSENT):
                await client.remove(path)

        await self._run(name, 0, remove)

    async def clock(self) -> int:
        """When the server says that a file made now was made: whole seconds, so half a second is added."""

        async def ask(client: asyncssh.SFTPClient) -> int:
            path = self._path(f".{secrets.token_hex(8)}.part")
            await client.makedirs(self._root, exist_ok=True)
            await _write(client, path, b"")
            found = await client.stat(path)
            with suppress(asyncssh.Error):
                await client.remove(path)
            return (found.mtime or 0) * 1000 + 500

        return await self._run("", 0, ask)

    async def _let_go(self) -> None:
        if self._client is not None:
            self._client.exit()
        if self._connection is not None:
            self._connection.abort()
        self._client = self._connection = None

    async def close(self) -> None:
        """End the connection."""
        connection = self._connection
        await self._let_go()
        if connection is not None:
            with suppress(TimeoutError, asyncssh.Error, OSError):
                await asyncio.wait_for(connection.wait_closed(), 2)


class _Pin(asyncssh.SSHClient):
    """Lets one server in: the one whose key has the pinned fingerprint."""

    def __init__(self, pinned: str) -> None:
        self._pinned = pinned
        self._shown = ""

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002 - asyncssh's shape
        """Compare before anything secret is said."""
        self._shown = key.get_fingerprint()
        return hmac.compare_digest(self._shown.rstrip("=").encode(), self._pinned.rstrip("=").encode())

    def verdict(self) -> str:
        """Why the server was not let in, and what to do."""
        if not self._pinned:
            return f"its key is {self._shown}. Compare it with its owner's, then add ?host_key={self._shown} to the URL"
        return f"it shows the key {self._shown} and not the pinned {self._pinned}: somebody may stand in between"


def _private_key(given: dict[str, str]) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_private_key(given["private_key"])
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        raise Invalid("sftp: the private key cannot be read: it must be OpenSSH or PEM, without a passphrase") from None


def _entry(one: Any) -> Entry:
    folder = one.attrs.type == _FOLDER
    name = one.filename if isinstance(one.filename, str) else one.filename.decode("utf-8", "replace")
    if name in {".", ".."}:
        return Entry(".", folder, 0, 0)
    return Entry(name, folder, one.attrs.size or 0, (one.attrs.mtime or 0) * 1000)


async def _write(client: asyncssh.SFTPClient, path: str, data: bytes) -> None:
    async with client.open(path, "wb") as file:
        await file.write(data)
        with suppress(protocol.SFTPOpUnsupported):
            await file.fsync()


async def _read(client: asyncssh.SFTPClient, path: str, start: int, length: int) -> bytes:
    async with client.open(path, "rb") as file:
        found = await file.read(length, start)
    return found if isinstance(found, bytes) else found.encode()


async def _is_full(client: asyncssh.SFTPClient, path: str) -> bool:
    try:
        return (await client.statvfs(path)).bavail == 0
    except (asyncssh.Error, OSError):
        return False
