"""Notifications one by one, who may send them, and requests (api.md §3.11)."""

from typing import Any

from litestar import Response, get, patch, post, put
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.kernel.errors import NotFound
from perdure.mastodon_api.auth import viewer
from perdure.mastodon_api.entities.account import Urls, account_entity
from perdure.mastodon_api.entities.common import id_text, iso
from perdure.mastodon_api.entities.notification import render_notifications, rendered_posts
from perdure.mastodon_api.http import ApiRequest, empty, json_response, runtime_of
from perdure.mastodon_api.paging import Page, paged
from perdure.mastodon_api.params import Params, read_params
from perdure.notifications import service
from perdure.notifications.model import OWN, Policy, Request, Wanted
from perdure.timelines import service as timelines

_READ, _WRITE = "read:notifications", "write:notifications"


def wanted_of(params: Params) -> Wanted:
    """Which notifications a request asks for."""
    return Wanted(
        kinds=tuple(params.texts("types")),
        excluded=tuple(params.texts("exclude_types")),
        from_account_id=params.integer("account_id"),
        include_filtered=params.yes("include_filtered"),
        supported=tuple(params.texts("supported_types")) if params.has("supported_types") else None,
    )


def bounds(page: Page) -> dict[str, Any]:
    """A page as the services take it."""
    return {"lower": page.lower, "upper": page.upper, "most": page.limit, "ascending": page.ascending}


def path_id(text: str) -> int:
    """An id in a path. Raises NotFound for what cannot be one."""
    if not text.isdecimal() or int(text) >= 2**63:
        raise NotFound
    return int(text)


@get("/api/v1/notifications")
async def index(request: ApiRequest) -> Response[bytes]:
    """A page of notifications."""
    who = await viewer(request, _READ)
    params, rt = await read_params(request), runtime_of(request)
    page = Page.of(params, 40, 80)

    wanted = wanted_of(params)
    found = await rt.db.read(lambda tx: service.page_in(tx, who.account_id, wanted, **bounds(page)))
    shown = await render_notifications(rt, who, found, wanted.supported)
    return paged(request, shown, [n.id for n in found], page)


@get("/api/v1/notifications/unread_count")
async def unread_count(request: ApiRequest) -> Response[bytes]:
    """How many are newer than the marker that the client keeps, up to a limit."""
    who = await viewer(request, _READ)
    params, rt = await read_params(request), runtime_of(request)
    most = max(1, min(params.integer("limit", 100) or 100, 1000))
    read = await rt.db.read(timelines.markers_in, who.account_id, ["notifications"])
    lower = read[0].last_read_id if read else 0
    found = await rt.db.read(lambda tx: service.page_in(tx, who.account_id, wanted_of(params), most=most, lower=lower))
    return json_response({"count": len(found)})


@get("/api/v1/notifications/{notification_id:str}")
async def show(request: ApiRequest, notification_id: str) -> Response[bytes]:
    """One notification."""
    who, rt = await viewer(request, _READ), runtime_of(request)
    supported = wanted_of(await read_params(request)).supported
    found = await rt.db.read(service.notification_in, who.account_id, path_id(notification_id))
    shown = await render_notifications(rt, who, [found], supported)
    if not shown or (found.kind in OWN and supported is None):
        raise NotFound
    return json_response(shown[0])


@post("/api/v1/notifications/{notification_id:str}/dismiss", status_code=200)
async def dismiss(request: ApiRequest, notification_id: str) -> Response[bytes]:
    """Put one away."""
    who = await viewer(request, _WRITE)
    one = path_id(notification_id)
    await runtime_of(request).db.write("notifications.dismiss", service.dismiss_in, who.account_id, one)
    return empty()


@post("/api/v1/notifications/clear", status_code=200)
async def clear(request: ApiRequest) -> Response[bytes]:
    """Put everything away."""
    who = await viewer(request, _WRITE)
    await runtime_of(request).db.write("notifications.clear", service.clear_in, who.account_id)
    return empty()


async def _policy(request: ApiRequest, account_id: int) -> Response[bytes]:
    policy, requests, waiting = await runtime_of(request).db.read(service.policy_in, account_id)
    summary = {"pending_requests_count": requests, "pending_notifications_count": waiting}
    return json_response({name: getattr(policy, name) for name in Policy.__struct_fields__} | {"summary": summary})


@get("/api/v2/notifications/policy")
async def policy(request: ApiRequest) -> Response[bytes]:
    """From whom one hears."""
    return await _policy(request, (await viewer(request, _READ)).account_id)


@patch("/api/v2/notifications/policy")
async def change_policy(request: ApiRequest) -> Response[bytes]:
    """Change from whom one hears."""
    who, params = await viewer(request, _WRITE), await read_params(request)
    given = {name: params.text(name) for name in Policy.__struct_fields__}
    changes = {name: value for name, value in given.items() if value is not None}
    await runtime_of(request).db.write("notifications.policy", service.set_policy_in, who.account_id, changes)
    return await _policy(request, who.account_id)


