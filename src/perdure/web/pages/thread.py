"""A post between what it answers and what answers it; how it was before; who liked and echoed it."""

from collections import defaultdict
from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.kernel.db import Row, Tx
from perdure.posts import service as posts
from perdure.posts.model import Edit, PostView
from perdure.web import sharing
from perdure.web.addresses import Addresses
from perdure.web.feeds import PAGE, TOP, sieved_in
from perdure.web.page import render
from perdure.web.pages.write import post_in
from perdure.web.request import WebRequest, id_of, name_of, runtime_of, viewer_id_of, words_of

ORDERS: Final = ("top", "new", "old")
_MOST_BELOW: Final = 1000
_DEEPEST: Final = 3
_BRANCHES: Final = 100


class Branch(msgspec.Struct, frozen=True):
    """A comment at its depth (from 1). ``more`` comments below it are on its own page."""

    post: PostView
    depth: int
    more: int


class Tree(msgspec.Struct, frozen=True):
    """A post's page: what is above, the post, what is below, and the filters that warn of some of it."""

    above: list[PostView]
    focus: PostView
    below: list[Branch]
    total: int
    filtered: dict[int, str]


@get("/{at_name:str}/{post_id:int}")
async def thread(request: WebRequest, at_name: str, post_id: int) -> Response[Any]:
    """The page that a post's address leads to."""
    viewer_id, name = await viewer_id_of(request), name_of(at_name)
    order = request.query_params.get("sort", "old")
    order = order if order in ORDERS else "old"
    skip = id_of(request.query_params.get("skip"), TOP) % TOP
    rt = runtime_of(request)
    tree = await rt.db.read_long(_tree_in, viewer_id, name, id_of(post_id), order)
    part, rest = tree.below[skip : skip + _BRANCHES], len(tree.below) > skip + _BRANCHES
    more = f"{request.url.path}?sort={order}&skip={skip + _BRANCHES}" if rest else ""
    return await render(
        request,
        "thread/thread.html",
        sharing=sharing.of_post(tree.focus, Addresses.of(rt.settings), words_of(request)),
        tree=tree,
        branches=part,
        order=order,
        older=more,
        filtered=tree.filtered,
        capped=tree.total > _MOST_BELOW,
    )


def _tree_in(tx: Tx, viewer_id: int | None, name: str, post_id: int, order: str) -> Tree:
    focus = post_in(tx, viewer_id, name, post_id)
    if focus.reblog is not None:
        focus = focus.reblog
    found = posts.thread_in(tx, viewer_id, focus.id)
    below_ids = found.descendants[:_MOST_BELOW]
    above = posts.views_in(tx, viewer_id, list(found.ancestors))
    below = posts.views_in(tx, viewer_id, list(below_ids))
    below, filtered = sieved_in(tx, viewer_id, below, "thread")
    return Tree(above, focus, _branches(below, focus.id, order), len(found.descendants), filtered)


def _branches(views: list[PostView], root: int, order: str) -> list[Branch]:
    """Comments depth first; those deeper than three levels are counted at the comment that leads on to them."""
    children: dict[int, list[PostView]] = defaultdict(list)
    for view in views:
        children[view.in_reply_to_id or 0].append(view)
    for siblings in children.values():
        siblings.sort(key=_KEYS[order])
    made: list[Branch] = []
    waiting = [(view, 1) for view in reversed(children[root])]
    while waiting:
        view, depth = waiting.pop()
        deeper = children[view.id]
        made.append(Branch(view, depth, _count(children, view.id) if depth == _DEEPEST else 0))
        if depth < _DEEPEST:
            waiting += [(child, depth + 1) for child in reversed(deeper)]
    return made


def _count(children: dict[int, list[PostView]], root: int) -> int:
    waiting, found = list(children[root]), 0
    while waiting:
        found += 1
        waiting += children[waiting.pop().id]
    return found


_KEYS: Final[dict[str, Any]] = {
    "top": lambda view: (-view.counts.favourites - view.counts.reblogs, view.id),
    "new": lambda view: -view.id,
    "old": lambda view: view.id,
}


@get("/{at_name:str}/{post_id:int}/history")
async def history(request: WebRequest, at_name: str, post_id: int) -> Response[Any]:
    """Every state an edited post was in, the latest first."""
    viewer_id, name = await viewer_id_of(request), name_of(at_name)
    view, states = await runtime_of(request).db.read_long(_history_in, viewer_id, name, id_of(post_id))
    return await render(request, "thread/history.html", post=view, states=states[::-1])


def _history_in(tx: Tx, viewer_id: int | None, name: str, post_id: int) -> tuple[PostView, list[Edit]]:
    return post_in(tx, viewer_id, name, post_id), posts.history_in(tx, viewer_id, post_id)[1]


async def _people(request: WebRequest, at_name: str, post_id: int, name: str, title: str) -> Response[Any]:
    viewer_id, owner = await viewer_id_of(request), name_of(at_name)
    upper = id_of(request.query_params.get("max_id"), TOP)

    def read(tx: Tx) -> tuple[PostView, list[Row], dict[int, Any]]:
        view = post_in(tx, viewer_id, owner, id_of(post_id))
        rows = posts.people_page_in(tx, name, view.id, lower=0, upper=upper, most=PAGE, ascending=False)
        return view, rows, accounts.views_in(tx, [row.account_id for row in rows])

    view, rows, found = await runtime_of(request).db.read_long(read)
    people = [found[row.account_id] for row in rows if row.account_id in found and not found[row.account_id].hidden]
    older = f"{request.url.path}?max_id={rows[-1].id}" if len(rows) == PAGE else ""
    return await render(request, "thread/people.html", post=view, people=people, title=title, older=older)


@get("/{at_name:str}/{post_id:int}/favourites")
async def favourites(request: WebRequest, at_name: str, post_id: int) -> Response[Any]:
    """Who voted a post up."""
    return await _people(request, at_name, post_id, "favourited_by", "favourites")


@get("/{at_name:str}/{post_id:int}/echoes")
async def echoes(request: WebRequest, at_name: str, post_id: int) -> Response[Any]:
    """Who echoed a post."""
    return await _people(request, at_name, post_id, "reblogged_by", "echoes")


ROUTES: list[HTTPRouteHandler] = [thread, history, favourites, echoes]
