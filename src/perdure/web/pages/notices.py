"""Notices: what happened around the reader, grouped, filtered by kind; from whom they come; requests of strangers."""

import contextlib
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView
from perdure.graph import service as graph
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Conflict, NotFound
from perdure.notifications import service
from perdure.notifications.model import ABOUT_POSTS, GROUPED, OWN, STANDARD, Group, Policy, Request, Wanted
from perdure.posts import service as posts
from perdure.posts.model import PostView
from perdure.timelines import service as timelines
from perdure.web.links import PAGE, TOP, link_to
from perdure.web.page import redirect, render
from perdure.web.request import WebRequest, form_of, id_of, require_viewer, runtime_of

_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "all": (),
    "mentions": ("mention", "quote"),
    "follows": ("follow", "follow_request"),
    "favourites": ("favourite",),
    "echoes": ("reblog",),
    "posts": ("status", "update", "quoted_update"),
    "polls": ("poll",),
}
KNOWN: Final = (*STANDARD, *OWN)  # what these pages have words for
_RULES: Final = ("for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions")


class Shown(msgspec.Struct, frozen=True):
    """A page of notices with everything they name; ``asking`` are those whose request to follow still waits."""

    groups: list[Group]
    posts: dict[int, PostView]
    people: dict[int, AccountView]
    asking: frozenset[int]
    read_id: int
    requests: int
    last_id: int
    full: bool


@get("/notifications")
async def notices(request: WebRequest) -> Response[Any]:
    """A page of notices; ``kind`` is one of the words above the list."""
    viewer = await require_viewer(request)
    asked = request.query_params.get("kind", "all")
    kind = asked if asked in _KINDS else "all"
    upper = id_of(request.query_params.get("max_id"), TOP)
    wanted = Wanted(kinds=_KINDS[kind], supported=KNOWN)
    shown = await runtime_of(request).db.read_long(_shown_in, viewer.account_id, wanted, upper)
    kept = "" if kind == "all" else kind
    older = link_to("/notifications", kind=kept, max_id=shown.last_id) if shown.full else ""
    newest = link_to("/notifications", kind=kept) if upper != TOP else ""
    values: dict[str, Any] = {"kind": kind, "kinds": tuple(_KINDS), "shown": shown, "older": older, "newest": newest}
    return await render(request, "notices/notices.html", **values)


def _shown_in(tx: Tx, owner: int, wanted: Wanted, upper: int) -> Shown:
    found = service.groups_in(tx, owner, wanted, list(GROUPED), upper=upper, most=PAGE)
    named = {view.id: view for view in posts.views_in(tx, owner, list({g.post_id for g in found if g.post_id}))}
    people = accounts.views_in(tx, {one for group in found for one in group.sample_account_ids})
    marker = timelines.markers_in(tx, owner, ["notifications"])
    askers = [group.sample_account_ids[0] for group in found if group.kind == "follow_request"]
    asking = {one.id for one in graph.relationships_in(tx, owner, askers) if one.requested_by} if askers else set()
    return Shown(
        groups=[group for group in found if _tellable(group, named, people)],
        posts=named,
        people=people,
        asking=frozenset(asking),
        read_id=marker[0].last_read_id if marker else 0,
        requests=service.policy_in(tx, owner)[1],
        last_id=found[-1].newest_id if found else 0,
        full=len(found) == PAGE,
    )


def _tellable(group: Group, named: dict[int, PostView], people: dict[int, AccountView]) -> bool:
    """Whether the post and the people of a notice may still be shown."""
    return (group.kind not in ABOUT_POSTS or group.post_id in named) and group.sample_account_ids[0] in people


@post("/notifications/read")
async def read(request: WebRequest) -> Response[Any]:
    """Everything up to ``last`` has been seen. One that was seen later already stays seen."""
    form, viewer = await form_of(request), await require_viewer(request)
    last = id_of(form.get("last"))
    with contextlib.suppress(Conflict):
        await runtime_of(request).db.write(
            "timelines.mark", timelines.mark_in, viewer.account_id, "notifications", last
        )
    return redirect(request, form.get("return_to") or "/notifications")


