"""Decisions as staff, and as those whom they concern, read them."""

from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound
from perdure.moderation.model.decisions import DecisionView
from perdure.moderation.queries import decisions as queries
from perdure.moderation.queries import ordered
from perdure.moderation.rules.statements import SOURCES
from perdure.moderation.service.effects import view_of
from perdure.moderation.service.policies import policy_in
from perdure.moderation.service.viewing_appeals import appeals_of_in

APPEAL_MS: Final = 183 * 86_400_000
"""Six months: how long an appeal is open."""
_SOURCE_OF: Final = {word: key for key, word in SOURCES.items()}
_PLAIN: Final = (
    *("id", "batch_id", "case_id", "subject_kind", "subject_ref", "subject_version", "author_id", "snapshot_id"),
    *("outcome", "actor_id", "legal_ground", "explanation", "facts", "content_language", "content_date"),
    *("application_date", "automated_detection", "automated_decision", "supersedes", "appeal_id", "puid", "created_at"),
)


def view_in(tx: Tx, decision_id: int) -> DecisionView:
    """A decision, whoever asks: the caller decides who may. Raises NotFound."""
    row = queries.one(tx, decision_id)
    if row is None:
        raise NotFound
    return views_in(tx, [row])[0]


def views_in(tx: Tx, rows: list[Row]) -> list[DecisionView]:
    """Decisions with their actions, strikes and what took them back."""
    ids = [row.id for row in rows]
    back = queries.reversals(tx, ids)
    acts: dict[int, list[Any]] = {}
    for act in queries.actions(tx, ids):
        acts.setdefault(act.decision_id, []).append(view_of(act))
    appealed = appeals_of_in(tx, ids)
    views = [_view(tx, row, tuple(acts.get(row.id, ())), back.get(row.id)) for row in rows]
    return [msgspec.structs.replace(one, appeal=appealed.get(one.id)) for one in views]


def _list(text: str) -> tuple[Any, ...]:
    return msgspec.json.decode(text, type=tuple[Any, ...])


def _view(tx: Tx, row: Row, acts: tuple[Any, ...], reversed_by: int | None) -> DecisionView:
    strike = next((one for one in queries.strikes(tx, row.author_id or 0) if one.decision_id == row.id), None)
    return DecisionView(
        **{name: getattr(row, name) for name in _PLAIN},
        policy=policy_in(tx, row.policy_id) if row.policy_id is not None else None,
        ground=row.decision_ground,
        also_illegal=row.incompatible_content_illegal,
        reference_url=row.decision_ground_reference_url or "",
        category=row.category or "",
        category_additions=_list(row.category_addition_json),
        keywords=_list(row.category_specification_json),
        visibility=_list(row.decision_visibility_json),
        account=row.decision_account,
        territories=_list(row.territorial_scope_json),
        content_types=_list(row.content_type_json),
        source=_SOURCE_OF[row.source_type],  # type: ignore[arg-type]
        provider_clauses=_list(row.provider_clauses_json),
        signal_ids=_list(row.signal_ids_json),
        acts=acts,
        strike_weight=strike.weight if strike is not None else 0,
        strike_until=strike.until if strike is not None else None,
        reversed_by=reversed_by,
        appeal_until=row.created_at + APPEAL_MS,
    )


def decision_in(tx: Tx, staff_id: int, decision_id: int) -> DecisionView:
    """A decision for staff. Asks for ``manage_reports``; raises NotFound."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return view_in(tx, decision_id)


def of_case_in(tx: Tx, staff_id: int, case_id: int) -> list[DecisionView]:
    """The decisions of a case, oldest first. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return views_in(tx, queries.of_case(tx, case_id))


def anonymous(found: DecisionView) -> DecisionView:
    """A decision without anything that names somebody of the staff (I14)."""
    appeal = found.appeal
    if appeal is not None:
        appeal = msgspec.structs.replace(appeal, reviewer_id=None, read_note="", read_verdict=None)
    return msgspec.structs.replace(found, actor_id=None, signal_ids=(), appeal=appeal)


def own_in(tx: Tx, account_id: int, decision_id: int) -> DecisionView:
    """A decision that fell on whoever asks; nothing in it names anybody of the staff. Raises NotFound.

    What an order forbids telling is not there.
    """
    found = view_in(tx, decision_id)
    hidden = found.author_id != account_id or found.outcome not in {"restricted", "warned"}
    if hidden or ordered.suppressed(tx, decision_id):
        raise NotFound
    return _unsaid_in(tx, anonymous(found))


def _unsaid_in(tx: Tx, found: DecisionView) -> DecisionView:
    """A decision without what a reviewer wrote, while an order about the same thing forbids telling of it."""
    if found.appeal is None or ordered.silence(tx, found.subject_kind, found.subject_ref) is None:
        return found
    return msgspec.structs.replace(found, appeal=msgspec.structs.replace(found.appeal, outcome_text=""))


def owns_in(tx: Tx, account_id: int, *, lower: int = 0, upper: int = 2**63 - 1, most: int = 20) -> list[DecisionView]:
    """A page of the decisions that fell on whoever asks, newest first."""
    rows = queries.of_author(tx, account_id, lower=lower, upper=upper, most=most)
    return [_unsaid_in(tx, anonymous(one)) for one in views_in(tx, rows)]


def of_account_in(tx: Tx, account_id: int, ids: list[int]) -> dict[int, DecisionView]:
    """Those of these decisions that fell on an account, as it may read them, by id."""
    rows = [row for row in (queries.one(tx, one) for one in dict.fromkeys(ids)) if row is not None]
    mine = views_in(tx, [row for row in rows if row.author_id == account_id and not ordered.suppressed(tx, row.id)])
    return {one.id: anonymous(one) for one in mine}
