"""Reports as clients of the staff read them."""

from typing import Any

import msgspec

from perdure.accounts.model import Rule, StaffView
from perdure.mastodon_api.entities.admin import admin_account_entity
from perdure.mastodon_api.entities.common import id_text, iso
from perdure.mastodon_api.entities.urls import Urls
from perdure.moderation.service.overseeing import StaffReport


class Around(msgspec.Struct, frozen=True):
    """What reports name. The owner stands in for reporters without an account: clients want one."""

    people: dict[int, StaffView]
    owner_id: int
    rules: dict[int, Rule]
    urls: Urls

    def person(self, account_id: int | None) -> dict[str, Any] | None:
        """An account as staff sees it; None where there is none."""
        found = self.people.get(account_id or 0)
        return None if found is None else admin_account_entity(found, self.urls)


def admin_report_entity(one: StaffReport, around: Around, posts: dict[int, msgspec.Raw]) -> dict[str, Any]:
    """An Admin::Report; ``posts`` are those that can still be shown."""
    report = one.report
    decided = iso(report.decided_at) if report.decided_at is not None else None
    rules = (around.rules[known] for known in report.rule_ids if known in around.rules)
    return {
        "id": id_text(report.id),
        "action_taken": decided is not None,
        "action_taken_at": decided,
        "category": report.category,
        "comment": report.comment,
        "forwarded": False,
        "created_at": iso(report.received_at),
        "updated_at": iso(one.updated_at),
        "account": around.person(one.reporter_id or around.owner_id),
        "target_account": around.person(report.target_id),
        "assigned_account": around.person(one.assigned_to),
        "action_taken_by_account": around.person(one.decided_by),
        "statuses": [posts[post_id] for post_id in report.post_ids if post_id in posts],
        "rules": [{"id": id_text(rule.id), "text": rule.text, "hint": rule.hint} for rule in rules],
        "perdure": {
            "case_id": id_text(one.case_id),
            "state": report.stage,
            "deadline": iso(report.deadline) if report.deadline is not None else None,
            "decision": report.outcome,
            "harm": report.harm or None,
        },
    }
