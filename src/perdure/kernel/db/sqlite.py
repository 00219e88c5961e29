"""SQLite: reads inline, one writer thread with group commit.

The writer takes whatever is waiting, gives each body a savepoint, and commits the batch with one fsync
(``synchronous=FULL``): what was acknowledged survives a power cut, and throughput does not fall to one fsync a post.
Between processes an ``flock`` queues the writers: SQLite's own busy handler polls, a lock wakes the next one at once.
"""

import asyncio
import fcntl
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from perdure.kernel.clock import Clock
from perdure.kernel.db.statement import Engine
from perdure.kernel.db.tx import Tx
from perdure.kernel.errors import Unavailable
from perdure.kernel.events import Event
from perdure.kernel.ids import IdSource
from perdure.kernel.log import logger
from perdure.kernel.metrics import WRITE_BATCH, WRITE_SECONDS

P = ParamSpec("P")
T = TypeVar("T")
Publish = Callable[[Tx, Event], None]

_BATCH: Final = 256
_STOP: Final = object()
log = logger("db")


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection with the settings that durability and the change log rely on.

    ``recursive_triggers``: so that no statement can change a row behind the triggers' back.
    """
    # Writing needs the same handle as the write-ahead log, so a "read-only" handle is one that refuses to write.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=10)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"
        "PRAGMA busy_timeout=10000; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;"
        f"PRAGMA cache_size=-32768; PRAGMA query_only={int(read_only)};"
    )
    return connection


class _Work:
    """One body that waits for the writer."""

    __slots__ = ("body", "error", "future", "name", "result")

    def __init__(self, name: str, body: Callable[[Tx], Any]) -> None:
        self.name = name
        self.body = body
        self.future: Future[Any] = Future()
        self.result: Any = None
        self.error: BaseException | None = None


class SqliteDatabase:
    """One SQLite file, opened by any number of processes."""

    engine: Engine = "sqlite"

    def __init__(
        self, path: Path, clock: Clock, ids: IdSource, publish: Publish, on_events: Callable[[], None]
    ) -> None:
        self._path = path
        self._clock = clock
        self._ids = ids
        self._publish = publish
        self._on_events = on_events
        self._reader: sqlite3.Connection | None = None
        self._readers = threading.local()
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="sqlite-read")
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._writer: sqlite3.Connection | None = None
        self._lock_file = path.with_name(path.name + "-writer.lock").open("a")
        self._thread = threading.Thread(target=self._write_loop, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def read(self, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a short read inline, on one snapshot."""
        return self.read_now(body, *args, **kwargs)

    def read_now(self, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a short read inline, on one snapshot. Only from the thread that reads first."""
        if self._reader is None:
            self._reader = self._open(read_only=True)
        return self._read_on(self._reader, body, *args, **kwargs)

    async def read_long(self, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a longer read on a thread of its own."""
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, partial(self._read_in_pool, body, *args, **kwargs)
        )

    def _read_in_pool(self, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        connection: sqlite3.Connection | None = getattr(self._readers, "connection", None)
        if connection is None:
            connection = self._readers.connection = self._open(read_only=True)
        return self._read_on(connection, body, *args, **kwargs)

    def _read_on(
        self,
        connection: sqlite3.Connection,
        body: Callable[Concatenate[Tx, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        try:
            cursor = connection.execute("BEGIN")
            try:
                return body(self._tx(cursor), *args, **kwargs)
            finally:
                connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            raise _unavailable(error) from error

    async def write(self, name: str, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Queue a body for the writer; returns after the commit."""
        return await asyncio.wrap_future(self._submit(name, body, *args, **kwargs))

    def write_now(self, name: str, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same, blocking."""
        return self._submit(name, body, *args, **kwargs).result()

    def close(self) -> None:
        """Commit what is queued, then close every connection."""
        self._queue.put(_STOP)
        self._thread.join()
        self._pool.shutdown()
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        self._lock_file.close()

    def _submit(
        self, name: str, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> "Future[T]":
        work = _Work(name, lambda tx: body(tx, *args, **kwargs))
        self._queue.put(work)
        return work.future

    def _open(self, *, read_only: bool) -> sqlite3.Connection:
        try:
            return connect(self._path, read_only=read_only)
        except sqlite3.OperationalError as error:
            raise _unavailable(error) from error

    def _tx(self, cursor: sqlite3.Cursor) -> Tx:
        return Tx(cursor, "sqlite", self._clock.now_ms(), self._ids, self._publish)

    def _write_loop(self) -> None:
        while True:
            first = self._queue.get()
            batch: list[_Work] = []
            while first is not _STOP:
                batch.append(first)
                if len(batch) == _BATCH or self._queue.empty():
                    break
                first = self._queue.get()
            if batch:
                self._commit(batch)
            if first is _STOP:
                if self._writer is not None:
                    self._writer.close()
                return

    def _commit(self, batch: list[_Work]) -> None:
        fcntl.flock(self._lock_file, fcntl.LOCK_EX)
        try:
            emitted = self._run_batch(batch)
        except (sqlite3.Error, Unavailable) as error:
            log.error("commit_failed", error=str(error), batch=len(batch))
            self._drop_writer()
            failure = error if isinstance(error, Unavailable) else _unavailable(error)
            for work in batch:
                work.error = failure
            emitted = 0
        finally:
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)
        if emitted:
            self._on_events()
        for work in batch:
            if work.future.set_running_or_notify_cancel():
                if work.error is not None:
                    work.future.set_exception(work.error)
                else:
                    work.future.set_result(work.result)

    def _run_batch(self, batch: list[_Work]) -> int:
        """Every body in its savepoint, one commit for all. Returns how many events were emitted."""
        if self._writer is None:
            self._writer = self._open(read_only=False)
        started = self._clock.monotonic()
        cursor = self._writer.execute("BEGIN IMMEDIATE")
        emitted = 0
        for work in batch:
            tx = self._tx(cursor)
            tx.savepoint("body")
            try:
                work.result = work.body(tx)
            except sqlite3.OperationalError:
                raise  # storage refuses: the whole batch fails and says so
            except BaseException as error:  # noqa: BLE001 - handed to the caller through its future
                work.error = error
                tx.rollback_to("body")
            else:
                tx.release("body")
                emitted += tx.emitted
        self._writer.execute("COMMIT")
        WRITE_BATCH.observe(len(batch))
        WRITE_SECONDS.observe(self._clock.monotonic() - started)
        return emitted

    def _drop_writer(self) -> None:
        """Forget the connection, so that the next batch starts clean (and finds a disk that has room again)."""
        if self._writer is not None:
            try:
                self._writer.close()
            except sqlite3.Error:
                log.warning("writer_close_failed")
            self._writer = None


def _unavailable(error: BaseException) -> Unavailable:
    return Unavailable(reason=str(error))
