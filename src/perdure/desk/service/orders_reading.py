"""Orders as staff sees them."""

from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.desk.queries import letters as letter_rows
from perdure.desk.queries import orders as queries
from perdure.desk.rules.orders.annex import OrderFields
from perdure.desk.service.orders_kept import fields_in
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound
from perdure.moderation.model import Clock, Subject
from perdure.moderation.service import outside

_TOP: Final = 2**63 - 1


class OrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an order names. ``state`` is the outcome of the case's item; ``done_at`` when it was obeyed."""

    number: int
    claim: str
    state: str
    subject: Subject | None
    decision_id: int | None
    done_at: int | None


class OrderAnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to an order and how far it got."""

    id: int
    annex: int
    reason: str
    body: str
    send_to: str
    state: str
    made_at: int
    sent_at: int | None


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """Two orders that cannot both be obeyed. ``other`` is the one beside the order that is looked at."""

    id: int
    other_id: int
    other_kind: str
    other_authority: str
    other_reference: str
    other_due_at: int | None
    subject_kind: str
    ref_id: int
    noted_at: int
    settled_at: int | None
    note: str


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """An order in a list. Instants in ms."""

    id: int
    letter_id: int
    case_id: int
    kind: str
    state: str
    authority: str
    country: str
    reference: str
    first: bool
    contact_at: int | None
    emergency: bool
    cross_border: bool
    silent: bool
    silent_until: int | None
    silence_extended: bool
    received_at: int
    due_at: int | None
    review_until: int | None
    scrutiny_until: int | None
    done_at: int | None
    verified_how: str
    verified_at: int | None
    ended_at: int | None
    end_reason: str
    drill: bool
    version: int


class OrderOpened(msgspec.Struct, frozen=True, kw_only=True):
    """An order with everything that belongs to it."""

    order: OrderView
    fields: OrderFields
    lacking: tuple[str, ...]
    letter: str
    lines: tuple[OrderLine, ...]
    clocks: tuple[Clock, ...]
    answers: tuple[OrderAnswerView, ...]
    conflicts: tuple[Contradiction, ...]


def orders_in(tx: Tx, staff_id: int, *, before: int = _TOP, most: int = 50) -> list[OrderView]:
    """Orders, newest first. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return [_view(row) for row in queries.page(tx, before, most)]


def of_case_in(tx: Tx, case_id: int) -> list[OrderView]:
    """The orders of a case; the caller decides who may know."""
    return [_view(row) for row in queries.of_case(tx, case_id)]


def of_letter_in(tx: Tx, staff_id: int, letter_id: int) -> int:
    """The id of the order that a letter is. Asks for ``manage_reports``; raises NotFound."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = queries.of_letter(tx, letter_id)
    if row is None:
        raise NotFound
    return int(row.id)


def open_conflicts_in(tx: Tx) -> int:
    """Contradictions of orders about which nobody said what holds."""
    return queries.open_conflicts(tx)


def _view(row: Row) -> OrderView:
    return OrderView(**{name: getattr(row, name) for name in OrderView.__struct_fields__})


def order_in(tx: Tx, staff_id: int, order_id: int) -> OrderOpened:
    """One order. Asks for ``manage_reports``; raises NotFound."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = queries.one(tx, order_id)
    if row is None:
        raise NotFound
    fields, letter = fields_in(tx, row), letter_rows.one(tx, row.letter_id)
    assert letter is not None
    return OrderOpened(
        order=_view(row),
        fields=fields,
        lacking=fields.lacking if fields.kind == "removal" else (),
        letter=letter.reference,
        lines=tuple(_lines_in(tx, row)),
        clocks=outside.standing_in(tx, row.case_id).clocks,
        answers=tuple(_answer(one) for one in queries.answers(tx, order_id)),
        conflicts=tuple(_conflict_in(tx, order_id, one) for one in queries.conflicts(tx, order_id)),
    )


def _lines_in(tx: Tx, row: Row) -> list[OrderLine]:
    items = {one.id: one for one in outside.standing_in(tx, row.case_id).items}
    done = {one.number: one for one in queries.items(tx, row.id)}
    found = []
    for line in letter_rows.items(tx, row.letter_id):
        item, act = items.get(line.item_id), done.get(line.number)
        found.append(
            OrderLine(
                number=line.number,
                claim=line.url or line.claim,
                state=item.state if item is not None else "pending",
                subject=item.subject if item is not None else None,
                decision_id=act.decision_id if act is not None else None,
                done_at=act.done_at if act is not None else None,
            )
        )
    return found


def _answer(row: Row) -> OrderAnswerView:
    return OrderAnswerView(**{name: getattr(row, name) for name in OrderAnswerView.__struct_fields__})


def _conflict_in(tx: Tx, order_id: int, row: Row) -> Contradiction:
    other = queries.one(tx, row.other_id if row.order_id == order_id else row.order_id)
    assert other is not None
    return Contradiction(
        id=row.id,
        other_id=other.id,
        other_kind=other.kind,
        other_authority=other.authority,
        other_reference=other.reference,
        other_due_at=other.due_at,
        subject_kind=row.subject_kind,
        ref_id=row.ref_id,
        noted_at=row.noted_at,
        settled_at=row.settled_at,
        note=row.note,
    )
