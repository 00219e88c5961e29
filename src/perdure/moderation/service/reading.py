"""Cases as staff reads them."""

from typing import Any

import msgspec

from perdure.accounts import service as accounts
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound
from perdure.moderation.model import Case, CaseEvent, CaseView, Lease, Subject
from perdure.moderation.queries import cases as queries
from perdure.moderation.service.exposure import note_view_in
from perdure.moderation.service.ranking import priority_of
from perdure.posts import service as posts

_WORDS = 8
_INTAKES = 200


def cases_in(tx: Tx, rows: list[Row]) -> list[Case]:
    """Cases as lists show them, in the order given. The caller has asked for the right."""
    ids = [row.id for row in rows]
    subjects, leases = queries.first_subjects(tx, ids), queries.leases_of(tx, ids)
    return [_case(tx, row, subjects.get(row.id), leases.get(row.id)) for row in rows]


def _case(tx: Tx, row: Row, about: Subject | None, lease: Lease | None) -> Case:
    live = lease is not None and lease.until > tx.now
    plain: dict[str, Any] = {name: getattr(row, name) for name in queries.CASE_COLUMNS}
    return Case(
        priority=priority_of(row, tx.now),
        holder_id=lease.holder_id if lease and live else None,
        held_until=lease.until if lease and live else None,
        subject=about,
        subject_text=_beginning_in(tx, about),
        **plain,
    )


def _beginning_in(tx: Tx, about: Subject | None) -> str:
    """The first words of what a case is about, as it is now; the snapshot says what it was."""
    if about is None:
        return ""
    if about.kind in {"post", "message"}:
        row = posts.stored_in(tx, about.id)
        words = f"{row.spoiler_text} {row.text}".split() if row else []
        return " ".join(words[:_WORDS])
    view = accounts.views_in(tx, [about.author_id]).get(about.author_id) if about.author_id else None
    return f"@{view.username}" if view else ""


def view_in(tx: Tx, staff_id: int, case_id: int) -> CaseView:
    """Everything about a case; that it was looked at counts for the reader's exposure.

    Asks for ``manage_reports``; needs a transaction that writes. Raises NotFound.
    """
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = queries.one(tx, case_id)
    if row is None:
        raise NotFound
    items = tuple(queries.items(tx, case_id))
    # Of a letter's many items this page shows one, and the letter's own page each by itself.
    shown = min(len(items), 1) if row.cluster_key.startswith("letter:") else len(items)
    note_view_in(tx, staff_id, shown, grave=row.severity <= 1)
    return CaseView(
        case=cases_in(tx, [row])[0],
        items=items,
        intakes=tuple(queries.intakes(tx, case_id, _INTAKES)),
        clocks=tuple(queries.clocks(tx, case_id)),
        notes=tuple(queries.notes(tx, case_id)),
        events=tuple(map(_event, queries.events(tx, case_id))),
        lease=queries.lease_of(tx, case_id),
        copies=queries.copies(tx, row),
        earlier=tuple(queries.earlier(tx, row)),
    )


def case_in(tx: Tx, staff_id: int, case_id: int) -> Case:
    """One case as lists show it. Asks for ``manage_reports``; raises NotFound."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = queries.one(tx, case_id)
    if row is None:
        raise NotFound
    return cases_in(tx, [row])[0]


def _event(row: Row) -> CaseEvent:
    detail = msgspec.json.decode(row.detail_json, type=dict[str, Any])
    return CaseEvent(row.id, row.actor_id, row.kind, detail, row.created_at)
