"""Decisions about an account as Mastodon's clients read them: AccountWarning and Appeal."""

from typing import Any, Final

from perdure.mastodon_api.entities.common import id_text, iso
from perdure.moderation.model.decisions import AppealView, DecisionView

# Mastodon's word for each of our actions, the gravest first: a warning has one action.
_ACTIONS: Final = (
    ("suspend", {"account_ban", "account_suspend"}),
    ("disable", {"account_freeze"}),
    ("silence", {"account_limit"}),
    ("sensitive", {"account_sensitive", "account_label"}),
    ("delete_statuses", {"hide", "hold"}),
    ("mark_statuses_as_sensitive", {"sensitive", "label"}),
)
_APPEALS: Final = {"overturned": "approved", "partly": "approved", "upheld": "rejected"}


def action_of(decision: DecisionView) -> str:
    """What was done, in Mastodon's words; ``none`` for a warning and for what it has no word for."""
    kinds = {act.kind for act in decision.acts}
    return next((word for word, ours in _ACTIONS if kinds & ours), "none")


def warning_entity(decision: DecisionView, account: dict[str, Any]) -> dict[str, Any]:
    """An AccountWarning. Nobody of the staff is named in it."""
    posts = [decision.subject_ref] if decision.subject_kind in {"post", "message"} else []
    return {
        "id": id_text(decision.id),
        "action": action_of(decision),
        "text": "\n\n".join(text for text in (decision.facts, decision.explanation) if text),
        "status_ids": [id_text(one) for one in posts],
        "target_account": account,
        "appeal": appeal_entity(decision.appeal) if decision.appeal is not None else None,
        "created_at": iso(decision.created_at),
    }


def appeal_entity(appeal: AppealView) -> dict[str, Any]:
    """An Appeal: pending until somebody else has decided."""
    return {"text": appeal.text, "state": _APPEALS.get(appeal.state, "pending")}
