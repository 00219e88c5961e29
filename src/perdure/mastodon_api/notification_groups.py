"""Notifications in groups (api.md §3.11)."""

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.model import Viewer
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.mastodon_api.auth import viewer
from perdure.mastodon_api.entities.account import Urls, account_entity
from perdure.mastodon_api.entities.common import id_text, iso
from perdure.mastodon_api.entities.notification import fallback_entity, rendered_posts
from perdure.mastodon_api.http import ApiRequest, empty, json_response, runtime_of
from perdure.mastodon_api.notifications import bounds, wanted_of
from perdure.mastodon_api.paging import Page, paged
from perdure.mastodon_api.params import read_params
from perdure.notifications import service
from perdure.notifications.model import ABOUT_POSTS, GROUPED, OWN, Group
from perdure.timelines import service as timelines


async def _answer(
    request: ApiRequest, who: Viewer, found: list[Group], supported: tuple[str, ...] | None
) -> dict[str, Any]:
    rt = runtime_of(request)
    posts = await rendered_posts(
        rt, who, list(dict.fromkeys(g.post_id for g in found if g.post_id and g.kind in ABOUT_POSTS))
    )
    people = await rt.db.read(accounts.views_in, {one for g in found for one in g.sample_account_ids})
    urls = Urls.of(rt.settings)
    shown = [g for g in found if g.kind not in ABOUT_POSTS or g.post_id in posts]
    return {
        "accounts": [account_entity(person, urls) for person in people.values()],
        "statuses": list(posts.values()),
        "notification_groups": [
            _group(g, fallback_entity(g.kind, people.get(g.sample_account_ids[0]), who, supported)) for g in shown
        ],
    }


def _group(group: Group, fallback: dict[str, str | None] | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "group_key": group.key,
        "notifications_count": group.count,
        "type": group.kind,
        "most_recent_notification_id": group.newest_id,
        "page_min_id": id_text(group.page_min_id),
        "page_max_id": id_text(group.page_max_id),
        "latest_page_notification_at": iso(group.newest_at),
        "sample_account_ids": [id_text(one) for one in group.sample_account_ids],
        "status_id": id_text(group.post_id) if group.post_id and group.kind in ABOUT_POSTS else None,
    }
    return found | ({"fallback": fallback} if fallback else {})


@get("/api/v2/notifications")
async def index(request: ApiRequest) -> Response[bytes]:
    """A page of groups, with the accounts and posts they name."""
    who, params = await viewer(request, "read:notifications"), await read_params(request)
    page = Page.of(params, 40, 80)
    grouped = params.texts("grouped_types") or list(GROUPED)
    wanted = wanted_of(params)
    found = await runtime_of(request).db.read(
        lambda tx: service.groups_in(tx, who.account_id, wanted, grouped, **bounds(page))
    )
    links = paged(request, [0] * len(found), [group.newest_id for group in found], page).headers
    answer = await _answer(request, who, found, wanted.supported)
    return json_response(answer, headers={k: v for k, v in links.items() if k == "Link"})


@get("/api/v2/notifications/unread_count")
async def unread_count(request: ApiRequest) -> Response[bytes]:
    """How many groups are newer than the marker that the client keeps, up to a limit."""
    who, params = await viewer(request, "read:notifications"), await read_params(request)
    most = max(1, min(params.integer("limit", 100) or 100, 1000))
    grouped = params.texts("grouped_types") or list(GROUPED)

    def count(tx: Tx) -> int:
        read = timelines.markers_in(tx, who.account_id, ["notifications"])
        lower = read[0].last_read_id if read else 0
        return len(service.groups_in(tx, who.account_id, wanted_of(params), grouped, lower=lower, most=most))

    return json_response({"count": await runtime_of(request).db.read(count)})


@get("/api/v2/notifications/{group_key:str}")
async def show(request: ApiRequest, group_key: str) -> Response[bytes]:
    """One group, with the accounts and the post it names."""
    who = await viewer(request, "read:notifications")
    found = await runtime_of(request).db.read(service.whole_group_in, who.account_id, group_key)
    supported = wanted_of(await read_params(request)).supported
    answer = await _answer(request, who, [found], supported)
    if not answer["notification_groups"] or (found.kind in OWN and supported is None):
        raise NotFound
    return json_response(answer)


@get("/api/v2/notifications/{group_key:str}/accounts")
async def senders(request: ApiRequest, group_key: str) -> Response[bytes]:
    """Everybody in a group, latest first."""
    who, rt = await viewer(request, "read:notifications"), runtime_of(request)
    found = await rt.db.read(service.group_in, who.account_id, group_key)
    ids = list(dict.fromkeys(one.from_account_id for one in found))
    people, urls = await rt.db.read(accounts.views_in, ids), Urls.of(rt.settings)
    shown = [people[one] for one in ids if one in people and not people[one].hidden]
    return json_response([account_entity(one, urls) for one in shown])


@post("/api/v2/notifications/{group_key:str}/dismiss", status_code=200)
async def dismiss(request: ApiRequest, group_key: str) -> Response[bytes]:
    """Put a whole group away."""
    who = await viewer(request, "write:notifications")
    await runtime_of(request).db.write("notifications.group", service.dismiss_group_in, who.account_id, group_key)
    return empty()


ROUTES: list[HTTPRouteHandler] = [index, unread_count, show, senders, dismiss]
