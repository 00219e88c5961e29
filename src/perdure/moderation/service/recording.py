"""Writing decisions down: the row with its statement of reasons, its actions, its strike, its notice, its audit entry.

All of it in one transaction (I1, I10). Who may decide is asked before.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, NotFound
from perdure.moderation.events import ContentReinstated, ContentRemoved, DecisionMade
from perdure.moderation.model import Subject
from perdure.moderation.model.decisions import ACCOUNT_ACTS, Act, DecisionInput, PolicyText
from perdure.moderation.queries import decisions as queries
from perdure.moderation.queries import ordered
from perdure.moderation.rules import statements
from perdure.moderation.service import effects, notices, policies, preservation, snapshots, strikes
from perdure.moderation.service.dossier import decision_digest_in
from perdure.moderation.service.reading_decisions import view_in
from perdure.moderation.service.reversing import KEPT, refuse_again_in
from perdure.moderation.tables.decisions import decision


class Target(msgspec.Struct, frozen=True):
    """One thing to decide about, with what it looked like."""

    subject: Subject
    item_id: int | None = None
    snapshot_id: int | None = None


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """Who decides, in which case, and what the statements share. ``operator``: the person at the command line."""

    actor_id: int | None
    case_id: int | None
    policy: PolicyText | None
    key: str
    source: str = "voluntary"
    signal_ids: tuple[int, ...] = ()
    appeal_id: int | None = None
    drill: bool = False
    operator: bool = False

    @property
    def machine(self) -> bool:
        """Whether no person decides."""
        return self.actor_id is None and not self.operator


def snapshot_of_in(tx: Tx, about: Subject, keeper: str = "") -> int | None:
    """A snapshot of a thing as it is (I4); None where nothing is left of it."""
    try:
        return snapshots.take_in(tx, about, "decision", keeper).snapshot_id
    except NotFound:
        return None


def record_in(tx: Tx, context: Context, targets: list[Target], given: DecisionInput) -> list[int]:
    """Write the decisions, carry them out, and owe the notices: all in one transaction. Returns their ids."""
    if context.policy is not None:
        policies.ensure_in(tx, context.policy)
    batch_id = tx.new_id()
    ids: list[int] = []
    for place, target in enumerate(targets):
        decision_id = tx.new_id() if place else batch_id
        acts = [act for act in given.acts if place == 0 or (act.kind not in ACCOUNT_ACTS and act.ref is None)]
        _record_one_in(tx, context, target, given, (decision_id, batch_id), acts)
        ids.append(decision_id)
    return ids


def _record_one_in(
    tx: Tx, context: Context, target: Target, given: DecisionInput, ids: tuple[int, int], acts: list[Act]
) -> None:
    decision_id, batch_id = ids
    refuse_again_in(tx, context.actor_id, target.subject.kind, target.subject.id)
    _refuse_shown_in(tx, context, target.subject, acts)
    placed = [(act, effects.place_of(act, target.subject)) for act in acts]
    before = queries.last_on(tx, target.subject.kind, target.subject.id)
    _insert_in(tx, context, target, given, ids, acts, before)
    replaced = _replaced_in(tx, context, target, before)
    effects.end_in(tx, replaced, "ended", decision_id)
    for row in replaced:
        preservation.end_quarantine_in(tx, row.decision_id, row.subject_kind, row.ref_id)
        if row.kind == "hold":  # what it had put into the bank falls with it; a removal puts its own there
            tx.emit(ContentReinstated(row.decision_id, row.subject_kind, row.ref_id))
    for place, (act, where) in enumerate(placed):
        effects.perform_in(tx, decision_id, f"{decision_id}:{place}", act, where)
    effects.settle_in(tx, [where for _, where in placed] + [(row.subject_kind, row.ref_id) for row in replaced])
    if _carries_strike(context, target, given, ids):
        _strike_in(tx, context, target, decision_id)
    if _outcome(acts) == "restricted":
        preservation.keep_in(tx, decision_id, target.subject.kind, target.subject.id, target.snapshot_id)
        if context.policy is not None:
            preservation.quarantine_in(tx, decision_id, context.policy.key, target.subject)
    if acts:
        owed: dict[str, Any] = {"order": given.suppressed_by, "until": given.suppressed_until, "by_mail": given.by_mail}
        notices.state_reasons_in(tx, view_in(tx, decision_id), **owed)
    _tell_in(tx, context, target, decision_id, batch_id, acts)


def _refuse_shown_in(tx: Tx, context: Context, about: Subject, acts: list[Act]) -> None:
    """Nobody decides that something may be seen which an order in force keeps out of sight."""
    hides = any(act.kind in {"hide", "hold"} for act in acts)
    if not context.machine and not hides and about.kind != "account" and ordered.on(tx, about.kind, about.id):
        raise Conflict(KEPT)


def _replaced_in(tx: Tx, context: Context, target: Target, before: Row | None) -> list[Row]:
    """What a machine had put into force until a person looks: the person's decision stands in its place."""
    if context.machine or before is None:
        return []
    rows = queries.active(tx, target.subject.kind, target.subject.id)
    return [row for row in rows if _by_machine(tx, row)]


