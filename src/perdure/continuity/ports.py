"""What continuity needs from outside."""

from collections.abc import AsyncIterator
from typing import Protocol

from perdure.continuity.model.objects import ObjectInfo


class Store(Protocol):
    """One place for copies under one owner. Objects are created once and never changed.

    Names are relative (``seg/1/0000000001``), of letters, digits, ``. _ - /``, up to 200 characters. Every method may
    raise StoreUnreachable, StoreRefused, StoreFull; each error names the store and the object.
    """

    async def put_new(self, name: str, data: bytes) -> None:
        """Create an object, durably, or raise AlreadyThere and leave the first bytes as they are.

        Where a store cannot refuse by itself (the probe finds out) the adapter asks first: no guard against two
        writers, which is why such a store never counts for fencing.
        """
        ...

    async def get(self, name: str) -> bytes:
        """The bytes of an object. Raises NotThere."""
        ...

    async def get_range(self, name: str, start: int, length: int) -> bytes:
        """Part of an object, shorter where it ends. Raises NotThere."""
        ...

    async def head(self, name: str) -> ObjectInfo | None:
        """What is known of an object, or None where it is not there."""
        ...

    def list_after(self, prefix: str, after: str = "") -> AsyncIterator[ObjectInfo]:
        """Objects whose name starts with ``prefix`` and sorts after ``after``, in the order of their names' bytes."""
        ...

    async def delete(self, name: str) -> None:
        """Remove an object; none there is no error. Never wired to the host's own credential."""
        ...

    async def clock(self) -> int:
        """The store's idea of now, in ms since the epoch."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
