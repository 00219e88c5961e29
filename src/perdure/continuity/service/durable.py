"""A database whose durable writes return when a store of somebody else has them, or after five seconds all the same."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from perdure.continuity.queries.log import NEWEST
from perdure.continuity.rules.durable import is_durable
from perdure.continuity.service.shipping import acks
from perdure.kernel.clock import Clock
from perdure.kernel.db import Database, Tx
from perdure.kernel.errors import Unavailable
from perdure.kernel.log import logger
from perdure.kernel.metrics import COPIES_PENDING, COPY_SECONDS

P = ParamSpec("P")
T = TypeVar("T")

_PATIENCE_S: Final = 5.0
_SHORT_S: Final = 0.5
_LOOK_S: Final = 0.004
_TIRED_S: Final = 15.0
_FIRST_S: Final = 60.0
ACCEPTED: Final = "continuity/cut-off.accepted"
"""A file whose being there says: write durably although no store is heard of."""
log = logger("copies")


def _newest_in(tx: Tx) -> int:
    return int(tx.scalar(NEWEST[tx.engine]) or 0)


class Answer:
    """What is remembered while one request is answered."""

    __slots__ = ("pending",)

    def __init__(self) -> None:
        self.pending = False
        """Whether something durable was committed here and no copy was confirmed in time."""


_answer: ContextVar[Answer | None] = ContextVar("answer", default=None)


@contextmanager
def answering() -> Iterator[Answer]:
    """While this lasts, durable writes of this request (its tasks and threads too) leave word whether they are safe."""
    made = Answer()
    token = _answer.set(made)
    try:
        yield made
    finally:
        _answer.reset(token)


class DurableDatabase:
    """A database like the one inside; what is durable is waited for, nothing is ever taken back."""

    def __init__(self, inner: Database, data: Path, clock: Clock) -> None:
        self._inner = inner
        self._data = data
        self._clock = clock
        self._acks: acks.Reader | None = None
        self._gave_up = -_TIRED_S
        self._cut_off_since: float | None = None
        self.engine = inner.engine
        self.read = inner.read
        self.read_long = inner.read_long
        self.read_now = inner.read_now
        self.peek = inner.peek
        self.stamp = inner.stamp
        self.drain = inner.drain
        self.close = inner.close

    async def write(self, name: str, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Write; where the name is durable, return when a copy is confirmed, at most five seconds later.

        Raises Unavailable, before anything is written, for a durable write of a host that hears from no store any more.
        """
        if not is_durable(name):
            return await self._inner.write(name, body, *args, **kwargs)
        self._refuse_cut_off(name)
        result = await self._inner.write(name, body, *args, **kwargs)
        if self._is_promised():
            wanted = await self._inner.read(_newest_in)
            started = self._clock.monotonic()
            patience = self._patience(started)
            while not self._is_safe(wanted):
                if self._clock.monotonic() - started > patience:
                    self._give_up(name)
                    break
                await asyncio.sleep(_LOOK_S)
            COPY_SECONDS.observe(self._clock.monotonic() - started)
        return result

    def write_now(self, name: str, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same, blocking."""
        if not is_durable(name):
            return self._inner.write_now(name, body, *args, **kwargs)
        self._refuse_cut_off(name)
        result = self._inner.write_now(name, body, *args, **kwargs)
        if self._is_promised():
            wanted = self._inner.read_now(_newest_in)
            started = self._clock.monotonic()
            patience = self._patience(started)
            while not self._is_safe(wanted):
                if self._clock.monotonic() - started > patience:
                    self._give_up(name)
                    break
                time.sleep(_LOOK_S)
        return result

    def _reader(self) -> acks.Reader | None:
        """What the shipper says; None where nobody ever kept copies."""
        if self._acks is None and (self._data / acks.FILE).exists():
            self._acks = acks.Reader(self._data)
        return self._acks

    def _is_promised(self) -> bool:
        found = self._reader()
        return found is not None and found.promises(self._clock.now_ms())

    def _refuse_cut_off(self, name: str) -> None:
        """A host that is cut off may have been replaced long ago: it promises nothing any more (§3.7, 6).

        Not in its first minute, while the shipper finds its stores, and not where the operator says so in a file.
        """
        found = self._reader()
        if found is None or not found.cut_off(self._clock.now_ms()):
            self._cut_off_since = None
            return
        now = self._clock.monotonic()
        self._cut_off_since = now if self._cut_off_since is None else self._cut_off_since
        if now - self._cut_off_since < _FIRST_S or (self._data / ACCEPTED).exists():
            return
        log.error("cut_off", body=name, todo=f"reach a store again, or make {ACCEPTED} in the data directory")
        raise Unavailable("No store of copies was heard of for 15 minutes, so this cannot be promised to last", 60)

    def _is_safe(self, wanted: int) -> bool:
        assert self._acks is not None
        return self._acks.reached() >= wanted

    def _patience(self, now: float) -> float:
        """Five seconds; less while others have just waited in vain."""
        return _SHORT_S if now - self._gave_up < _TIRED_S else _PATIENCE_S

    def _give_up(self, name: str) -> None:
        self._gave_up = self._clock.monotonic()
        COPIES_PENDING.inc()
        if (answer := _answer.get()) is not None:
            answer.pending = True
        log.error("copy_pending", body=name, todo="perdure copies status says which store does not answer")
