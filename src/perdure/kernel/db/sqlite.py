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
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any, Concatenate, Final, ParamSpec, TypeVar

from perdure.kernel.clock import Clock
from perdure.kernel.db import gate
from perdure.kernel.db.faults import is_damage, of_storage
from perdure.kernel.db.stamp import CommitStamp
from perdure.kernel.db.statement import Engine, Query
from perdure.kernel.db.tx import Tx
from perdure.kernel.errors import Unavailable
from perdure.kernel.events import Event
from perdure.kernel.ids import IdSource
from perdure.kernel.log import logger
from perdure.kernel.metrics import WRITE_BATCH, WRITE_SECONDS, WRITES_WAITING

P = ParamSpec("P")
T = TypeVar("T")
Publish = Callable[[Tx, Event], None]

_BATCH: Final = 256
_STOP: Final = object()
_WRITE_BUSY_MS: Final = 5_000
_READ_BUSY_MS: Final = 1_000
# How long a body may wait for the writer before its caller is told that this does not work now.
_PATIENCE_S: Final = 10.0
log = logger("db")


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection with the settings that durability and the change log rely on.

    ``recursive_triggers``: so that no statement can change a row behind the triggers' back.
    """
    # Writing needs the same handle as the write-ahead log, so a "read-only" handle is one that refuses to write.
    busy_ms = _READ_BUSY_MS if read_only else _WRITE_BUSY_MS
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=busy_ms / 1000
    )
    try:
        connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"
            f"PRAGMA busy_timeout={busy_ms}; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;"
            f"PRAGMA cache_size=-32768; PRAGMA query_only={int(read_only)};"
        )
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class _Work:
    """One body that waits for the writer."""

    __slots__ = ("_lock", "_taken", "body", "error", "future", "name", "result")

    def __init__(self, name: str, body: Callable[[Tx], Any]) -> None:
        self.name = name
        self.body = body
        self.future: Future[Any] = Future()
        self.result: Any = None
        self.error: BaseException | None = None
        self._lock = threading.Lock()
        self._taken = False

    def take(self) -> bool:
        """Whether whoever asks is the first: the writer, or the caller who gave up waiting."""
        with self._lock:
            first, self._taken = not self._taken, True
        return first

    def give_up(self) -> None:
        """Tell the caller that the writer did not come to it in time; the body will not run any more."""
        if self.take():
            self.error = Unavailable(reason="the writer is busy", body=self.name)
            self.settle()

    def settle(self) -> None:
        """Hand the outcome to the caller."""
        if not self.future.set_running_or_notify_cancel():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


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
        self._gate = threading.Lock()
        self._closed = False
        self._writer: sqlite3.Connection | None = None
        self._lock_path = path.with_name(path.name + "-writer.lock")
        self._lock_file: IO[bytes] | None = None
        self._stamp = CommitStamp(self._lock_path)
        self._thread = threading.Thread(target=self._write_loop, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def read(self, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a short read inline, on one snapshot."""
        return self.read_now(body, *args, **kwargs)

    def read_now(self, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a short read inline, on one snapshot. Only from the thread that reads first."""
        return self._inline(lambda connection: self._read_on(connection, body, *args, **kwargs))

    def peek(self, query: Query, **parameters: Any) -> tuple[Any, ...] | None:
        """The first row of one statement, inline, as a snapshot of its own. Only from the thread that reads first."""
        compiled = query.compiled("sqlite")
        values = compiled.parameters(parameters)
        return self._inline(lambda connection: connection.execute(compiled.text, values).fetchone())  # type: ignore[no-any-return]

    def stamp(self) -> int | None:
        """A number that every commit changes."""
        return self._stamp.now()

    def _inline(self, read: Callable[[sqlite3.Connection], T]) -> T:
        if self._reader is None:
            self._reader = self._open(read_only=True)
        try:
            return read(self._reader)
        except sqlite3.Error as error:
            if not of_storage(error):
                raise
            broken, self._reader = self._reader, None
            _close_quietly(broken)
            raise _unavailable(error) from error

    async def read_long(self, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a longer read on a thread of its own."""
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, partial(self._read_in_pool, body, *args, **kwargs)
        )

    def _read_in_pool(self, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        connection: sqlite3.Connection | None = getattr(self._readers, "connection", None)
        if connection is None:
            connection = self._readers.connection = self._open(read_only=True)
        try:
            return self._read_on(connection, body, *args, **kwargs)
        except sqlite3.Error as error:
            if not of_storage(error):
                raise
            self._readers.connection = None
            _close_quietly(connection)
            raise _unavailable(error) from error

    def _read_on(
        self,
        connection: sqlite3.Connection,
        body: Callable[Concatenate[Tx, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        cursor = connection.execute("BEGIN")
        try:
            return body(self._tx(cursor), *args, **kwargs)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    async def write(self, name: str, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Queue a body for the writer; returns after the commit."""
        work = self._submit(name, body, *args, **kwargs)
        patience = asyncio.get_running_loop().call_later(_PATIENCE_S, work.give_up)
        try:
            result: T = await asyncio.wrap_future(work.future)
        finally:
            patience.cancel()
        return result

    def write_now(self, name: str, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same, blocking."""
        result: T = self._submit(name, body, *args, **kwargs).future.result()
        return result

    def drain(self) -> None:
        """Nothing to wait for: there is one writer at a time, and the mode was one of its commits."""

    def close(self) -> None:
        """Commit what is queued, then close every connection."""
        with self._gate:
            self._closed = True
            self._queue.put(_STOP)
        self._thread.join()
        self._pool.shutdown()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _submit(self, name: str, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> _Work:
        work = _Work(name, lambda tx: body(tx, *args, **kwargs))
        with self._gate:
            if self._closed:
                raise Unavailable(reason="this process is shutting down", body=name)
            self._queue.put(work)
        return work

    def _open(self, *, read_only: bool) -> sqlite3.Connection:
        try:
            return connect(self._path, read_only=read_only)
        except sqlite3.Error as error:
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
                WRITES_WAITING.set(len(batch) + self._queue.qsize())
                self._commit(batch)
                WRITES_WAITING.set(self._queue.qsize())
            if first is _STOP:
                self._drop_writer()
                if self._lock_file is not None:
                    self._lock_file.close()
                return

    def _commit(self, batch: list[_Work]) -> None:
        """Run a batch and answer every caller, whatever happens: this thread must outlive each fault."""
        taken: list[_Work] = []
        emitted = 0
        try:
            with self._among_processes():
                taken = [work for work in batch if work.take()]
                emitted = self._run_batch(taken) if taken else 0
        except Exception as error:  # noqa: BLE001 - see above; each caller gets the error
            log.error("commit_failed", error=repr(error), batch=len(batch))
            self._drop_writer()
            taken += [work for work in batch if work.take()]
            for work in taken:
                work.error = work.error or _refusal(error)
        for work in taken:
            work.settle()
        if emitted:
            self._wake()

    def _wake(self) -> None:
        try:
            self._on_events()
        except Exception as error:  # noqa: BLE001 - the rows are stored; a wake-up only makes them quicker
            log.warning("wake_failed", error=repr(error))

    @contextmanager
    def _among_processes(self) -> Iterator[None]:
        """Be the one process that writes."""
        if self._lock_file is None:
            self._lock_file = self._lock_path.open("a+b")
        fcntl.flock(self._lock_file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)

    def _run_batch(self, batch: list[_Work]) -> int:
        """Every body in its savepoint, one commit for all. Returns how many events were emitted."""
        if self._writer is None:
            self._writer = self._open(read_only=False)
        started = self._clock.monotonic()
        cursor = self._writer.execute("BEGIN IMMEDIATE")
        mode, reason = cursor.execute(gate.ASK).fetchone()
        emitted = 0
        for work in batch:
            if mode != gate.OPEN and (refused := gate.refusal(mode, reason, work.name)) is not None:
                work.error = refused
                continue
            tx = self._tx(cursor)
            tx.savepoint("body")
            try:
                work.result = work.body(tx)
            except BaseException as error:
                if of_storage(error) or not self._writer.in_transaction:
                    raise  # nothing of the batch can be kept
                work.error = error
                tx.rollback_to("body")
            else:
                tx.release("body")
                emitted += tx.emitted
        with self._stamp.changing():
            self._writer.execute("COMMIT")
        WRITE_BATCH.observe(len(batch))
        WRITE_SECONDS.observe(self._clock.monotonic() - started)
        return emitted

    def _drop_writer(self) -> None:
        """Forget the connection, so that the next batch starts clean (and finds a disk that has room again)."""
        if self._writer is not None:
            _close_quietly(self._writer)
            self._writer = None


def _close_quietly(connection: sqlite3.Connection) -> None:
    try:
        connection.close()
    except sqlite3.Error as error:
        log.warning("close_failed", error=str(error))


def _refusal(error: Exception) -> Exception:
    """What the callers of a batch that failed as a whole are told."""
    if isinstance(error, Unavailable) or not (of_storage(error) or isinstance(error, OSError)):
        return error
    return _unavailable(error)


def _unavailable(error: BaseException) -> Unavailable:
    if is_damage(error):
        log.error("database_damaged", error=str(error), todo="stop the site and restore the file from a copy")
    return Unavailable(reason=str(error))
