"""Objects from any store: the first that delivers a valid one, and a note of everything that stood in the way."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final, NamedTuple, TypeVar

from perdure.continuity.errors import NotThere, StoreError, StoreUnreachable
from perdure.continuity.model.shapes import Shapes, read_shapes
from perdure.continuity.ports import Store
from perdure.continuity.rules import layout, sealing
from perdure.kernel.errors import Invalid

T = TypeVar("T")
_MOST_FAULTS: Final = 200
_SLOW_S: Final = 0.25
PATIENCE_S: Final = 5.0
"""How long lists of other stores are waited for when one has answered."""


class Held(NamedTuple):
    """An object as a store lists it."""

    store: str
    size: int
    name: str


class Sources:
    """The stores of a restore. ``identity`` is the kit's; what is unwrapped with it is kept."""

    def __init__(self, stores: Mapping[str, Store], identity: str) -> None:
        self.stores = dict(stores)
        self._identity = identity
        self.faults: list[str] = []
        self.dead: dict[str, str] = {}
        self.late: set[str] = set()
        """Stores that answer, but so slowly that they are asked for lists only where the others are not enough."""
        self._slowness: dict[str, int] = {}
        self._patience_s: float | None = PATIENCE_S
        self._keys: dict[str, bytes] = {}
        self._others: dict[str, dict[str, bytes]] = {}
        self._shapes: dict[str, Shapes] = {}

    @property
    def living(self) -> dict[str, Store]:
        """Stores that answered so far; one that is much slower than the others comes after them."""
        names = sorted(self.stores, key=lambda name: (name in self.late, self._slowness.get(name, 0)))
        return {name: self.stores[name] for name in names if name not in self.dead}

    def note(self, fault: str) -> None:
        """Remember what stood in the way."""
        if fault not in self.faults and len(self.faults) < _MOST_FAULTS:
            self.faults.append(fault)

    def everybody(self) -> bool:
        """From now on late stores are waited for; tells whether there are any, so that it is worth looking again."""
        there, self.late = bool(self.late - self.dead.keys()), set()
        self._patience_s = None
        return there

    async def listed(self, prefix: str, after: str = "") -> dict[str, list[Held]]:
        """By name: the stores that list an object. One that does not answer, or late, is asked no more."""
        began = time.monotonic()

        async def ask(name: str, store: Store) -> list[Held]:
            try:
                infos = [info async for info in store.list_after(prefix, after)]
            except StoreError as error:
                self._lost(name, error)
                return []
            self._slowness[name] = int((time.monotonic() - began) / _SLOW_S).bit_length()
            return [Held(name, info.size, info.name) for info in infos]

        asked = self.living
        quick = {name: store for name, store in asked.items() if name not in self.late} or asked
        found: dict[str, list[Held]] = {}
        for one in await self._answered({name: asyncio.create_task(ask(name, store)) for name, store in quick.items()}):
            found.setdefault(one.name, []).append(one)
        order = list(self.living)
        for holders in found.values():
            holders.sort(key=lambda one: order.index(one.store) if one.store in order else len(order))
        return dict(sorted(found.items()))

    async def holding(self, name: str) -> list[str]:
        """The stores that hold an object, asked by its name."""
        found = []
        for store, opened in self.living.items():
            try:
                if store not in self.late and await opened.head(name) is not None:
                    found.append(store)
            except StoreError as error:
                self._lost(store, error)
        return found

    async def _answered(self, tasks: Mapping[str, "asyncio.Task[list[Held]]"]) -> list[Held]:
        """What stores say, as soon as all have answered, or some and the others have had their time."""
        _, waiting = await asyncio.wait(tasks.values(), return_when=asyncio.FIRST_COMPLETED)
        while waiting and not any(task.done() and name not in self.dead for name, task in tasks.items()):
            _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if waiting:
            _, waiting = await asyncio.wait(waiting, timeout=self._patience_s)
        for name, task in tasks.items():
            if task in waiting:
                task.cancel()
                self.late.add(name)
                self.note(f"Store {name} answers late: what it holds is asked of the other stores first")
        return [one for task in tasks.values() if task not in waiting for one in task.result()]

    async def fetch(self, name: str, check: Callable[[bytes], T]) -> T:
        """What ``check`` makes of the first copy that it takes; it raises Invalid for one that is not right.

        Raises Invalid, which names the object and says why no store's copy is taken.
        """
        reasons: list[str] = []
        for store, opened in self.living.items():
            try:
                return check(await opened.get(name))
            except NotThere:
                reasons.append(f"not at {store}")
            except StoreError as error:
                self._lost(store, error)
                reasons.append(error.public)
            except Invalid as error:
                reasons.append(f"at {store}: {error.public}")
                self.note(f"Store {store}: {error.public}")
        raise Invalid(f"No store has a whole {name} ({'; '.join(reasons) or 'no store answers'})")

    async def opened(self, epoch: int, name: str, use: Callable[[bytes], T]) -> T:
        """What ``use`` makes of a data key. Raises Invalid, as it does for a wrong one.

        A wrapped key says nothing of whose it is: where one opens nothing, the other stores' are tried.
        """
        place = layout.key(epoch, name)
        if place not in self._keys:
            self._keys[place] = await self.fetch(place, lambda data: sealing.unwrap(self._identity, data, place))
        try:
            return use(self._keys[place])
        except Invalid:
            for store, key in (await self._other_keys(place)).items():
                with suppress(Invalid):
                    made = use(key)
                    self.note(f"Store {self._first(place)}: its {place} opens nothing, and that of store {store} does")
                    self._keys[place] = key
                    return made
            raise

    def _first(self, place: str) -> str:
        """The store whose key of that name is in use."""
        return next((name for name, key in self._others[place].items() if key == self._keys[place]), "?")

    async def _other_keys(self, place: str) -> dict[str, bytes]:
        """Keys of that name that differ from the one in use, by store."""
        if place not in self._others:
            found: dict[str, bytes] = {}
            for store, opened in self.living.items():
                with suppress(StoreError, Invalid):
                    found[store] = sealing.unwrap(self._identity, await opened.get(place), place)
            self._others[place] = found
        return {store: key for store, key in self._others[place].items() if key != self._keys[place]}

    async def shapes(self, digest: str) -> Shapes:
        """The shapes of a hash. Raises Invalid."""
        if digest not in self._shapes:
            place = layout.shapes(digest)

            def read(data: bytes) -> Shapes:
                found = read_shapes(data)
                if found.hash != digest:
                    raise Invalid(f"{place} is another text than its name says: it was changed")
                return found

            self._shapes[digest] = await self.fetch(place, read)
        return self._shapes[digest]

    def _lost(self, name: str, error: StoreError) -> None:
        self.note(error.public)
        if isinstance(error, StoreUnreachable):
            self.dead[name] = error.public
