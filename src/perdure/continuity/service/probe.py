"""What a store really does, found out by doing it (continuity.md §4.3): no promise of a provider is believed.

The store is opened raw. Everything happens below ``probe/`` and is removed again where the credential may remove; up to
some 40 MiB are sent.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, NamedTuple

from perdure.continuity.errors import AlreadyThere, NotThere, StoreError, StoreFull, StoreRefused
from perdure.continuity.model.capabilities import Capabilities
from perdure.continuity.ports import Store
from perdure.kernel.clock import Clock

FOLDER: Final = "probe"
SIZES: Final = (8 * 1024 * 1024 + 1, 1024 * 1024, 65_536)
_TRICKY: Final = ("Z", "a-b/1", "a.b", "a/1", "a/10", "a/2", "a0", "seg/1/000000000009", "seg/1/000000000010", "z_")
_ROUNDS: Final = 2
_WRITERS: Final = 4
_CUTS: Final = (0.25, 0.5, 0.75)


# Of a store that keeps nothing no more can be said.
_NOTHING: Final[dict[str, Any]] = {
    "list_complete": False,
    "list_ordered": False,
    "create_only": False,
    "stale_match_refused": None,
    "overwrite_refused": False,
    "clock_skew_ms": None,
    "largest": 0,
    "ranges": False,
    "torn_hidden": False,
}


class Finding(NamedTuple):
    """The outcome of one step: ``good`` None where nothing could be tried."""

    step: str
    good: bool | None
    text: str


Tell = Callable[[Finding], None]


def nobody(_finding: Finding) -> None:
    """Tells no one."""


async def probe(store: Store, clock: Clock, tell: Tell = nobody) -> Capabilities:
    """Try everything a store must do. Raises StoreError where it cannot be reached, or refuses the very first write."""
    run = _Probe(store, clock, tell)
    try:
        await run.everything()
    finally:
        await run.tidy()
    return Capabilities(at=clock.now_ms(), delete_refused=run.delete_refused, **run.found)


class _Probe:
    def __init__(self, store: Store, clock: Clock, tell: Tell) -> None:
        self._store = store
        self._clock = clock
        self._tell = tell
        self._base = f"{FOLDER}/{clock.now_ms():015}-{secrets.token_hex(4)}"
        self._made: list[str] = []
        self._upload_s = 1.0
        self.delete_refused = False
        self.found: dict[str, Any] = {}

    async def everything(self) -> None:
        await self._read_after_write()
        if not self.found["read_after_write"]:
            self.found |= _NOTHING
            return
        await self._listing()
        await self._create_only()
        await self._stale_match()
        await self._overwrite()
        await self._sizes()
        await self._torn()
        await self._skew()

    def _name(self, end: str) -> str:
        return f"{self._base}/{end}"

    def _say(self, finding: Finding, **found: Any) -> None:
        self.found |= found
        self._tell(finding)

    async def _put(self, end: str, data: bytes) -> str:
        name = self._name(end)
        self._made.append(name)
        await self._store.put_new(name, data)
        return name

    async def _holds(self, name: str, data: bytes) -> bool:
        try:
            return await self._store.get(name) == data
        except NotThere:
            return False

    async def _read_after_write(self) -> None:
        data = secrets.token_bytes(1000)
        name = await self._put("one", data)
        seen = await self._store.head(name)
        good = await self._holds(name, data) and seen is not None and seen.size == len(data)
        text = "what was written is there at once" if good else "what was written cannot be read back"
        self._say(Finding("read after write", good, text), read_after_write=good)

    async def _listing(self) -> None:
        for end in _TRICKY:
            await self._put(f"list/{end}", b"x")
        given, middle = sorted(self._name(f"list/{end}") for end in _TRICKY), self._name("list/a/10")
        whole = [one.name async for one in self._store.list_after(self._name("list/"))]
        rest = [one.name async for one in self._store.list_after(self._name("list/"), middle)]
        ordered = whole == sorted(whole) and rest == sorted(rest)
        expected = [name for name in given if name > middle]
        complete = sorted(whole) == given and (sorted(rest) == expected or not ordered)
        missing = len(set(given) - set(whole))
        self._say(
            Finding(
                "list",
                complete,
                "all is listed at once" if complete else f"{missing or 'some'} of {len(given)} objects were not listed",
            ),
            list_complete=complete,
        )
        text = "in the order of bytes" if ordered else "in another order: sorted here, which costs memory"
        self._say(Finding("order", ordered, text), list_ordered=ordered)

    async def _create_only(self) -> None:
        good = await self._second_fails() and await self._one_of_many_wins()
        text = "a second write is refused, also at the same time" if good else (
            "LIES: a name can be written twice. It is asked before each write, and never counted for fencing"
        )  # fmt: skip
        self._say(Finding("create-only", good, text), create_only=good)

    async def _second_fails(self) -> bool:
        first = b"first"
        name = await self._put("twice", first)
        return await _fails(self._store.put_new(name, b"second, and longer")) and await self._holds(name, first)

    async def _one_of_many_wins(self) -> bool:
        for turn in range(_ROUNDS):
            name = self._name(f"race/{turn}")
            self._made.append(name)
            given = [f"writer {number} ".encode() * 100 for number in range(_WRITERS)]
            lost = await asyncio.gather(*(_fails(self._store.put_new(name, data)) for data in given))
            winners = [data for data, beaten in zip(given, lost, strict=True) if not beaten]
            if len(winners) != 1 or not await self._holds(name, winners[0]):
                return False
        return True

    async def _stale_match(self) -> None:
        data = b"with a tag"
        name = await self._put("tagged", data)
        try:
            replaced = await self._store.replace_stale(name, b"replaced")
        except (StoreRefused, AlreadyThere, NotThere):
            replaced = False
        if replaced is None:
            self._say(Finding("stale tag", None, "does not apply"), stale_match_refused=None)
            return
        good = not replaced and await self._holds(name, data)
        text = "a write on a false condition is refused" if good else "LIES: a false condition is ignored"
        self._say(Finding("stale tag", good, text), stale_match_refused=good)

    async def _overwrite(self) -> None:
        data = b"to be kept"
        name = await self._put("over", data)
        refused = await _fails(self._store.overwrite(name, b"overwritten")) and await self._holds(name, data)
        text = "this credential cannot" if refused else "this credential can: so can whoever steals it"
        self._say(Finding("overwrite", refused, text), overwrite_refused=refused)

    async def _sizes(self) -> None:
        for size in SIZES:
            data = secrets.token_bytes(size)
            started = self._clock.monotonic()
            try:
                name = await self._put(f"size/{size}", data)
            except (StoreRefused, StoreFull):
                continue
            self._upload_s = self._clock.monotonic() - started
            if await self._holds(name, data):
                full = size == SIZES[0]
                text = f"{size:,} bytes in {self._upload_s:.1f} s" + ("" if full else ": too small for snapshots")
                self._say(Finding("size", full, text), largest=size)
                await self._ranges(name, data)
                return
        self._say(Finding("size", good=False, text=f"not even {SIZES[-1]:,} bytes"), largest=0)
        self._say(Finding("ranges", None, "could not be tried"), ranges=False)

    async def _ranges(self, name: str, data: bytes) -> None:
        spans = ((0, 1), (1, 65_536), (len(data) - 10, 10), (len(data) - 10, 100), (len(data), 1))
        good = True
        for start, length in spans:
            good = good and await self._store.get_range(name, start, length) == data[start : start + length]
        self._say(Finding("ranges", good, "parts are read right" if good else "parts are read wrong"), ranges=good)

    async def _torn(self) -> None:
        data = secrets.token_bytes(max(self.found["largest"], 1))
        good, cut = True, 0
        for part in _CUTS:
            name = self._name(f"torn/{part}")
            self._made.append(name)
            try:
                await asyncio.wait_for(self._store.put_new(name, data), self._upload_s * part)
            except TimeoutError:
                cut += 1
                good = good and await self._whole_or_nothing(name, data)
        text = f"{cut} uploads cut off: nothing half was seen" if good else "half an object is seen under its name"
        self._say(
            Finding("torn upload", good if cut else None, text if cut else "too quick to be cut off"), torn_hidden=good
        )

    async def _whole_or_nothing(self, name: str, data: bytes) -> bool:
        seen = await self._store.head(name)
        if seen is not None and seen.size != len(data):
            return False
        with suppress(AlreadyThere):  # all of it had arrived
            await self._store.put_new(name, data)
        return await self._holds(name, data)

    async def _skew(self) -> None:
        before = self._clock.now_ms()
        try:
            told = await self._store.clock()
        except StoreRefused:
            self._say(Finding("clock", None, "it does not tell the time"), clock_skew_ms=None)
            return
        after = self._clock.now_ms()
        # Whole seconds are the best that most tell: half of one either way is agreement.
        skew = min(told - before + 500, 0) + max(told - after - 500, 0)
        good = abs(skew) <= 2000
        text = f"{skew / 1000:+.1f} s" if skew else "agrees with ours"
        self._say(Finding("clock", good, text if good else f"{text}: one of the two is wrong"), clock_skew_ms=skew)

    async def tidy(self) -> None:
        """Remove what was made, which tells whether the credential may."""
        for number, name in enumerate(dict.fromkeys(self._made)):
            try:
                await self._store.delete(name)
                left = number == 0 and await self._store.head(name) is not None
            except StoreError as error:
                left = isinstance(error, StoreRefused)
                if not left:
                    return
            if left:
                self.delete_refused = True
                break
        if self.found.get("largest"):
            text = "this credential cannot" if self.delete_refused else "this credential can: so can whoever steals it"
            self._say(Finding("delete", self.delete_refused, text))


async def _fails(call: Awaitable[object]) -> bool:
    """Whether a write was refused, in whatever words. Raises StoreUnreachable: then nothing is known."""
    try:
        await call
    except (AlreadyThere, StoreRefused):
        return True
    return False
