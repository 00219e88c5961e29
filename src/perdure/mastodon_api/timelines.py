"""Timelines and markers (api.md §3.2, §3.6, §3.15)."""

from typing import Any

import msgspec
from litestar import Response, get, post

from perdure.accounts import service as accounts
from perdure.accounts.model import FeedKind, Viewer
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid
from perdure.kernel.runtime import Runtime
from perdure.kernel.text import key
from perdure.mastodon_api.auth import optional_viewer, viewer
from perdure.mastodon_api.entities.common import id_text, iso
from perdure.mastodon_api.entities.status import StatusCache, cache_of, known_texts, render_rows_in, render_statuses
from perdure.mastodon_api.http import ApiRequest, json_response, runtime_of
from perdure.mastodon_api.paging import Page, paged
from perdure.mastodon_api.params import Params, read_params
from perdure.mastodon_api.statuses import path_id
from perdure.posts import service as posts
from perdure.posts.service import PageCache, Slice
from perdure.timelines import service as timelines
from perdure.timelines.model import Marker

Answer = Response[bytes]
_TIMELINES = ("home", "notifications")


def _slice(page: Page) -> Slice:
    return Slice(page.lower, page.upper, page.limit, page.ascending)


async def _answer(
    request: ApiRequest, who: Viewer | None, ids: list[int], page: Page, context: str | None = None
) -> Answer:
    return paged(request, await render_statuses(runtime_of(request), who, ids, context=context), ids, page)


@get("/api/v1/timelines/home")
async def home(request: ApiRequest) -> Answer:
    """Posts of those the viewer follows, and their own."""
    who = await viewer(request, "read:statuses")
    page = Page.of(await read_params(request), 20, 40)
    rt = runtime_of(request)
    texts, ids = await rt.db.read(home_texts_in, cache_of(rt), posts.page_cache(rt), who.account_id, page)
    return paged(request, [msgspec.Raw(text) for text in texts], ids, page)


def known_home_texts(
    rt: Runtime, cache: StatusCache, known: PageCache | None, viewer_id: int, page: Page
) -> tuple[list[bytes], list[int]] | None:
    """:func:`home_texts_in` without a transaction, where everything but the ids is known to the process; else None."""
    found = timelines.known_home_page(rt, known, viewer_id, _slice(page)) if known else None
    texts = known_texts(cache, found.rows) if found else None
    return (texts, found.ids) if found and texts is not None else None


def home_texts_in(
    tx: Tx, cache: StatusCache, known: PageCache | None, viewer_id: int, page: Page
) -> tuple[list[bytes], list[int]]:
    """A page of the home feed: encoded statuses, and the ids to page by."""
    found = timelines.home_page_in(tx, known, viewer_id, _slice(page))
    return render_rows_in(tx, cache, viewer_id, found.rows, "home", filtered=found.filtered), found.ids


@get("/api/v1/timelines/public")
async def public(request: ApiRequest) -> Answer:
    """Every public post of this site."""
    who = await optional_viewer(request, "read:statuses")
    await _check_feed(request, who, "live_feeds")
    params = await read_params(request)
    page = Page.of(params, 20, 40)
    if params.yes("remote") and not params.yes("local"):
        return paged(request, [], [], page)
    options = frozenset({"only_media"} if params.yes("only_media") else ())
    ids = await _feed(request, "public", who, page, options)
    return await _answer(request, who, ids, page)


async def _check_feed(request: ApiRequest, who: Viewer | None, kind: FeedKind) -> None:
    await runtime_of(request).db.read(accounts.check_feed_in, who.account_id if who else None, kind)


async def _feed(
    request: ApiRequest, name: str, who: Viewer | None, page: Page, options: frozenset[str], **parameters: Any
) -> list[int]:
    viewer_id = who.account_id if who else 0
    return await runtime_of(request).db.read(posts.feed_in, name, viewer_id, _slice(page), options, parameters)