@post("/notifications/dismiss")
async def dismiss(request: WebRequest) -> Response[Any]:
    """Put one notice, or a whole group, away."""
    form, viewer = await form_of(request), await require_viewer(request)
    await runtime_of(request).db.write(
        "notifications.group", service.dismiss_group_in, viewer.account_id, form.get("group")
    )
    return redirect(request, form.get("return_to") or "/notifications", said="notice_gone")


@get("/notifications/clear")
async def clear_page(request: WebRequest) -> Response[Any]:
    """Ask once more before everything goes."""
    await require_viewer(request)
    return await render(request, "notices/clear.html", back="/notifications")


@post("/notifications/clear")
async def clear(request: WebRequest) -> Response[Any]:
    """Put everything away."""
    await form_of(request)
    viewer = await require_viewer(request)
    await runtime_of(request).db.write("notifications.clear", service.clear_in, viewer.account_id)
    return redirect(request, "/notifications", said="notices_gone")


@get("/notifications/policy")
async def policy_page(request: WebRequest) -> Response[Any]:
    """From whom one hears."""
    viewer = await require_viewer(request)
    found, _requests, _waiting = await runtime_of(request).db.read(service.policy_in, viewer.account_id)
    return await _policy(request, found)


async def _policy(request: WebRequest, found: Policy, error: AppError | None = None) -> Response[Any]:
    rules = [(name, getattr(found, name)) for name in _RULES]
    return await render(request, "notices/policy.html", error=error, rules=rules, back="/notifications")


@post("/notifications/policy")
async def policy(request: WebRequest) -> Response[Any]:
    """Change from whom one hears."""
    form, viewer = await form_of(request), await require_viewer(request)
    rt = runtime_of(request)
    changes = {name: form.get(name) for name in _RULES if form.has(name)}
    try:
        await rt.db.write("notifications.policy", service.set_policy_in, viewer.account_id, changes)
    except AppError as error:
        found, _requests, _waiting = await rt.db.read(service.policy_in, viewer.account_id)
        return await _policy(request, found, error)
    return redirect(request, "/notifications", said="saved")


class Asking(msgspec.Struct, frozen=True):
    """A stranger whose notices wait, with the last post among them, if it may be seen."""

    request: Request
    account: AccountView
    post: PostView | None


@get("/notifications/requests")
async def requests(request: WebRequest) -> Response[Any]:
    """Strangers whose notices wait for a decision."""
    viewer = await require_viewer(request)
    upper = id_of(request.query_params.get("max_id"), TOP)
    found, last_id = await runtime_of(request).db.read_long(_requests_in, viewer.account_id, upper)
    older = link_to("/notifications/requests", max_id=last_id) if last_id else ""
    newest = "/notifications/requests" if upper != TOP else ""
    values: dict[str, Any] = {"found": found, "older": older, "newest": newest, "back": "/notifications"}
    return await render(request, "notices/requests.html", **values)


def _requests_in(tx: Tx, owner: int, upper: int) -> tuple[list[Asking], int]:
    found = service.requests_in(tx, owner, upper=upper, most=PAGE)
    people = accounts.views_in(tx, {one.from_account_id for one in found})
    shown = posts.views_in(tx, owner, [one.last_post_id for one in found if one.last_post_id])
    named = {view.id: view for view in shown}
    asking = [
        Asking(one, people[one.from_account_id], named.get(one.last_post_id or 0))
        for one in found
        if one.from_account_id in people
    ]
    return asking, found[-1].id if len(found) == PAGE else 0


@post("/notifications/requests/{request_id:int}/{verb:str}")
async def decide(request: WebRequest, request_id: int, verb: str) -> Response[Any]:
    """Hear from a stranger from now on, or throw away what came so far."""
    form, viewer = await form_of(request), await require_viewer(request)
    bodies = {"accept": service.accept_requests_in, "dismiss": service.dismiss_requests_in}
    if verb not in bodies:
        raise NotFound
    done = await runtime_of(request).db.write(
        f"notifications.{verb}", bodies[verb], viewer.account_id, [id_of(request_id)]
    )
    if not done:
        raise NotFound
    return redirect(request, form.get("return_to") or "/notifications/requests", said=f"request_{verb}")


ROUTES: list[HTTPRouteHandler] = [
    notices,
    read,
    dismiss,
    clear_page,
    clear,
    policy_page,
    policy,
    requests,
    decide,
]
