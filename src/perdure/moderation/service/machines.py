"""What machines decide by themselves, until a person looks: each with a decision, a statement and a notice (I10)."""

from typing import Any, Final

from perdure.kernel.db import Tx
from perdure.moderation.model import Subject
from perdure.moderation.model.decisions import Act, DecisionInput, LabelInput, Source
from perdure.moderation.queries import bundles
from perdure.moderation.queries import decisions as queries
from perdure.moderation.rules import stock
from perdure.moderation.service import policies
from perdure.moderation.service.notices import locale_in
from perdure.moderation.service.recording import Context, Target, record_in, snapshot_of_in
from perdure.posts import service as posts
from perdure.signals.events import Flagged

_MACHINE_ACTS: Final = {"auto_hold": "hold", "hold_review": "hold", "limit": "limit", "label": "label"}


def settled_by_people_in(tx: Tx, flagged: Flagged) -> bool:
    """Whether a person decided about this wording already: a machine neither brings it back nor acts on it again."""
    made = queries.last_on(tx, flagged.subject_kind, flagged.subject_id)
    if made is None or queries.by_machine(made):
        return False
    if flagged.subject_kind in {"post", "message"}:
        row = posts.stored_in(tx, flagged.subject_id)
        return row is not None and (row.edited_at is None or row.edited_at <= made.created_at)
    return bool(made.subject_version == flagged.subject_version)


def machine_decision_in(tx: Tx, flagged: Flagged, case_id: int, source: Source = "voluntary") -> int | None:
    """Carry out what the action matrix says about a flagged thing, with a decision and a notice (I10, I11, I12).

    ``source`` says who asked for a look, for the statement. It stands until a person decides about the case, where the
    item stays pending. Returns the decision's id; None
    where the matrix asks for nothing of the kind, nothing is left of it, or it is in force already.
    """
    kind: Any = _MACHINE_ACTS.get(flagged.action)
    about = Subject(flagged.subject_kind, flagged.subject_id, flagged.subject_version, flagged.author_id)
    if kind is None or about.kind not in {"post", "message", "media"} or _stands(tx, about, kind):
        return None
    item = bundles.item_about(tx, case_id, about.kind, about.id)
    snapshot_id = (item.snapshot_id if item else None) or snapshot_of_in(tx, about, f"case:{case_id}")
    if snapshot_id is None:
        return None
    policy = policies.named_in(tx, flagged.policy)
    locale = locale_in(tx, about.author_id)
    label = LabelInput(value=policy.key, reason=policy.title(locale), permanent=True) if kind == "label" else None
    given = DecisionInput(
        policy=policy.key,
        acts=(Act(kind=kind, label=label),),
        ground="incompatible",
        explanation=policy.text(locale),
        facts=stock.found(flagged.source, locale),
        scope="content",
        automated_detection=True,
        automated_decision="fully",
        strike=False,
    )
    context = Context(
        actor_id=None,
        case_id=case_id,
        policy=policy,
        key=f"machine:{case_id}:{about.kind}:{about.id}:{about.version}:{kind}",
        source=source,
        signal_ids=flagged.signal_ids,
    )
    if queries.by_key(tx, context.key) is not None:
        return None
    return record_in(tx, context, [Target(about, item.id if item else None, snapshot_id)], given)[0]


def _stands(tx: Tx, about: Subject, kind: str) -> bool:
    weaker = {"hold": {"hold", "hide"}}.get(kind, {kind})
    return any(row.kind in weaker for row in queries.active(tx, about.kind, about.id))