_FIRST = {
    "filter_not_following": "for_not_following",
    "filter_not_followers": "for_not_followers",
    "filter_new_accounts": "for_new_accounts",
    "filter_private_mentions": "for_private_mentions",
}


async def _first_policy(request: ApiRequest, account_id: int) -> Response[bytes]:
    found, requests, waiting = await runtime_of(request).db.read(service.policy_in, account_id)
    summary = {"pending_requests_count": requests, "pending_notifications_count": waiting}
    filtered = {old: getattr(found, name) != "accept" for old, name in _FIRST.items()}
    return json_response(filtered | {"summary": summary})


@get("/api/v1/notifications/policy")
async def first_policy(request: ApiRequest) -> Response[bytes]:
    """From whom one hears, first edition: filtered or not."""
    return await _first_policy(request, (await viewer(request, _READ)).account_id)


@put("/api/v1/notifications/policy")
async def change_first_policy(request: ApiRequest) -> Response[bytes]:
    """Change from whom one hears, first edition."""
    who, params = await viewer(request, _WRITE), await read_params(request)
    given = {name: params.flag(old) for old, name in _FIRST.items()}
    changes = {name: "filter" if on else "accept" for name, on in given.items() if on is not None}
    await runtime_of(request).db.write("notifications.policy", service.set_policy_in, who.account_id, changes)
    return await _first_policy(request, who.account_id)


async def _requests(request: ApiRequest, found: list[Request]) -> list[dict[str, Any]]:
    who, rt = await viewer(request, _READ), runtime_of(request)
    people = await rt.db.read(accounts.views_in, [r.from_account_id for r in found])
    statuses = await rendered_posts(rt, who, [r.last_post_id for r in found if r.last_post_id])
    urls = Urls.of(rt.settings)
    return [
        {
            "id": id_text(r.id),
            "created_at": iso(r.created_at),
            "updated_at": iso(r.updated_at),
            "notifications_count": str(r.notifications_count),
            "account": account_entity(people[r.from_account_id], urls),
            "last_status": statuses.get(r.last_post_id or 0),
        }
        for r in found
        if r.from_account_id in people
    ]


@get("/api/v1/notifications/requests")
async def requests(request: ApiRequest) -> Response[bytes]:
    """Senders whose notifications were filtered."""
    who = await viewer(request, _READ)
    page = Page.of(await read_params(request), 40, 80)
    found = await runtime_of(request).db.read(lambda tx: service.requests_in(tx, who.account_id, **bounds(page)))
    return paged(request, await _requests(request, found), [r.id for r in found], page)


@get("/api/v1/notifications/requests/merged")
async def merged(request: ApiRequest) -> Response[bytes]:
    """Accepting is one transaction here, so everything is merged as soon as it is accepted."""
    await viewer(request, _READ)
    return json_response({"merged": True})


@get("/api/v1/notifications/requests/{request_id:str}")
async def request_(request: ApiRequest, request_id: str) -> Response[bytes]:
    """One request."""
    who = await viewer(request, _READ)
    found = await runtime_of(request).db.read(service.request_in, who.account_id, path_id(request_id))
    return json_response((await _requests(request, [found]))[0])


async def _decide(request: ApiRequest, verb: str, ids: list[int], *, must_exist: bool) -> Response[bytes]:
    who = await viewer(request, _WRITE)
    body = service.accept_requests_in if verb == "accept" else service.dismiss_requests_in
    done = await runtime_of(request).db.write(f"notifications.{verb}", body, who.account_id, ids)
    if must_exist and not done:
        raise NotFound
    return empty()


@post("/api/v1/notifications/requests/{verb:str}", status_code=200)
async def decide_many(request: ApiRequest, verb: str) -> Response[bytes]:
    """Accept or dismiss several senders (``id[]``)."""
    if verb not in {"accept", "dismiss"}:
        raise NotFound
    return await _decide(request, verb, (await read_params(request)).ids("id"), must_exist=False)


@post("/api/v1/notifications/requests/{request_id:str}/{verb:str}", status_code=200)
async def decide_one(request: ApiRequest, request_id: str, verb: str) -> Response[bytes]:
    """Accept or dismiss one sender."""
    if verb not in {"accept", "dismiss"}:
        raise NotFound
    return await _decide(request, verb, [path_id(request_id)], must_exist=True)


ROUTES: list[HTTPRouteHandler] = [
    index,
    unread_count,
    show,
    dismiss,
    clear,
    policy,
    change_policy,
    first_policy,
    change_first_policy,
    requests,
    merged,
    request_,
    decide_many,
    decide_one,
]
