"""Whether a store still behaves as its probe found it: seen by each sign of life that it is given, not once a week.

Nothing here holds up a copy: what is found is a remark in the status, and an alarm.
"""

from typing import Final

from perdure.continuity.errors import AlreadyThere, StoreError, StoreFull, StoreRefused
from perdure.continuity.model.objects import ObjectInfo
from perdure.continuity.model.reigns import Head
from perdure.continuity.model.stores import StoreRecord
from perdure.continuity.ports import Store
from perdure.continuity.rules import layout
from perdure.kernel.clock import Clock

_SLOW_S: Final = 10.0
_SKEW_MS: Final = 3_000
"""Two seconds, and one for those that tell whole seconds."""
_LIST_PAUSE: Final = 1_000
"""A list is asked for again after so many times as long as it took: some stores can only list everything."""


class Checks:
    """What is remarkable about one store, by kind; nothing is where all is well."""

    def __init__(self, record: StoreRecord, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._asked_first = record.capabilities is not None and record.capabilities.lying
        self._unanswered = 0.0
        self._slowness = ""
        self._list_at = 0.0
        self._found: dict[str, str] = {}

    def remarks(self) -> tuple[str, ...]:
        """In sentences without their full stop."""
        waited = self._clock.monotonic() - self._unanswered if self._unanswered else 0.0
        silence = f"it has not answered for {waited:.0f} s" if waited > _SLOW_S else self._slowness
        return tuple(one for one in (silence, *self._found.values()) if one)

    def asked(self) -> None:
        """Something small was asked of the store."""
        self._unanswered = self._unanswered or self._clock.monotonic()

    def answered(self) -> None:
        """It answered, whatever it said."""
        took = self._clock.monotonic() - self._unanswered
        self._slowness = f"it took {took:.0f} s to answer" if took > _SLOW_S else ""
        self._unanswered = 0.0

    def failed(self, error: StoreError) -> None:
        """It did not answer, or refused to do what it was asked: a site at rest would hear of it from nowhere else."""
        if isinstance(error, StoreRefused | StoreFull):
            self._unanswered = 0.0
            self._note("refused", error.public)

    async def after_head(self, head: Head, other: bytes, before_ms: int) -> bool:
        """Look at a head that was just put; whether it is there. ``other`` are other bytes that would do as well.

        ``before_ms`` is when the put began. Raises StoreError.
        """
        name = layout.head(head.host, head.at)
        info = await self._store.head(name)
        self._note("refused", "")
        self._note("kept", f"it said yes to {name} and does not hold it" if info is None else "")
        if info is None:
            return False
        self._note("clock", self._clock_is_off(info, before_ms))
        if not self._asked_first:
            self._note("once", await self._overwrites(name, other))
        await self._is_listed(name, layout.head(head.host, head.at - 1))
        return True

    def _note(self, kind: str, remark: str) -> None:
        self._found[kind] = remark

    def _clock_is_off(self, info: ObjectInfo, before_ms: int) -> str:
        """Nothing depends on a store's clock; but what deletes by age there does."""
        now = self._clock.now_ms()
        off = min(info.modified - before_ms + _SKEW_MS, 0) + max(info.modified - now - _SKEW_MS, 0)
        if not info.modified or not off:
            return ""
        return f"its clock and this host's are {abs(info.modified - now) / 1000:.0f} s apart: one of them is wrong"

    async def _overwrites(self, name: str, other: bytes) -> str:
        try:
            await self._store.put_new(name, other)
        except AlreadyThere:
            return ""
        except StoreError:  # full or refused: the lane says so, and nothing is known of this
            return self._found.get("once", "")
        return f"it let {name} be written twice: run perdure stores probe, then it is asked before each write"

    async def _is_listed(self, name: str, after: str) -> None:
        began = self._clock.monotonic()
        if began < self._list_at:
            return
        listed = [info.name async for info in self._store.list_after(f"{name.rpartition('/')[0]}/", after)]
        now = self._clock.monotonic()
        self._list_at = now + (now - began) * _LIST_PAUSE
        late = f"its list does not show {name}, which it holds: what is newest is found there by its name alone"
        self._note("list", "" if name in listed else late)
