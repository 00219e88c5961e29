"""A store with faults: a real store behind a wrapper that misbehaves as real providers do.

Every switch may be thrown in the middle of a test. ``calls`` counts what was asked, by method.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from perdure.adapters.store_folder import FolderCopies, adopt
from perdure.continuity.errors import StoreFull, StoreRefused, StoreUnreachable
from perdure.continuity.model.objects import ObjectInfo
from perdure.continuity.ports import Store


class FaultyStore:
    """Passes everything on to ``inner``, but for the faults that are switched on."""

    def __init__(self, inner: Store, name: str = "faulty") -> None:
        self.inner = inner
        self.name = name
        self.calls: Counter[str] = Counter()
        self.down = False
        """Nobody answers."""
        self.delay_s = 0.0
        """Every answer comes this late."""
        self.tears = False
        """A put keeps the first half under the object's name, and the line breaks."""
        self.full = False
        """No room for anything new."""
        self.clock_off_ms = 0
        """The store's clock minus the true one; objects bear it too."""
        self.refuses_delete = False
        """The credential can neither remove nor overwrite."""
        self.hides_tail = 0
        """So many objects at the end of every listing are not listed, nor found: a rollback, or a list that lags."""
        self.lists_late = 0
        """So many are not listed, but found by name."""
        self.forgets = False
        """Says yes to every put and keeps nothing."""
        self.overwrites = False
        """Says yes to a put of a name that is taken, and puts the new bytes there."""
        self.revoked_after: int | None = None
        """So many calls succeed yet; then the credential is worth nothing."""
        self.rotten: set[str] = set()
        """Objects of which one bit is read wrong."""

    async def _begin(self, method: str, name: str) -> None:
        self.calls[method] += 1
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.down:
            raise StoreUnreachable(f"Store {self.name}: {name}: no answer", store=self.name, name=name)
        if self.revoked_after is not None:
            if self.revoked_after <= 0:
                raise StoreRefused(f"Store {self.name}: {name}: credentials revoked", store=self.name, name=name)
            self.revoked_after -= 1

    async def _hidden(self, prefix: str) -> set[str]:
        if not self.hides_tail:
            return set()
        names = [one.name async for one in self.inner.list_after(prefix)]
        return set(names[-self.hides_tail :])

    async def put_new(self, name: str, data: bytes) -> None:
        await self._begin("put_new", name)
        if self.full:
            raise StoreFull(f"Store {self.name}: {name}: no room", store=self.name, name=name)
        if self.forgets:
            return
        if self.tears:
            await self.inner.put_new(name, data[: len(data) // 2])
            raise StoreUnreachable(f"Store {self.name}: {name}: the line broke", store=self.name, name=name)
        if self.overwrites and await self.inner.head(name) is not None:
            await self.inner.overwrite(name, data)
            return
        await self.inner.put_new(name, data)

    async def get(self, name: str) -> bytes:
        await self._begin("get", name)
        return self._read(name, await self.inner.get(await self._found(name)))

    async def get_range(self, name: str, start: int, length: int) -> bytes:
        await self._begin("get_range", name)
        return self._read(name, await self.inner.get_range(await self._found(name), start, length))

    async def _found(self, name: str) -> str:
        folder = name.rpartition("/")[0]
        return f"{name}-hidden" if name in await self._hidden(f"{folder}/" if folder else "") else name

    def _read(self, name: str, data: bytes) -> bytes:
        return bytes([data[0] ^ 1]) + data[1:] if name in self.rotten and data else data

    async def head(self, name: str) -> ObjectInfo | None:
        await self._begin("head", name)
        found = await self.inner.head(await self._found(name))
        return found and self._dated(found)

    async def list_after(self, prefix: str, after: str = "") -> AsyncIterator[ObjectInfo]:
        await self._begin("list_after", prefix)
        found = [one async for one in self.inner.list_after(prefix, after)]
        unseen = max(self.lists_late, self.hides_tail)
        for one in found[:-unseen] if unseen else found:
            yield self._dated(one)

    def _dated(self, info: ObjectInfo) -> ObjectInfo:
        return replace(info, modified=info.modified + self.clock_off_ms)

    async def delete(self, name: str) -> None:
        await self._begin("delete", name)
        self._guard(name)
        await self.inner.delete(name)

    async def overwrite(self, name: str, data: bytes) -> None:
        await self._begin("overwrite", name)
        self._guard(name)
        await self.inner.overwrite(name, data)

    def _guard(self, name: str) -> None:
        if self.refuses_delete:
            raise StoreRefused(f"Store {self.name}: {name}: not allowed", store=self.name, name=name)

    async def replace_stale(self, name: str, data: bytes) -> bool | None:
        await self._begin("replace_stale", name)
        return await self.inner.replace_stale(name, data)

    async def clock(self) -> int:
        await self._begin("clock", "")
        return await self.inner.clock() + self.clock_off_ms

    async def close(self) -> None:
        await self.inner.close()


def faulty_folder(root: Path, name: str = "faulty") -> FaultyStore:
    """A faulty store on a folder, which is made where it is missing."""
    root.mkdir(parents=True, exist_ok=True)
    adopt(root)
    return FaultyStore(FolderCopies(name, root), name)
