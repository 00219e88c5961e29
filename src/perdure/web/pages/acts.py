"""What people do with a post: echo, favourite, keep, pin, mute, vote. Each is a button that works without JavaScript.

A script that sends ``X-Fragment`` gets the changed part of the page back; everybody else goes back to the page.
"""

from collections.abc import Callable
from typing import Any, Final

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler

from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, NotFound
from perdure.posts import service as posts
from perdure.web.page import redirect, render
from perdure.web.request import Form, WebRequest, form_of, id_of, require_viewer, runtime_of

Body = Callable[..., Any]
_VERBS: Final[dict[str, tuple[Body, dict[str, Any]]]] = {
    "echo": (posts.echo_in, {}),
    "unecho": (posts.unecho_in, {}),
    "favourite": (posts.vote_in, {"value": 1}),
    "unfavourite": (posts.vote_in, {"value": 0}),
    "bookmark": (posts.bookmark_in, {"on": True}),
    "unbookmark": (posts.bookmark_in, {"on": False}),
    "pin": (posts.pin_in, {"on": True}),
    "unpin": (posts.pin_in, {"on": False}),
    "mute": (posts.mute_thread_in, {"on": True}),
    "unmute": (posts.mute_thread_in, {"on": False}),
}


@post("/posts/{post_id:int}/{verb:str}")
async def act(request: WebRequest, post_id: int, verb: str) -> Response[Any]:
    """Do one thing with a post the viewer may see."""
    form, viewer = await form_of(request), await require_viewer(request)
    if verb not in _VERBS:
        raise NotFound
    body, fixed = _VERBS[verb]
    rt, number = runtime_of(request), id_of(post_id)
    try:
        await rt.db.write(f"posts.{verb}", lambda tx: body(tx, viewer.account_id, number, **fixed))
    except AppError as error:
        return await _refused(request, error)
    return await _answer(request, viewer.account_id, number, form, "acts", verb)


@post("/posts/{post_id:int}/vote")
async def vote(request: WebRequest, post_id: int) -> Response[Any]:
    """Vote in the poll of a post."""
    form, viewer = await form_of(request), await require_viewer(request)
    rt, number = runtime_of(request), id_of(post_id)
    chosen = [int(word) for word in form.all("choice") if word.isascii() and word.isdecimal() and len(word) < 3]
    try:
        await rt.db.write("posts.choose", _choose_in, viewer.account_id, number, chosen)
    except AppError as error:
        return await _refused(request, error)
    return await _answer(request, viewer.account_id, number, form, "poll", "voted")


def _choose_in(tx: Tx, viewer_id: int, post_id: int, chosen: list[int]) -> None:
    found = posts.views_in(tx, viewer_id, [post_id])
    if not found or found[0].poll is None:
        raise NotFound
    posts.choose_in(tx, viewer_id, found[0].poll.id, chosen)


async def _answer(request: WebRequest, viewer_id: int, post_id: int, form: Form, part: str, said: str) -> Response[Any]:
    back = form.get("return_to")
    if not request.headers.get("x-fragment"):
        return redirect(request, f"{back.partition('#')[0]}#p{post_id}", said=said)
    found = await runtime_of(request).db.read(posts.views_in, viewer_id, [post_id])
    return await render(request, "write/fragment.html", part=part, post=found[0], here=back)


async def _refused(request: WebRequest, error: AppError) -> Response[Any]:
    return await render(request, "errors/refused.html", error=error)


ROUTES: list[HTTPRouteHandler] = [act, vote]
