"""Search: one field for people, posts and hashtags; the address of a post or profile leads straight to it."""

from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from perdure.accounts.model import AccountView
from perdure.discovery import service as discovery
from perdure.discovery.ports import RankGuard
from perdure.graph import service as graph
from perdure.graph.model import Relationship
from perdure.kernel.db import Row, Tx
from perdure.kernel.text import clean
from perdure.posts import service as posts
from perdure.web.feeds import Stream, stream_of
from perdure.web.links import PAGE, link_to
from perdure.web.page import render
from perdure.web.request import WebRequest, runtime_of, viewer_id_of

_KINDS: Final = ("all", "people", "posts", "tags")
_LONGEST: Final = 300
_FEW_PEOPLE: Final = 3
_FEW_TAGS: Final = 6
_FAR: Final = 10_000


class Found(msgspec.Struct, frozen=True):
    """People and hashtags that fit, and whether there are more of them."""

    people: list[AccountView]
    tags: list[Row]
    more_people: bool = False
    more_tags: bool = False
    stands: dict[int, Relationship] = {}


@get("/search")
async def search(request: WebRequest) -> Response[Any]:
    """What fits ``q``; ``type`` narrows it to one kind."""
    viewer_id, given = await viewer_id_of(request), request.query_params
    asked = clean(given.get("q", "")).strip()[:_LONGEST]
    kind = given.get("type", "all")
    kind = kind if kind in _KINDS else "all"
    if not asked:
        found, shown = Found([], []), Stream([])
        return await _page(request, asked, kind, found, shown)
    rt = runtime_of(request)
    if place := await rt.db.read(_place_in, viewer_id, asked, rt.settings.base_url):
        return Redirect(place, status_code=303)
    skip = _number(given.get("offset", ""))
    found = await rt.db.read_long(_found_in, rt.port(RankGuard), viewer_id, asked, rt.settings.domain, kind, skip)
    shown = Stream([])
    if viewer_id is not None and kind in {"all", "posts"}:
        shown = await stream_of(request, viewer_id, _posts_with(viewer_id, asked), q=asked, type="posts")
    return await _page(request, asked, kind, found, shown, skip)


def _posts_with(viewer_id: int, asked: str) -> Any:
    def ids(tx: Tx, part: posts.Slice) -> list[int]:
        return discovery.find_posts_in(tx, viewer_id, asked, part.most, lower=part.lower, upper=part.upper)

    return ids


async def _page(
    request: WebRequest, asked: str, kind: str, found: Found, shown: Stream, skip: int = 0
) -> Response[Any]:
    path = request.url.path
    tabs = [(word, link_to(path, q=asked, type="" if word == "all" else word)) for word in _KINDS]
    values = shown.as_values()
    if kind in {"people", "tags"}:
        more = found.more_people if kind == "people" else found.more_tags
        values["older"] = link_to(path, q=asked, type=kind, offset=skip + PAGE) if more else ""
        values["newest"] = link_to(path, q=asked, type=kind) if skip else ""
    return await render(request, "search/search.html", asked=asked, kind=kind, tabs=tabs, found=found, **values)


def _place_in(tx: Tx, viewer_id: int | None, asked: str, base_url: str) -> str:
    """Where the address of a post or profile of this site leads, if the reader may go there."""
    if post_id := discovery.post_by_url_in(tx, viewer_id, asked, base_url):
        view = posts.views_in(tx, viewer_id, [post_id])[0]
        return f"/@{view.author.username}/{post_id}"
    rest = asked.removeprefix(f"{base_url}/@")
    return f"/@{rest}" if rest != asked and rest.isidentifier() and rest.isascii() else ""


def _found_in(tx: Tx, guard: RankGuard, viewer_id: int | None, asked: str, domain: str, kind: str, skip: int) -> Found:
    """People and hashtags: some of them beside posts, a page where only they are asked for."""
    people, tags = [], []
    if kind in {"all", "people"} and not asked.startswith("#") and ":" not in asked:
        most = _FEW_PEOPLE if kind == "all" else PAGE
        people = discovery.find_accounts_in(tx, guard, viewer_id, asked, domain, most + 1, skip)
    if kind in {"all", "tags"} and not asked.startswith("@") and ":" not in asked and " " not in asked:
        most = _FEW_TAGS if kind == "all" else PAGE
        tags = discovery.find_tags_in(tx, guard, asked, most + 1, skip)
    few_people, few_tags = (_FEW_PEOPLE, _FEW_TAGS) if kind == "all" else (PAGE, PAGE)
    ids = [one.id for one in people[:few_people]]
    stands = {one.id: one for one in graph.relationships_in(tx, viewer_id, ids)} if viewer_id and ids else {}
    return Found(people[:few_people], tags[:few_tags], len(people) > few_people, len(tags) > few_tags, stands)


def _number(text: str) -> int:
    return min(int(text), _FAR) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


ROUTES: list[HTTPRouteHandler] = [search]
