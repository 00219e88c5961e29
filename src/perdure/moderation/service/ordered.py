"""What an authority ordered is out of sight at once and stays so until the order falls (TCO Arts 3, 4, 6, 11).

The measure is a hold: nothing is erased, and when the order falls its stored inverse brings everything back.
"""

from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.kernel.db import Row, Tx
from perdure.moderation.model import Subject
from perdure.moderation.model.decisions import Act, DecisionInput
from perdure.moderation.queries import bundles, cases
from perdure.moderation.queries import clocks as clock_rows
from perdure.moderation.queries import decisions as queries
from perdure.moderation.queries import ordered as rows
from perdure.moderation.rules import stock
from perdure.moderation.service import policies
from perdure.moderation.service.notices import locale_in
from perdure.moderation.service.recording import Context, Target, record_in, snapshot_of_in
from perdure.moderation.service.reversing import reverse_in

CONTENT: Final = frozenset({"post", "media"})
"""What an order about terrorist content falls on: it is about what was disseminated to the public."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision needs to know of the order behind it. ``silent_until`` (ms): nobody tells the author before."""

    id: int
    case_id: int
    reference: str
    authority: str
    legal_ground: str
    policy: str = "terrorism"
    silent_until: int | None = None
    drill: bool = False

    @property
    def key(self) -> str:
        """Under which its decisions are known."""
        return f"order:{self.id}"


def obey_in(tx: Tx, order: Order, about: Subject) -> int | None:
    """Put a thing out of sight because of an order, with a decision and its statement; returns the decision's id.

    The statement waits while the order forbids it. A second time changes nothing. None where nothing is left of the
    thing, or it is none that an order falls on.
    """
    if about.kind not in CONTENT:
        return None
    key = f"{order.key}:{about.kind}:{about.id}"
    if (made := queries.by_key(tx, key)) is not None:
        return int(made.id)
    item = bundles.item_about(tx, order.case_id, about.kind, about.id)
    snapshot_id = (item.snapshot_id if item else None) or snapshot_of_in(tx, about, f"case:{order.case_id}")
    if snapshot_id is None:
        return None
    policy = policies.named_in(tx, order.policy)
    context = Context(
        actor_id=None,
        case_id=order.case_id,
        policy=policy,
        key=key,
        source="other_notification",
        drill=order.drill,
    )
    given = _statement(order, locale_in(tx, about.author_id))
    made_id = record_in(tx, context, [Target(about, item.id if item else None, snapshot_id)], given)[0]
    rows.insert(
        tx,
        order_id=order.id,
        subject_kind=about.kind,
        ref_id=about.id,
        author_id=about.author_id,
        case_id=order.case_id,
        decision_id=made_id,
        reference=order.reference,
        silent_until=order.silent_until,
        drill=order.drill,
    )
    cases.append_event(tx, order.case_id, "ordered", None, {"decision": made_id, "subject": about.id})
    return made_id


def _statement(order: Order, locale: str) -> DecisionInput:
    what = {"authority": order.authority, "reference": order.reference}
    return DecisionInput(
        policy=order.policy,
        acts=(Act(kind="hold"),),
        ground="illegal",
        legal_ground=order.legal_ground[:500],
        explanation=stock.ordered("why", locale, **what),
        facts=stock.ordered("facts", locale, **what),
        scope="content",
        automated_detection=False,
        automated_decision="fully",
        source_identity=order.authority[:500],
        suppressed_by=order.reference if order.silent_until is not None and not order.drill else "",
        suppressed_until=order.silent_until,
        strike=False,
        by_mail=not order.drill,
    )


def fall_in(tx: Tx, staff_id: int, order_id: int, why: str) -> list[tuple[str, int]]:
    """The order holds no more: what it alone hid is there again, what it silenced is told.

    Asks for ``manage_reports``. Returns what stays out of sight all the same, because of other decisions.
    """
    accounts.authorise_in(tx, staff_id, "manage_reports")
    still = []
    for row in rows.of_order(tx, order_id):
        if row.state != "in_force":
            continue
        rows.change(tx, row.id, state="ended", ended_at=tx.now, silent_until=min(tx.now, row.silent_until or tx.now))
        made = queries.one(tx, row.decision_id)
        assert made is not None
        if not queries.reversals(tx, [made.id]):
            reverse_in(tx, made, actor_id=staff_id, explanation=why)
        if row.silent_until is not None:
            rows.suppress_until(tx, row.reference, tx.now)
        if any(act.kind in {"hold", "hide"} for act in queries.active(tx, row.subject_kind, row.ref_id)):
            still.append((row.subject_kind, row.ref_id))
    return still


def stay_silent_in(tx: Tx, order_id: int, until: int) -> None:
    """Tell the authors of what an order is about nothing before an instant (ms)."""
    for row in rows.of_order(tx, order_id):
        rows.change(tx, row.id, silent_until=until)
        rows.suppress_until(tx, row.reference, until)


def kept_from_in(tx: Tx, author_id: int) -> frozenset[int]:
    """Posts of an author of which they must not learn that they are out of sight: to them they look as ever."""
    return frozenset(rows.kept_from(tx, author_id))


def in_force_in(tx: Tx, kind: str, ref: int) -> list[int]:
    """The orders (ids of the desk) that keep a thing out of sight."""
    return [row.order_id for row in rows.on(tx, kind, ref)]


def clock_in(tx: Tx, case_id: int, obligation: str) -> Row | None:
    """The clock of an obligation that is not met yet: id, state, due_at, started_at."""
    running = clock_rows.of_case(tx, case_id)
    return next((row for row in running if row.obligation == obligation and row.state != "met"), None)
