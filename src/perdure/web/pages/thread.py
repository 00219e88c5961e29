"""A post between what it answers and what answers it."""

from typing import Any, Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.accounts.model import AccountView
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.kernel.text import key
from perdure.posts import service as posts
from perdure.posts.model import PostView
from perdure.web import sharing
from perdure.web.addresses import Addresses
from perdure.web.page import render
from perdure.web.request import WebRequest, id_of, name_of, runtime_of, viewer_id_of, words_of

_MOST_BELOW: Final = 200


@get("/{at_name:str}/{post_id:int}")
async def thread(request: WebRequest, at_name: str, post_id: int) -> Response[Any]:
    """The page that a post's address leads to."""
    viewer_id, name = await viewer_id_of(request), name_of(at_name)
    shown, author = await runtime_of(request).db.read_long(_thread_in, viewer_id, name, id_of(post_id))
    focus = next(view for view in shown if view.id == post_id)
    shared = sharing.of_post(focus, Addresses.of(runtime_of(request).settings), words_of(request))
    return await render(request, "thread/thread.html", sharing=shared, posts=shown, author=author)


def _thread_in(tx: Tx, viewer_id: int | None, name: str, post_id: int) -> tuple[list[PostView], AccountView]:
    found = posts.thread_in(tx, viewer_id, post_id)
    shown = posts.views_in(tx, viewer_id, [*found.ancestors, post_id, *found.descendants[:_MOST_BELOW]])
    author = next((view.author for view in shown if view.id == post_id), None)
    if author is None or key(author.username) != key(name):
        raise NotFound
    return shown, author


ROUTES: list[HTTPRouteHandler] = [thread]
