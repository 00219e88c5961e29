"""Streams of posts, a page at a time: ``?max_id=`` leads to what is older."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from perdure.kernel.db import Tx
from perdure.posts import service as posts
from perdure.posts.model import PostView
from perdure.posts.service import Slice
from perdure.web.request import WebRequest, id_of, runtime_of

PAGE: Final = 20
TOP: Final = 2**63 - 1


class Stream(msgspec.Struct, frozen=True):
    """A page of posts, and where the older and the newest ones are; empty where there are none."""

    posts: list[PostView]
    older: str = ""
    newest: str = ""

    def as_values(self) -> dict[str, Any]:
        """What the templates of streams are given."""
        return {"posts": self.posts, "older": self.older, "newest": self.newest}


async def stream_of(
    request: WebRequest, viewer_id: int | None, ids: Callable[[Tx, Slice], list[int]], **kept: str
) -> Stream:
    """The page of a feed that the address asks for. ``ids`` reads the feed; ``kept`` stays in the links."""
    asked = request.query_params.get("max_id")
    upper = id_of(asked, TOP)
    found, views = await runtime_of(request).db.read_long(_page_in, viewer_id, ids, Slice(0, upper, PAGE))
    path, kept = request.url.path, {name: value for name, value in kept.items() if value}
    older = f"{path}?{urlencode(kept | {'max_id': found[-1]})}" if len(found) == PAGE else ""
    newest = (f"{path}?{urlencode(kept)}" if kept else path) if asked else ""
    return Stream(views, older, newest)


def _page_in(
    tx: Tx, viewer_id: int | None, ids: Callable[[Tx, Slice], list[int]], part: Slice
) -> tuple[list[int], list[PostView]]:
    found = ids(tx, part)
    return found, posts.views_in(tx, viewer_id, found)
