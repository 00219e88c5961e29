"""Copies at a WebDAV server (Nextcloud, Apache, storage boxes): opendal reads, a move that refuses writes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import quote

import httpx

from perdure.adapters.store_common import AS_PROMISED, Manner, beside
from perdure.adapters.store_opendal import OpendalCopies
from perdure.continuity.errors import StoreError
from perdure.continuity.rules.addresses import Address, parse_secret
from perdure.continuity.rules.names import checked_name
from perdure.kernel.errors import Invalid

_LOCKED_S: Final = (0.02, 0.1, 0.5, 0.0)
_SECRETS: Final = frozenset({"password", "token"})


class WebdavCopies(OpendalCopies):
    """``webdav://`` and, with TLS, ``webdavs://user@host/path``.

    An upload goes to a name that no listing shows and is then moved with ``Overwrite: F`` (RFC 4918, 10.6), so that a
    broken line leaves no half object and two writers cannot both win. Servers that ignore it are found by the probe.
    """

    def __init__(self, store: str, address: Address, secret: str, manner: Manner = AS_PROMISED) -> None:
        address.only()
        given = parse_secret(secret, "password", _SECRETS)
        if unknown := sorted(set(given) - _SECRETS):
            raise Invalid(f"webdav: the secret file holds {unknown[0]!r}; it may hold {', '.join(sorted(_SECRETS))}")
        scheme = "https" if address.scheme == "webdavs" else "http"
        host = f"[{address.host}]" if ":" in address.host else address.host
        self._base = f"{scheme}://{host}{f':{address.port}' if address.port else ''}"
        self._folder = address.path
        self._made: set[str] = set()
        config = {"endpoint": self._base, "root": f"/{address.path}", **given}
        if address.user:
            config["username"] = address.user
        self._begin(store, "webdav", config, given, manner)
        headers = {"Authorization": f"Bearer {given['token']}"} if "token" in given else {}
        self._web = httpx.AsyncClient(
            auth=(address.user, given.get("password", "")) if address.user else None,
            headers=headers,
            timeout=httpx.Timeout(manner.timeout_s, connect=min(10.0, manner.timeout_s)),
            follow_redirects=False,
        )

    def _url(self, name: str) -> str:
        return f"{self._base}/{quote('/'.join(filter(None, (self._folder, name))))}"

    @asynccontextmanager
    async def _answers(self, name: str, size: int = 0) -> AsyncIterator[None]:
        async with self._clerk.deadline(name, size):
            try:
                yield
            except (httpx.HTTPError, OSError) as error:
                raise self._clerk.unreachable(name, error or type(error).__name__) from error

    def _checked(self, name: str, answer: httpx.Response) -> None:
        if answer.is_success:
            return
        raise self._judged(name, answer)

    def _judged(self, name: str, answer: httpx.Response) -> StoreError:
        reason = f"{answer.status_code} {answer.reason_phrase}"
        if answer.status_code in {408, 423, 429} or (answer.status_code >= 500 and answer.status_code != 507):
            return self._clerk.unreachable(name, reason)
        return self._clerk.full(name, reason) if answer.status_code == 507 else self._clerk.refused(name, reason)

    async def put_new(self, name: str, data: bytes) -> None:
        """Upload beside the place, then move into it."""
        if self._manner.look_first and await self.head(checked_name(name)) is not None:
            raise self._clerk.there(name)
        part = beside(name)
        async with self._answers(name, len(data)):
            await self._upload(part, data)
        async with self._answers(name):
            answer = await self._move(part, name)
            if not answer.is_success:
                await self._web.delete(self._url(part))
        if answer.status_code == 412:
            raise self._clerk.there(name)
        self._checked(name, answer)

    async def _move(self, part: str, name: str) -> httpx.Response:
        headers = {"Destination": self._url(name), "Overwrite": "F"}
        for pause in _LOCKED_S:
            answer = await self._web.request("MOVE", self._url(part), headers=headers)
            if answer.status_code != 423:
                return answer
            await asyncio.sleep(pause)  # another writer is at that name this moment
        return answer

    async def _upload(self, part: str, data: bytes) -> None:
        folder = part.rpartition("/")[0]
        if folder not in self._made:
            await self._make_folders(folder)
            self._made.add(folder)
        answer = await self._web.put(self._url(part), content=data)
        if answer.status_code in {404, 409}:
            self._made.clear()
        self._checked(part, answer)

    async def _make_folders(self, folder: str) -> None:
        """Make every folder on the way; one that is there answers 405."""
        made = ""
        for one in filter(None, f"{self._folder}/{folder}".split("/")):
            made = f"{made}/{quote(one)}"
            answer = await self._web.request("MKCOL", f"{self._base}{made}/")
            if answer.status_code in {401, 507}:
                raise self._judged(folder, answer)

    async def overwrite(self, name: str, data: bytes) -> None:
        """Put over an object, as a thief would."""
        async with self._answers(checked_name(name), len(data)):
            self._checked(name, await self._web.put(self._url(name), content=data))

    async def close(self) -> None:
        """Close the connections."""
        await self._web.aclose()
