"""The documents of a case for a proof pack: what was reported, decided, when and by which rule, and by nobody's name.

Left out are whoever decided, reported or wrote, and every free text. The digest of a decision's document stands in
the ledger entry that was written with the decision, so the document must be made of columns that never change.
"""

import hashlib
from typing import Any, Final

import msgspec

from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound
from perdure.moderation.queries import cases, decisions, snapshots

_DECISION: Final = (
    "id", "case_id", "item_id", "subject_kind", "subject_ref", "subject_version", "outcome", "supersedes", "appeal_id",
    "decision_visibility_json", "decision_monetary", "decision_provision", "decision_account", "end_visibility_at",
    "end_monetary_at", "end_service_at", "end_account_at", "decision_ground", "incompatible_content_illegal",
    "category", "category_addition_json", "category_specification_json", "content_type_json", "content_date",
    "application_date",
    "content_language", "territorial_scope_json", "source_type", "automated_detection", "automated_decision",
    "public_facts", "puid", "drill", "created_at",
)  # fmt: skip
_CASE: Final = (
    "id", "state", "severity", "policy", "category", "language", "intakes", "reporters", "opened_at", "first_action_at",
    "decided_at", "closed_at", "automated", "reopened", "drill",
)  # fmt: skip


class CaseFiles:
    """Implements :class:`perdure.audit.ports.Dossier`."""

    def documents_for(self, tx: Tx, case_id: int) -> list[tuple[str, bytes]]:
        """``case.json`` with items and clocks, and one document for each decision. Raises NotFound."""
        row = cases.one(tx, case_id)
        if row is None:
            raise NotFound
        made = [(f"decision-{one.id}.json", decision_document_in(tx, one)) for one in decisions.of_case(tx, case_id)]
        return [("case.json", _case_document_in(tx, row)), *made]


def decision_digest_in(tx: Tx, decision_id: int) -> str:
    """SHA-256 (hex) of a decision's document: what its ledger entry vouches for."""
    row = decisions.one(tx, decision_id)
    assert row is not None
    return hashlib.sha256(decision_document_in(tx, row)).hexdigest()


def decision_document_in(tx: Tx, row: Row) -> bytes:
    """A decision's document. ``evidence`` is the SHA-256 of the snapshot that it was decided on."""
    policy = decisions.policy(tx, row.policy_id) if row.policy_id is not None else None
    shown = snapshots.one(tx, row.snapshot_id) if row.snapshot_id is not None else None
    return _document(
        row,
        _DECISION,
        policy=None if policy is None else {"key": policy.key, "number": policy.number},
        evidence=shown.digest if shown is not None else None,
    )


def _case_document_in(tx: Tx, row: Row) -> bytes:
    items = [
        {
            "id": one.id,
            "subject": None if one.subject is None else f"{one.subject.kind}:{one.subject.id}:{one.subject.version}",
            "state": one.state,
            "decision_id": one.decision_id,
        }
        for one in cases.items(tx, row.id)
    ]
    clocks = [
        {
            "obligation": one.obligation,
            "state": one.state,
            "started_at": one.started_at,
            "due_at": one.due_at,
            "met_at": one.met_at,
            "late": one.late,
        }
        for one in cases.clocks(tx, row.id)
    ]
    return _document(row, _CASE, items=items, clocks=clocks)


def _document(row: Row, names: tuple[str, ...], **more: Any) -> bytes:
    found: dict[str, Any] = {}
    for name in names:
        value = getattr(row, name)
        plain = name.removesuffix("_json")
        found[plain] = msgspec.Raw(value.encode()) if plain != name and value is not None else value
    return msgspec.json.format(msgspec.json.encode(found | more, order="sorted"), indent=1) + b"\n"
