"""Lists: make, change and delete them, read one, and choose who is on it."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts.model import AccountView
from perdure.discovery import service as discovery
from perdure.discovery.ports import RankGuard
from perdure.graph import service as graph
from perdure.graph.model import ListView
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, NotFound
from perdure.timelines import service as timelines
from perdure.web.feeds import stream_of
from perdure.web.links import PAGE, TOP, link_to
from perdure.web.page import redirect, render
from perdure.web.pages.requests import related_in
from perdure.web.request import Form, WebRequest, form_of, id_of, require_viewer, runtime_of

_NEW: Final = ListView(0, "", "list", exclusive=False)


@get("/lists")
async def lists(request: WebRequest) -> Response[Any]:
    """One's lists, and the form for another."""
    viewer = await require_viewer(request)
    return await _lists(request, viewer.account_id, _NEW)


async def _lists(request: WebRequest, owner: int, given: ListView, error: AppError | None = None) -> Response[Any]:
    found = await runtime_of(request).db.read(graph.lists_in, owner)
    return await render(request, "lists/lists.html", error=error, lists=found, given=given)


def _sent(form: Form, number: int = 0) -> ListView:
    return ListView(
        number, form.get("title").strip(), form.get("replies_policy", "list"), exclusive=form.has("exclusive")
    )


@post("/lists")
async def create(request: WebRequest) -> Response[Any]:
    """Make a list, and go on to who is on it."""
    form, viewer = await form_of(request), await require_viewer(request)
    sent = _sent(form)
    args = (viewer.account_id, sent.title, sent.replies_policy)
    try:
        made = await runtime_of(request).db.write(
            "graph.create_list", graph.create_list_in, *args, exclusive=sent.exclusive
        )
    except AppError as error:
        return await _lists(request, viewer.account_id, sent, error)
    return redirect(request, f"/lists/{made.id}/people", said="list_made")


@get("/lists/{list_id:int}")
async def show(request: WebRequest, list_id: int) -> Response[Any]:
    """The posts of those on a list."""
    viewer, number = await require_viewer(request), id_of(list_id)
    owner = viewer.account_id
    found = await runtime_of(request).db.read(graph.list_in, owner, number)
    shown = await stream_of(request, owner, lambda tx, part: timelines.list_feed_in(tx, owner, number, part))
    return await render(request, "lists/list.html", found=found, back="/lists", **shown.as_values())


@get("/lists/{list_id:int}/edit")
async def edit_page(request: WebRequest, list_id: int) -> Response[Any]:
    """A list's name and rules."""
    viewer = await require_viewer(request)
    found = await runtime_of(request).db.read(graph.list_in, viewer.account_id, id_of(list_id))
    return await _edit(request, found)


async def _edit(request: WebRequest, given: ListView, error: AppError | None = None) -> Response[Any]:
    return await render(request, "lists/edit.html", error=error, given=given, back=f"/lists/{given.id}")


@post("/lists/{list_id:int}/edit")
async def edit(request: WebRequest, list_id: int) -> Response[Any]:
    """Change them."""
    form, viewer = await form_of(request), await require_viewer(request)
    sent = _sent(form, id_of(list_id))
    changes: dict[str, Any] = {"title": sent.title, "replies_policy": sent.replies_policy, "exclusive": sent.exclusive}

    def change(tx: Tx) -> ListView:
        return graph.change_list_in(tx, viewer.account_id, sent.id, **changes)

    try:
        await runtime_of(request).db.write("graph.change_list", change)
    except NotFound:
        raise
    except AppError as error:
        return await _edit(request, sent, error)
    return redirect(request, f"/lists/{sent.id}", said="saved")


@get("/lists/{list_id:int}/delete")
async def delete_page(request: WebRequest, list_id: int) -> Response[Any]:
    """Ask once more."""
    viewer = await require_viewer(request)
    found = await runtime_of(request).db.read(graph.list_in, viewer.account_id, id_of(list_id))
    return await render(request, "lists/delete.html", found=found, back=f"/lists/{found.id}")


@post("/lists/{list_id:int}/delete")
async def delete(request: WebRequest, list_id: int) -> Response[Any]:
    """Delete a list; the people on it notice nothing."""
    await form_of(request)
    viewer = await require_viewer(request)
    await runtime_of(request).db.write("graph.delete_list", graph.delete_list_in, viewer.account_id, id_of(list_id))
    return redirect(request, "/lists", said="list_gone")


class Members(msgspec.Struct, frozen=True):
    """Who is on a list, and whom a search among those one follows found."""

    made: ListView
    people: list[AccountView]
    last_id: int
    found: list[AccountView]
    on: set[int]


@get("/lists/{list_id:int}/people")
async def people(request: WebRequest, list_id: int) -> Response[Any]:
    """Who is on a list; ``q`` looks for more among those one follows."""
    viewer, given = await require_viewer(request), request.query_params
    asked, upper = given.get("q", "").strip()[:100], id_of(given.get("max_id"), TOP)
    rt = runtime_of(request)
    args = (rt.port(RankGuard), viewer.account_id, id_of(list_id), asked, rt.settings.domain, upper)
    members = await rt.db.read_long(_members_in, *args)
    older = link_to(request.url.path, max_id=members.last_id) if members.last_id else ""
    newest = request.url.path if upper != TOP else ""
    values: dict[str, Any] = {"members": members, "asked": asked, "older": older, "newest": newest}
    return await render(request, "lists/people.html", back=f"/lists/{members.made.id}", **values)


def _members_in(tx: Tx, guard: RankGuard, owner: int, number: int, asked: str, domain: str, upper: int) -> Members:
    found = graph.list_in(tx, owner, number)
    people, last_id = related_in(tx, "list_members", found.id, upper)
    if asked:
        fitting = discovery.find_accounts_in(tx, guard, owner, asked, domain, PAGE, 0, following=True)
    else:
        fitting = related_in(tx, "following", owner, TOP)[0]
    on = {one.id for one in fitting if any(made.id == number for made in graph.lists_containing_in(tx, owner, one.id))}
    return Members(found, people, last_id, [one for one in fitting if one.id not in on], on)


@post("/lists/{list_id:int}/people/{verb:str}")
async def change_people(request: WebRequest, list_id: int, verb: str) -> Response[Any]:
    """Put somebody on a list or take them off. A second time changes nothing."""
    form, viewer = await form_of(request), await require_viewer(request)
    number, one = id_of(list_id), id_of(form.get("account"))
    if verb not in {"add", "remove"}:
        raise NotFound

    def change(tx: Tx) -> None:
        on = any(made.id == number for made in graph.lists_containing_in(tx, viewer.account_id, one))
        if verb == "remove":
            graph.remove_members_in(tx, viewer.account_id, number, [one])
        elif not on:
            graph.add_members_in(tx, viewer.account_id, number, [one])

    await runtime_of(request).db.write(f"graph.list_{verb}", change)
    return redirect(request, form.get("return_to") or f"/lists/{number}/people", said=f"list_{verb}")


ROUTES: list[HTTPRouteHandler] = [
    lists,
    create,
    show,
    edit_page,
    edit,
    delete_page,
    delete,
    people,
    change_people,
]
