"""Reports as clients read them."""

from typing import Any

from perdure.accounts.model import AccountView
from perdure.mastodon_api.entities.account import account_entity
from perdure.mastodon_api.entities.common import id_text, iso
from perdure.mastodon_api.entities.urls import Urls
from perdure.mastodon_api.entities.warning import appeal_entity
from perdure.moderation.model import OwnReport
from perdure.moderation.model.decisions import AppealView
from perdure.moderation.service.objecting import Objections

NONE = Objections()


def report_entity(
    report: OwnReport, target: AccountView | None, urls: Urls, objections: Objections = NONE
) -> dict[str, Any]:
    """A Report in GoToSocial's shape, with its stage, deadline and outcome under ``perdure``."""
    decided = iso(report.decided_at) if report.decided_at is not None else None
    return {
        "id": id_text(report.id),
        "created_at": iso(report.received_at),
        "action_taken": decided is not None,
        "action_taken_at": decided,
        "action_taken_comment": None,
        "category": report.category,
        "comment": report.comment,
        "forwarded": False,
        "status_ids": [id_text(one) for one in report.post_ids],
        "rule_ids": [id_text(one) for one in report.rule_ids],
        "collections": [],
        "target_account": account_entity(target, urls) if target is not None else None,
        "perdure": {
            "state": report.stage,
            "deadline": iso(report.deadline) if report.deadline is not None else None,
            "decision": report.outcome,
            "harm": report.harm or None,
            "items": [
                {
                    "claim": item.claim,
                    "state": item.state,
                    "decided_at": iso(item.settled_at) if item.settled_at is not None else None,
                }
                for item in report.items
            ],
            **objections_entity(objections),
        },
    }


def objections_entity(objections: Objections) -> dict[str, Any]:
    """What whoever reported may appeal against, and what became of their appeals."""
    return {
        "may_appeal": [
            {"decision_id": id_text(one.decision_id), "claim": one.claim, "until": iso(one.until)}
            for one in objections.open
        ],
        "appeals": [own_appeal_entity(one) for one in objections.appeals],
    }


def own_appeal_entity(one: AppealView) -> dict[str, Any]:
    """An appeal as whoever reported sees it."""
    about = {"id": id_text(one.id), "decision_id": id_text(one.decision_id), "created_at": iso(one.created_at)}
    return about | appeal_entity(one) | {"answer": one.outcome_text or None}
