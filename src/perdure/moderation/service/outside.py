"""What of a case may be told outside: by the notice desk, to whoever sent a letter. No right is asked for.

Nobody of the staff, no author and no other notifier is in what these return, but for ids that the caller keeps (I14).
"""

from collections.abc import Iterable

import msgspec

from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.moderation.model import Clock, Item
from perdure.moderation.model.decisions import DecisionView
from perdure.moderation.queries import cases
from perdure.moderation.queries import decisions as queries
from perdure.moderation.queries import outside as rows
from perdure.moderation.service.reading_decisions import anonymous, views_in


class Standing(msgspec.Struct, frozen=True):
    """How far a case is."""

    id: int
    state: str
    severity: int
    policy: str
    decided_at: int | None
    items: tuple[Item, ...]
    clocks: tuple[Clock, ...]
    version: int


def standing_in(tx: Tx, case_id: int) -> Standing:
    """A case with its items and clocks. Raises NotFound."""
    row = cases.one(tx, case_id)
    if row is None:
        raise NotFound
    items = tuple(msgspec.structs.replace(one, settled_by=None) for one in cases.items(tx, case_id))
    clocks = tuple(cases.clocks(tx, case_id))
    return Standing(row.id, row.state, row.severity, row.policy, row.decided_at, items, clocks, row.version)


def decisions_in(tx: Tx, ids: Iterable[int]) -> dict[int, DecisionView]:
    """Decisions by id, without anybody of the staff."""
    rows = [row for row in (queries.one(tx, one) for one in dict.fromkeys(ids)) if row is not None]
    return {one.id: anonymous(one) for one in views_in(tx, rows)}


def of_case_in(tx: Tx, case_id: int) -> list[DecisionView]:
    """Every decision of a case, oldest first."""
    return [anonymous(one) for one in views_in(tx, queries.of_case(tx, case_id))]


def hidden_in(tx: Tx, subjects: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
    """Which of these (kind, id) nobody sees now, because they are held or hidden."""
    wanted = set(subjects)
    return queries.hidden(tx, sorted({ref for _, ref in wanted})) & wanted


def snapshot_of_in(tx: Tx, item_id: int) -> int | None:
    """The snapshot of an item, by its id; opening it asks who and what for."""
    found: int | None = rows.snapshot_of(tx, item_id)
    return found


class Owed(msgspec.Struct, frozen=True):
    """The strictest deadline that somebody outside set, and how many run."""

    case_id: int
    obligation: str
    started_at: int
    due_at: int
    running: int


def owed_in(tx: Tx) -> Owed | None:
    """What is owed to somebody outside first, of the clocks that run; None where none does."""
    row = rows.strictest(tx)
    return None if row is None else Owed(row.case_id, row.obligation, row.started_at, row.due_at, rows.running(tx))
