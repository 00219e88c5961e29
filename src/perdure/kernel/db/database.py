"""The face both engines share."""

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from perdure.kernel.db.statement import Engine, Query
from perdure.kernel.db.tx import Tx

P = ParamSpec("P")
T = TypeVar("T")


class Database(Protocol):
    """Runs transaction bodies. A body is a plain function whose first argument is the transaction."""

    engine: Engine

    async def read(self, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a short read: inline on SQLite (so keep it to indexed look-ups), on a thread on PostgreSQL."""
        ...

    async def read_long(self, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a read that may take milliseconds or more, never on the event loop's thread."""
        ...

    async def write(self, name: str, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a body and commit; when this returns, the change survives a power cut.

        ``name`` (``area.verb``) labels metrics and logs. An exception from the body rolls back only its own work.
        Raises :class:`~perdure.kernel.errors.Unavailable` where storage refuses (full disk, lost connection).
        """
        ...

    def write_now(self, name: str, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for callers without an event loop: the command line and migrations of data."""
        ...

    def read_now(self, body: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A read for callers without an event loop."""
        ...

    def peek(self, query: Query, **parameters: Any) -> tuple[Any, ...] | None:
        """The first row of one statement, which is a snapshot of its own; blocking.

        On SQLite this spares opening and closing a transaction, for what is asked all day. On PostgreSQL it waits for
        the server: not for the event loop's thread.
        """
        ...

    def stamp(self) -> int | None:
        """A number that every commit of every process changes; None where that cannot be told right now.

        Whatever was read after a stamp was taken is what the database says for as long as the stamp stays the same.
        Costs no system call. Always None on PostgreSQL.
        """
        ...

    def drain(self) -> None:
        """Wait until whatever began to write before this is over; blocking. Raises Unavailable where it takes long.

        After the site was closed nothing can begin any more, so what is committed then is all there will be.
        """
        ...

    def close(self) -> None:
        """Finish what is queued and let go of files and connections."""
        ...
