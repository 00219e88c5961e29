"""Streams of posts, a page at a time: ``?max_id=`` leads to what is older. The reader's filters are at work in them."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from perdure.graph.service import filters
from perdure.kernel.db import Tx
from perdure.posts import service as posts
from perdure.posts.model import PostView
from perdure.posts.service import Slice
from perdure.web.request import WebRequest, id_of, runtime_of

PAGE: Final = 20
TOP: Final = 2**63 - 1


class Stream(msgspec.Struct, frozen=True):
    """A page of posts, and where the older and the newest ones are; empty where there are none.

    ``filtered`` has the title of the filter that warns of a post, by the post's id.
    """

    posts: list[PostView]
    older: str = ""
    newest: str = ""
    filtered: dict[int, str] = {}

    def as_values(self) -> dict[str, Any]:
        """What the templates of streams are given."""
        return {"posts": self.posts, "older": self.older, "newest": self.newest, "filtered": self.filtered}


async def stream_of(
    request: WebRequest,
    viewer_id: int | None,
    ids: Callable[[Tx, Slice], list[int]],
    *,
    context: str = "public",
    **kept: str,
) -> Stream:
    """The page of a feed that the address asks for.

    ``ids`` reads the feed; ``context`` names the reader's filters (``home``, ``public``, ``account``); ``kept`` stays
    in the links.
    """
    asked = request.query_params.get("max_id")
    part = Slice(0, id_of(asked, TOP), PAGE)
    found, views, filtered = await runtime_of(request).db.read_long(_page_in, viewer_id, ids, part, context)
    path, kept = request.url.path, {name: value for name, value in kept.items() if value}
    older = f"{path}?{urlencode(kept | {'max_id': found[-1]})}" if len(found) == PAGE else ""
    newest = (f"{path}?{urlencode(kept)}" if kept else path) if asked else ""
    return Stream(views, older, newest, filtered)


def _page_in(
    tx: Tx, viewer_id: int | None, ids: Callable[[Tx, Slice], list[int]], part: Slice, context: str
) -> tuple[list[int], list[PostView], dict[int, str]]:
    found = ids(tx, part)
    return found, *sieved_in(tx, viewer_id, posts.views_in(tx, viewer_id, found), context)


def sieved_in(
    tx: Tx, viewer_id: int | None, views: list[PostView], context: str
) -> tuple[list[PostView], dict[int, str]]:
    """Posts without those that the reader's filters hide in a context, and the titles of filters that warn of one."""
    shown = [view.reblog or view for view in views]
    mine = filters.filters_in(tx, viewer_id, among=[view.id for view in shown]) if viewer_id and views else []
    if not mine:
        return views, {}
    kept, filtered = [], {}
    for view, original in zip(views, shown, strict=True):
        text = "\n".join((original.spoiler_text, original.text, *_answers(original)))
        own = original.author.id == viewer_id
        hits = () if own else filters.hits(mine, tx.now, original.id, text)
        hits = tuple(hit for hit in hits if context in hit.filter.contexts)
        if any(hit.filter.action == "hide" for hit in hits):
            continue
        kept.append(view)
        if hits:
            filtered[original.id] = hits[0].filter.title
    return kept, filtered


def _answers(view: PostView) -> tuple[str, ...]:
    return tuple(option.title for option in view.poll.options) if view.poll else ()