def _by_machine(tx: Tx, row: Row) -> bool:
    made = queries.one(tx, row.decision_id)
    return made is not None and queries.by_machine(made)


def _outcome(acts: list[Act]) -> str:
    if not acts:
        return "no_violation"
    return "warned" if all(act.kind == "warn" for act in acts) else "restricted"


def _insert_in(
    tx: Tx,
    context: Context,
    target: Target,
    given: DecisionInput,
    ids: tuple[int, int],
    acts: list[Act],
    before: Row | None,
) -> None:
    about, policy, outcome = target.subject, context.policy, _outcome(acts)
    if outcome == "restricted" and target.snapshot_id is None:
        raise Conflict("Nothing is left of this that could be shown to whoever reads an appeal")
    tx.insert(
        decision,
        id=ids[0],
        batch_id=ids[1],
        batch_key=context.key if ids[0] == ids[1] else None,
        case_id=context.case_id,
        item_id=target.item_id,
        subject_kind=about.kind,
        subject_ref=about.id,
        subject_version=about.version,
        author_id=about.author_id if about.kind != "account" else about.id,
        snapshot_id=target.snapshot_id,
        outcome=outcome,
        actor_id=context.actor_id,
        carries_strike=_carries_strike(context, target, given, ids),
        panel_ids="",
        policy_id=policy.id if policy is not None else None,
        supersedes=before.id if before is not None and before.outcome != "reversed" else None,
        appeal_id=context.appeal_id,
        drill=context.drill,
        created_at=tx.now,
        puid=f"perdure-{ids[0]}",
        **_statement(tx, context, target, given, acts),
    )


def _json(values: Sequence[Any]) -> str:
    return msgspec.json.encode(list(values)).decode()


def _statement(tx: Tx, context: Context, target: Target, given: DecisionInput, acts: list[Act]) -> dict[str, Any]:
    """Every field that the Transparency Database asks for (safety.md §4.1)."""
    policy = context.policy
    title = policy.title("en") if policy is not None else ""
    keywords = given.keywords or ((policy.keyword,) if policy is not None and policy.keyword else ())
    automated = given.automated_decision or "not"
    return {
        **_effect_fields(given, acts),
        "signal_ids_json": _json(context.signal_ids),
        "provider_clauses_json": _json(given.provider_clauses),
        "surface_profile": None,
        "decision_ground": given.ground if acts else None,
        "legal_ground": given.legal_ground.strip() or _ground(tx, target, policy),
        "explanation": given.explanation.strip(),
        "incompatible_content_illegal": given.also_illegal,
        "decision_ground_reference_url": given.reference_url or None,
        "category": given.category or (policy.category if policy is not None else None),
        "category_addition_json": _json(given.category_additions),
        "category_specification_json": _json(keywords),
        "category_specification_other": given.keyword_other or None,
        **_content_fields(tx, target, given),
        "application_date": tx.now,
        "territorial_scope_json": _json(given.territories or statements.EEA),
        "content_id_json": "{}",
        "source_type": statements.SOURCES[context.source],
        "source_identity": given.source_identity or None if context.source != "voluntary" else None,
        "automated_detection": bool(given.automated_detection),
        "automated_decision": automated,
        "facts": given.facts.strip(),
        "public_facts": statements.public_facts(
            title, detected=bool(given.automated_detection), automated=automated, source=context.source
        ),
    }


