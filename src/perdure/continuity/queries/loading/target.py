"""The database that a restore fills, on either engine."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from perdure.continuity.model.shapes import TableShape
from perdure.continuity.queries.rows import RowReader
from perdure.continuity.rules.folding import Folded
from perdure.kernel.errors import Invalid


class Target(Protocol):
    """A database that was migrated and holds no rows yet. Everything blocks: call it on a thread."""

    rows: RowReader

    def check(self, shapes: Iterable[TableShape]) -> None:
        """Raise Invalid where a table of the copy has other columns here."""
        ...

    def strip(self) -> None:
        """Take off secondary indexes, constraints and triggers."""
        ...

    def empty(self, shapes: Iterable[TableShape]) -> None:
        """Take out rows that a migration put in. Called after ``strip``: some tables refuse it else."""
        ...

    def load(self, shape: TableShape, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows in the order of their keys."""
        ...

    def apply(self, folded: Folded) -> None:
        """Bring one table to what a stretch of the log comes to.

        Raises Invalid for a change of a row that is not there.
        """
        ...

    def commit(self) -> None:
        """Keep what was done since the last time."""
        ...

    def index(self) -> None:
        """Put back the indexes that only make things faster, which takes longest; more may be applied after it."""
        ...

    def dress(self) -> None:
        """Put back the rest of what was taken off. Raises Invalid, which names the constraint that a row breaks."""
        ...

    def close(self) -> None:
        """Let go of the connection; what was not committed is lost."""
        ...


def missing(shape: TableShape, count: int) -> str:
    """What to say where rows are changed that are not there."""
    return f"The copies change {count} row(s) of {shape.name} that they never made: something is missing between"


def compare(shape: TableShape, found: Sequence[str]) -> None:
    """Raise Invalid where a table's columns are not those of its shape."""
    wanted = [column.name for column in shape.columns]
    if sorted(found) != sorted(wanted):
        differ = ", ".join(sorted({*found} ^ {*wanted})) or "order"
        message = f"The copy's table {shape.name} is not this release's ({differ}): install the release that made it"
        raise Invalid(message)
