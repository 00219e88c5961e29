"""What continuity needs from outside."""

from collections.abc import AsyncIterator
from typing import Literal, Protocol

from perdure.continuity.model.objects import ObjectInfo
from perdure.continuity.model.stores import StoreRecord
from perdure.kernel.db import Tx


class Store(Protocol):
    """One place for copies under one owner. Objects are created once and never changed.

    Names are relative (``seg/1/0000000001``), of letters, digits, ``. _ - /``, up to 200 characters, and no part begins
    with a dot (``rules.names``); others raise Invalid. Every method may raise StoreUnreachable, StoreRefused or
    StoreFull; each error names the store and the object.
    """

    async def put_new(self, name: str, data: bytes) -> None:
        """Create an object, durably, or raise AlreadyThere and leave the first bytes as they are.

        Where a store cannot refuse by itself (the probe finds out) the adapter asks first: no guard against two
        writers, which is why such a store never counts for fencing. AlreadyThere may also come from an earlier try of
        one's own whose answer was lost: compare the bytes before calling it a rival.
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

    async def overwrite(self, name: str, data: bytes) -> None:
        """Write over an object without asking, as a thief with the host's credential would.

        The probe does, and who writes pages to a static host.
        """
        ...

    async def replace_stale(self, name: str, data: bytes) -> bool | None:
        """Try to replace an object on a condition that is false: True if it was replaced, None if there is no such way.

        The probe alone does.
        """
        ...

    async def clock(self) -> int:
        """The store's idea of now, in ms since the epoch. Raises StoreRefused where a store does not tell the time."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class StoreOpener(Protocol):
    """Knows the adapters of all kinds of stores."""

    def open(self, record: StoreRecord, secret: str, *, raw: bool = False) -> Store:
        """The store behind a record; nothing is connected before the first call. Raises Invalid for a bad address.

        A store is used as its probe found it: asked first where it overwrites, sorted where it lists in disorder.
        ``raw`` uses it as it comes, which only the probe does.
        """
        ...

    def make_ready(self, record: StoreRecord) -> None:
        """What must be done once, when a store is added: a folder gets its mark. Raises Invalid."""
        ...


class Eraser(Protocol):
    """How a domain erases one of its things again, after a restore to an older point."""

    @property
    def scope(self) -> str:
        """As the ledger's entries have it."""
        ...

    def ids_in(self, tx: Tx, after: int, most: int) -> list[int]:
        """Ids above ``after`` of what is not erased, in order."""
        ...

    def erase_in(self, tx: Tx, ref: int) -> Literal["erased", "held", "gone"]:
        """Erase one; ``held`` where a legal hold keeps it, ``gone`` where there was nothing to do."""
        ...