@get("/api/v1/timelines/tag/{name:str}")
async def tag(request: ApiRequest, name: str) -> Answer:
    """Public posts with a hashtag, with ``any[]``, ``all[]``, ``none[]``."""
    who = await optional_viewer(request, "read:statuses")
    params = await read_params(request)
    page = Page.of(params, 20, 40)
    await _check_feed(request, who, "hashtag_feeds")
    options, parameters = _tag_options(params, name)
    ids = await _feed(request, "tag", who, page, options, **parameters)
    return await _answer(request, who, ids, page)


@get("/api/v1/timelines/link")
async def link(request: ApiRequest) -> Answer:
    """Public posts that show the card of a page (``url``)."""
    who = await optional_viewer(request, "read:statuses")
    await _check_feed(request, who, "hashtag_feeds")
    params = await read_params(request)
    page = Page.of(params, 20, 40)
    address = params.text("url")
    ids = await _feed(request, "link", who, page, frozenset(), **posts.link_parameters(address)) if address else []
    return await _answer(request, who, ids, page)


def _tag_options(params: Params, name: str) -> tuple[frozenset[str], dict[str, Any]]:
    wanted = [key(text.lstrip("#")) for text in [name, *params.texts("any")][:5]]
    parameters: dict[str, Any] = {"any": wanted}
    options = {"only_media"} if params.yes("only_media") else set()
    if every := sorted({key(text.lstrip("#")) for text in params.texts("all")})[:5]:
        options.add("all")
        parameters |= {"all": every, "all_count": len(every)}
    if none := [key(text.lstrip("#")) for text in params.texts("none")][:5]:
        options.add("none")
        parameters["none"] = none
    return frozenset(options), parameters


@get("/api/v1/timelines/list/{list_id:str}")
async def of_list(request: ApiRequest, list_id: str) -> Answer:
    """Posts of a list's members."""
    who = await viewer(request, "read:lists")
    page = Page.of(await read_params(request), 20, 40)
    rt = runtime_of(request)
    ids = await rt.db.read(timelines.list_feed_in, who.account_id, path_id(list_id), _slice(page))
    return await _answer(request, who, ids, page)


@get("/api/v1/accounts/{account_id:str}/statuses")
async def of_account(request: ApiRequest, account_id: str) -> Answer:
    """An account's posts, as far as the viewer may see them."""
    who = await optional_viewer(request, "read:statuses")
    params = await read_params(request)
    page = Page.of(params, 20, 40)
    names = ("only_media", "exclude_replies", "exclude_reblogs", "pinned")
    options = {name for name in names if params.yes(name)}
    owner = await runtime_of(request).db.read(accounts.public_view_in, path_id(account_id))
    parameters: dict[str, Any] = {"account_id": owner.id}
    if tagged := params.text("tagged"):
        options.add("tagged")
        parameters["any"] = [key(tagged.lstrip("#"))]
    ids = await _feed(request, "account", who, page, frozenset(options), **parameters)
    return await _answer(request, who, ids, page)


def _marker_entity(found: Marker) -> dict[str, Any]:
    return {
        "last_read_id": id_text(found.last_read_id),
        "version": found.version,
        "updated_at": iso(found.updated_at),
    }


@get("/api/v1/markers")
async def markers(request: ApiRequest) -> Answer:
    """How far the viewer has read the timelines asked for."""
    who = await viewer(request, "read:statuses")
    names = [name for name in (await read_params(request)).texts("timeline") if name in _TIMELINES]
    found = await runtime_of(request).db.read(timelines.markers_in, who.account_id, names) if names else []
    return json_response({one.timeline: _marker_entity(one) for one in found})


@post("/api/v1/markers", status_code=200)
async def mark(request: ApiRequest) -> Answer:
    """Say how far the viewer has read."""
    who = await viewer(request, "write:statuses")
    params = await read_params(request)
    made = {}
    for name in _TIMELINES:
        last = params.integer(f"{name}.last_read_id")
        if last is not None:
            made[name] = await runtime_of(request).db.write(
                "timelines.mark", timelines.mark_in, who.account_id, name, last
            )
    if not made and params.has("last_read_id"):
        raise Invalid("Validation failed: Timeline is missing")
    return json_response({name: _marker_entity(one) for name, one in made.items()})


ROUTES = [home, public, tag, link, of_list, of_account, markers, mark]
