"""Notifications in groups (api.md §3.11)."""

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.model import Viewer
from perdure.mastodon_api.auth import viewer
from perdure.mastodon_api.entities.account import Urls, account_entity
from perdure.mastodon_api.entities.common import id_text, iso
from perdure.mastodon_api.entities.notification import rendered_posts
from perdure.mastodon_api.http import ApiRequest, empty, json_response, runtime_of
from perdure.mastodon_api.notifications import bounds, wanted_of
from perdure.mastodon_api.paging import Page, paged
from perdure.mastodon_api.params import read_params
from perdure.notifications import service
from perdure.notifications.model import ABOUT_POSTS, GROUPED, Group


async def _answer(request: ApiRequest, who: Viewer, found: list[Group]) -> dict[str, Any]:
    rt = runtime_of(request)
    posts = await rendered_posts(rt, who, list(dict.fromkeys(g.post_id for g in found if g.post_id)))
    people = await rt.db.read(accounts.views_in, {one for g in found for one in g.sample_account_ids})
    urls = Urls.of(rt.settings)
    shown = [g for g in found if g.kind not in ABOUT_POSTS or g.post_id in posts]
    return {
        "accounts": [account_entity(person, urls) for person in people.values()],
        "statuses": list(posts.values()),
        "notification_groups": [_group(g) for g in shown],
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "group_key": group.key,
        "notifications_count": group.count,
        "type": group.kind,
        "most_recent_notification_id": group.newest_id,
        "page_min_id": id_text(group.page_min_id),
        "page_max_id": id_text(group.page_max_id),
        "latest_page_notification_at": iso(group.newest_at),
        "sample_account_ids": [id_text(one) for one in group.sample_account_ids],
        "status_id": id_text(group.post_id) if group.post_id else None,
    }


@get("/api/v2/notifications")
async def index(request: ApiRequest) -> Response[bytes]:
    """A page of groups, with the accounts and posts they name."""
    who, params = await viewer(request, "read:notifications"), await read_params(request)
    page = Page.of(params, 40, 80)
    grouped = params.texts("grouped_types") or list(GROUPED)
    found = await runtime_of(request).db.read(
        lambda tx: service.groups_in(tx, who.account_id, wanted_of(params), grouped, **bounds(page))
    )
    links = paged(request, [0] * len(found), [group.newest_id for group in found], page).headers
    return json_response(await _answer(request, who, found), headers={k: v for k, v in links.items() if k == "Link"})


@post("/api/v2/notifications/{group_key:str}/dismiss", status_code=200)
async def dismiss(request: ApiRequest, group_key: str) -> Response[bytes]:
    """Put a whole group away."""
    who = await viewer(request, "write:notifications")
    await runtime_of(request).db.write("notifications.group", service.dismiss_group_in, who.account_id, group_key)
    return empty()


ROUTES: list[HTTPRouteHandler] = [index, dismiss]
