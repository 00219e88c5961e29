"""PostgreSQL through psycopg 3: bodies run on a small thread pool, each in a transaction of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import psycopg
from psycopg import errors as pg
from psycopg_pool import ConnectionPool, PoolTimeout

from perdure.kernel.clock import Clock
from perdure.kernel.db import faults, gate
from perdure.kernel.db.statement import Engine, Query
from perdure.kernel.db.tx import Tx
from perdure.kernel.errors import Unavailable
from perdure.kernel.events import Event
from perdure.kernel.ids import IdSource
from perdure.kernel.log import logger
from perdure.kernel.metrics import WRITE_BATCH, WRITE_SECONDS, WRITES_WAITING

P = ParamSpec("P")
T = TypeVar("T")

_ATTEMPTS: Final = 4
# How long a body may wait for a thread, and then for a connection, before its caller is told to come back later.
_PATIENCE_S: Final = 5.0
# A statement that runs longer is ended; a peer that has vanished is noticed.
_OPTIONS: Final = "-c idle_in_transaction_session_timeout=10000 -c statement_timeout=30000"
PEER: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""What every connection is opened with."""
# Every transaction that writes holds this lock together with the others; who takes it alone has waited for them all.
# It is taken before the mode is read: whoever read "open" is waited for.
_WRITERS: Final = 7_271_985
_BEGIN_TO_WRITE: Final = f"BEGIN; SELECT pg_advisory_xact_lock_shared({_WRITERS}); {gate.ASK}"
_ALONE: Final = f"SELECT pg_advisory_xact_lock({_WRITERS})"
log = logger("db")


class PostgresDatabase:
    """A PostgreSQL database (15 or newer), shared by any number of processes and machines."""

    engine: Engine = "postgresql"

    def __init__(
        self,
        url: str,
        clock: Clock,
        ids: IdSource,
        publish: Callable[[Tx, Event], None],
        on_events: Callable[[], None],
        *,
        connections: int = 8,
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._publish = publish
        self._on_events = on_events
        self._pool = ConnectionPool(
            url,
            min_size=1,
            max_size=connections,
            timeout=_PATIENCE_S,
            reconnect_timeout=30,
            open=True,
            check=ConnectionPool.check_connection,
            kwargs={"autocommit": True, "options": _OPTIONS, **PEER},
        )
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="postgres")

    async def read(self, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a read on the thread pool, on one snapshot."""
        return await self._in_thread(partial(self.read_now, body, *args, **kwargs))

    async def read_long(self, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same: no read runs on the event loop's thread."""
        return await self._in_thread(partial(self.read_now, body, *args, **kwargs))

    async def write(self, name: str, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a body on the thread pool; returns after the commit."""
        return await self._in_thread(partial(self.write_now, name, body, *args, **kwargs))

    def read_now(self, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a read, blocking."""
        result, _ = self._attempt("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", None, body, *args, **kwargs)
        return result

    def peek(self, query: Query, **parameters: Any) -> tuple[Any, ...] | None:
        """The first row of one statement, blocking."""
        found: tuple[Any, ...] | None = self.read_now(lambda tx: tx.first(query, **parameters))
        return found

    def stamp(self) -> int | None:
        """Nothing tells this process of every commit."""
        return None

    def write_now(self, name: str, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a body and commit, blocking; again after a deadlock."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                result, emitted = self._attempt(_BEGIN_TO_WRITE, name, body, *args, **kwargs)
            except faults.AGAIN as error:
                log.info("retry", body=name, attempt=attempt, error=str(error))
                if attempt == _ATTEMPTS:
                    raise Unavailable(reason=str(error)) from error
            else:
                if emitted:
                    self._wake()
                return result
        raise AssertionError

    def _wake(self) -> None:
        try:
            self._on_events()
        except Exception as error:  # noqa: BLE001 - the rows are stored; a wake-up only makes them quicker
            log.warning("wake_failed", error=repr(error))

    def drain(self) -> None:
        """Wait until every transaction that began to write is over."""
        try:
            with self._pool.connection() as connection:
                connection.execute(_ALONE)
        except (*faults.POSTGRES, pg.QueryCanceled, PoolTimeout) as error:
            raise Unavailable(reason=str(error)) from error

    def close(self) -> None:
        """Finish running bodies and close the connections."""
        self._threads.shutdown()
        self._pool.close()

    async def _in_thread(self, call: Callable[[], T]) -> T:
        """Wait for a thread, but not for ever: a database that hangs must not make every caller hang."""
        try:
            waiting = self._threads.submit(call)
        except RuntimeError as error:
            raise Unavailable(reason="this process is shutting down") from error
        gave_up = False

        def give_up() -> None:
            nonlocal gave_up
            gave_up = waiting.cancel()

        patience = asyncio.get_running_loop().call_later(_PATIENCE_S, give_up)
        WRITES_WAITING.inc()
        try:
            return await asyncio.wrap_future(waiting)
        except asyncio.CancelledError:
            if not gave_up:
                raise
            raise Unavailable(reason="every connection to the database is busy") from None
        finally:
            WRITES_WAITING.dec()
            patience.cancel()

    def _attempt(
        self, begin: str, writes: str | None, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> tuple[T, int]:
        try:
            with self._pool.connection() as connection:
                return self._run(connection, begin, writes, body, *args, **kwargs)
        except faults.AGAIN:
            raise
        except (*faults.POSTGRES, PoolTimeout) as error:
            raise Unavailable(reason=str(error)) from error

    def _run(
        self,
        connection: psycopg.Connection[Any],
        begin: str,
        writes: str | None,
        body: Callable[Concatenate[Tx, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> tuple[T, int]:
        started = self._clock.monotonic()
        cursor = connection.execute(begin)
        try:
            if writes is not None:
                _ask(cursor, writes)
            tx = Tx(cursor, "postgresql", self._clock.now_ms(), self._ids, self._publish)
            result = body(tx, *args, **kwargs)
            _commit(connection)
        except BaseException:
            if not connection.broken:
                connection.execute("ROLLBACK")
            raise
        WRITE_BATCH.observe(1)
        WRITE_SECONDS.observe(self._clock.monotonic() - started)
        return result, tx.emitted


def _commit(connection: psycopg.Connection[Any]) -> None:
    """Commit, or raise: PostgreSQL answers COMMIT with a silent ROLLBACK where a statement had failed before."""
    if connection.execute("COMMIT").statusmessage != "COMMIT":
        raise RuntimeError("a body went on after a statement had failed: nothing of it was stored")


def _ask(cursor: psycopg.Cursor[Any], body: str) -> None:
    """Raise ReadOnly where the site takes nothing new; the answer came together with BEGIN's."""
    cursor.nextset()
    cursor.nextset()
    row = cursor.fetchone()
    assert row is not None
    if (refused := gate.refusal(row[0], row[1], body)) is not None:
        raise refused
