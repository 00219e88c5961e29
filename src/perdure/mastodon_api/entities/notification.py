"""Notifications as clients read them (api.md §3.11)."""

from typing import Any

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView, Viewer
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api.entities.account import Urls, account_entity
from perdure.mastodon_api.entities.common import id_text, iso
from perdure.mastodon_api.entities.status import render_statuses
from perdure.mastodon_api.entities.warning import warning_entity
from perdure.moderation.service import reading_decisions
from perdure.notifications import service
from perdure.notifications.model import ABOUT_POSTS, Notification

_id = msgspec.defstruct("_Id", [("id", str)])


async def rendered_posts(rt: Runtime, viewer: Viewer, ids: list[int]) -> dict[int, msgspec.Raw]:
    """Posts by id; those the viewer may not see, or filters out of notifications, are missing."""
    rendered = await render_statuses(rt, viewer, ids, context="notifications") if ids else []
    return {int(msgspec.json.decode(raw, type=_id).id): raw for raw in rendered}  # type: ignore[attr-defined]


async def render_notifications(
    rt: Runtime, viewer: Viewer, found: list[Notification], supported: tuple[str, ...] | None = None
) -> list[dict[str, Any]]:
    """Notifications in the order given; those whose sender or post is out of sight are left out.

    Kinds that are not ``supported`` by a client that says so come with a fallback in words.
    """
    posts = await rendered_posts(
        rt, viewer, list(dict.fromkeys(n.post_id for n in found if n.post_id and n.kind in ABOUT_POSTS))
    )
    people = await rt.db.read(accounts.views_in, {n.from_account_id for n in found})
    warned = [each.post_id for each in found if each.kind == "moderation_warning" and each.post_id]
    warnings = await rt.db.read(reading_decisions.of_account_in, viewer.account_id, warned) if warned else {}
    urls = Urls.of(rt.settings)
    shown = []
    for each in found:
        sender = people.get(each.from_account_id)
        if sender is None or sender.hidden or (each.kind in ABOUT_POSTS and each.post_id not in posts):
            continue
        entity: dict[str, Any] = {
            "id": id_text(each.id),
            "type": each.kind,
            "created_at": iso(each.created_at),
            "group_key": each.group_key,
            "account": account_entity(sender, urls),
        }
        if each.post_id in posts:
            entity["status"] = posts[each.post_id]
        if each.kind == "moderation_warning" and each.post_id in warnings:
            entity["moderation_warning"] = warning_entity(warnings[each.post_id], entity["account"])
        if each.filtered:
            entity["filtered"] = True
        if told := fallback_entity(each.kind, sender, viewer, supported):
            entity["fallback"] = told
        shown.append(entity)
    return shown


def fallback_entity(
    kind: str, sender: AccountView | None, viewer: Viewer, supported: tuple[str, ...] | None
) -> dict[str, str | None] | None:
    """The NotificationFallback of a kind that a client does not know."""
    name = (sender.display_name or sender.username) if sender else ""
    told = service.fallback(kind, name, viewer.locale, supported)
    return None if told is None else msgspec.structs.asdict(told)
