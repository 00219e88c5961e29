"""What people do with each other: follow, mute for a time, block, be told of posts, put on lists."""

from collections.abc import Callable
from typing import Any, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts.model import AccountView
from perdure.graph import service as graph
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, NotFound
from perdure.web.page import redirect, render
from perdure.web.pages.profile import Person, account_in, person_in
from perdure.web.request import Form, WebRequest, form_of, id_of, name_of, require_viewer, runtime_of

DURATIONS: Final = (0, 3600, 21_600, 86_400, 259_200, 604_800, 2_592_000)
Body = Callable[..., Any]
_VERBS: Final[dict[str, tuple[Body, dict[str, Any]]]] = {
    "follow": (graph.follow_in, {}),
    "unfollow": (graph.unfollow_in, {}),
    "remove": (graph.remove_follower_in, {}),
    "block": (graph.block_in, {}),
    "unblock": (graph.unblock_in, {}),
    "unmute": (graph.unmute_in, {}),
    "notify": (graph.follow_in, {"notify": True}),
    "unnotify": (graph.follow_in, {"notify": False}),
    "echoes": (graph.follow_in, {"reblogs": True}),
    "noechoes": (graph.follow_in, {"reblogs": False}),
}


@post("/accounts/{account_id:int}/{verb:str}")
async def act(request: WebRequest, account_id: int, verb: str) -> Response[Any]:
    """Change how one stands to somebody."""
    form, viewer = await form_of(request), await require_viewer(request)
    rt, number = runtime_of(request), id_of(account_id)
    if verb == "mute":
        body, fixed = graph.mute_in, _mute_options(form)
    elif verb in _VERBS:
        body, fixed = _VERBS[verb]
    else:
        raise NotFound
    try:
        found = await rt.db.write(f"graph.{verb}", lambda tx: body(tx, viewer.account_id, number, **fixed))
    except AppError as error:
        return await render(request, "errors/refused.html", error=error)
    said = "requested" if verb == "follow" and found.requested else verb
    return redirect(request, form.get("return_to"), said=f"person_{said}")


def _mute_options(form: Form) -> dict[str, Any]:
    given = form.get("duration", "0")
    seconds = int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 0
    return {"notifications": form.has("notifications"), "duration_s": seconds}


@get("/{at_name:str}/mute")
async def mute_page(request: WebRequest, at_name: str) -> Response[Any]:
    """For how long, and whether notices are meant too."""
    return await _ask(request, at_name, "profile/mute.html", durations=DURATIONS)


@get("/{at_name:str}/block")
async def block_page(request: WebRequest, at_name: str) -> Response[Any]:
    """What blocking means, before it is done."""
    return await _ask(request, at_name, "profile/block.html")


async def _ask(request: WebRequest, at_name: str, template: str, **values: Any) -> Response[Any]:
    viewer = await require_viewer(request)
    person = await runtime_of(request).db.read(person_in, viewer.account_id, name_of(at_name))
    if person.relation is None:
        raise NotFound
    return await render(request, template, about=person.about, relation=person.relation, **values)


@get("/{at_name:str}/lists")
async def lists_page(request: WebRequest, at_name: str) -> Response[Any]:
    """One's lists, with a tick where the person is on one."""
    viewer, name = await require_viewer(request), name_of(at_name)

    def read(tx: Tx) -> tuple[Person, Any, set[int]]:
        person = person_in(tx, viewer.account_id, name)
        on = {one.id for one in graph.lists_containing_in(tx, viewer.account_id, person.about.id)}
        return person, graph.lists_in(tx, viewer.account_id), on

    person, lists, on = await runtime_of(request).db.read(read)
    return await render(request, "profile/lists.html", about=person.about, relation=person.relation, lists=lists, on=on)


@post("/{at_name:str}/lists")
async def set_lists(request: WebRequest, at_name: str) -> Response[Any]:
    """Put the person on the ticked lists and take them off the others."""
    form, viewer, name = await form_of(request), await require_viewer(request), name_of(at_name)
    wanted = {id_of(number) for number in form.all("list")}
    try:
        about = await runtime_of(request).db.write("graph.lists", _set_lists_in, viewer.account_id, name, wanted)
    except AppError as error:
        return await render(request, "errors/refused.html", error=error)
    return redirect(request, f"/@{about.username}", said="saved")


def _set_lists_in(tx: Tx, owner_id: int, name: str, wanted: set[int]) -> AccountView:
    about = account_in(tx, owner_id, name)
    on = {one.id for one in graph.lists_containing_in(tx, owner_id, about.id)}
    for list_id in wanted - on:
        graph.add_members_in(tx, owner_id, list_id, [about.id])
    for list_id in on - wanted:
        graph.remove_members_in(tx, owner_id, list_id, [about.id])
    return about


ROUTES: list[HTTPRouteHandler] = [act, mute_page, block_page, lists_page, set_lists]