def _ground(tx: Tx, target: Target, policy: PolicyText | None) -> str:
    """The clause by which it was decided, in the language of whom it falls on."""
    return policy.title(notices.locale_in(tx, target.subject.author_id)) if policy is not None else ""


def _effect_fields(given: DecisionInput, acts: list[Act]) -> dict[str, Any]:
    return {
        "decision_visibility_json": _json(statements.visibilities(acts)),
        "decision_visibility_other": given.visibility_other or None,
        "decision_monetary": given.monetary,
        "decision_monetary_other": given.monetary_other or None,
        "decision_provision": given.provision,
        "decision_account": statements.account_word(acts),
        "account_type": given.account_type,
        "end_visibility_at": statements.end_of(acts, statements.VISIBILITY),
        "end_monetary_at": given.monetary_until,
        "end_service_at": given.provision_until,
        "end_account_at": statements.end_of(acts, statements.ACCOUNT),
    }


def _content_fields(tx: Tx, target: Target, given: DecisionInput) -> dict[str, Any]:
    shown = snapshots.peek_in(tx, target.snapshot_id) if target.snapshot_id is not None else None
    kinds = {"image": "IMAGE", "gifv": "VIDEO", "video": "VIDEO", "audio": "AUDIO"}
    seen = ["TEXT"] if shown is None or shown.text or shown.fields or not shown.media else []
    seen += [kinds[one.kind] for one in (shown.media if shown is not None else ()) if one.kind in kinds]
    language = given.content_language or (shown.language if shown is not None else None)
    return {
        "content_type_json": _json(given.content_types or tuple(dict.fromkeys(seen)) or ("TEXT",)),
        "content_type_other": given.content_type_other or None,
        "content_date": (shown.created_at if shown is not None else 0) or tx.now,
        "content_language": language[:2].upper() if language else None,
    }


def _carries_strike(context: Context, target: Target, given: DecisionInput, ids: tuple[int, int]) -> bool:
    """Whether a decision counts against its author: a person's, the first of those made together."""
    policy = context.policy
    if policy is None or context.machine or ids[0] != ids[1] or _struck(target.subject) is None:
        return False
    wanted = given.strike if given.strike is not None else not policy.label_only
    counts = _outcome(list(given.acts)) == "restricted"  # a warning alone inflates nothing
    return wanted and counts and policy.strike_weight > 0


def _struck(about: Subject) -> int | None:
    return about.id if about.kind == "account" else about.author_id


def _strike_in(tx: Tx, context: Context, target: Target, decision_id: int) -> None:
    account_id = _struck(target.subject)
    assert account_id is not None
    assert context.policy is not None
    strikes.give_in(tx, decision_id, account_id, context.policy)


def _tell_in(tx: Tx, context: Context, target: Target, decision_id: int, batch_id: int, acts: list[Act]) -> None:
    about, outcome = target.subject, _outcome(acts)
    policy, severity = (context.policy.key, context.policy.severity) if context.policy else ("other", 3)
    audit.append_in(
        tx,
        actor_id=context.actor_id,
        action="decision.make",
        subject=f"{about.kind}:{about.id}",
        about_id=about.author_id,
        decision=decision_id,
        batch=batch_id,
        case=context.case_id,
        outcome=outcome,
        policy=policy,
        acts=[act.kind for act in acts],
        document=decision_digest_in(tx, decision_id),
        **statements.by(operator=context.operator),
    )
    tx.emit(
        DecisionMade(
            decision_id,
            batch_id,
            context.case_id,
            target.item_id,
            about.kind,
            about.id,
            about.author_id,
            outcome,
            policy,
            severity,
            context.actor_id,
        )
    )
    if not context.machine and any(act.kind == "hide" for act in acts) and about.kind != "account":
        tx.emit(ContentRemoved(context.case_id, decision_id, about.kind, about.id, policy, severity))
