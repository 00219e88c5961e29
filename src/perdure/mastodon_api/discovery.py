"""Search and hashtags (api.md §3.6)."""

from typing import Any

import msgspec
from litestar import Response, get, post

from perdure.accounts.model import Viewer
from perdure.discovery import service as discovery
from perdure.discovery.ports import RankGuard
from perdure.graph import service as graph
from perdure.graph.rules import is_tag
from perdure.graph.service import showcase
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.kernel.text import key
from perdure.mastodon_api.auth import optional_viewer, viewer
from perdure.mastodon_api.entities.account import Urls, account_entity
from perdure.mastodon_api.entities.status import render_statuses
from perdure.mastodon_api.http import ApiRequest, json_response, old_since, runtime_of
from perdure.mastodon_api.paging import Page, paged
from perdure.mastodon_api.params import Params, read_params

Answer = Response[bytes]


def tag_name(text: str) -> str:
    """A hashtag's name out of a path. Raises NotFound for a text that can be none."""
    name = text.strip().lstrip("#")
    if not is_tag(name):
        raise NotFound
    return name


def tag_entity(
    identifier: int, name: str, urls: Urls, *, following: bool | None = None, featuring: bool = False
) -> dict[str, Any]:
    """A Tag."""
    entity: dict[str, Any] = {"id": str(identifier), "name": name, "url": urls.tag(name), "history": []}
    if following is not None:
        entity |= {"following": following, "featuring": featuring}
    return entity


async def _accounts(
    request: ApiRequest, who: Viewer | None, text: str, most: int, skip: int, *, following: bool = False
) -> list[dict[str, Any]]:
    rt = runtime_of(request)
    if text.startswith(f"{rt.settings.base_url}/@") and text.count("/") == rt.settings.base_url.count("/") + 1:
        text = f"{text.rsplit('/', 1)[1]}@{rt.settings.domain}"
    viewer_id = who.account_id if who else None
    found = await rt.db.read_long(
        discovery.find_accounts_in,
        rt.port(RankGuard),
        viewer_id,
        text,
        rt.settings.domain,
        most,
        skip,
        following=following,
    )
    urls = Urls.of(rt.settings)
    return [account_entity(one, urls) for one in found]


async def _posts(
    request: ApiRequest, who: Viewer | None, text: str, most: int, skip: int, params: Params
) -> list[msgspec.Raw]:
    """The post that an address names; else, for members, posts with these words."""
    rt = runtime_of(request)
    viewer_id = who.account_id if who else None
    post_id = await rt.db.read(discovery.post_by_url_in, viewer_id, text, rt.settings.base_url)
    if post_id is not None:
        return list(await render_statuses(rt, who, [post_id] if not skip else []))
    if who is None:
        return []
    page = Page.of(params, 20, 40)
    ids = await rt.db.read_long(
        discovery.find_posts_in,
        who.account_id,
        text,
        most,
        skip,
        account_id=params.identifier("account_id"),
        lower=page.lower,
        upper=page.upper,
    )
    return list(await render_statuses(rt, who, ids))


async def _found(request: ApiRequest) -> dict[str, list[Any]]:
    """What both versions of search find: accounts, hashtags as (id, name), posts."""
    who = await optional_viewer(request, "read:search")
    params = await read_params(request)
    text, kind = params.required("q").strip(), params.text("type") or None
    limit = Page.of(params, 20, 40).limit
    skip = max(params.integer("offset", 0) or 0, 0) if kind and who else 0
    found: dict[str, list[Any]] = {"accounts": [], "statuses": [], "hashtags": []}
    if kind in {None, "accounts"} and not text.startswith("#"):
        following = params.yes("following") and who is not None
        found["accounts"] = await _accounts(request, who, text, limit, skip, following=following)
    if kind in {None, "hashtags"} and not text.startswith("@") and "://" not in text:
        rt = runtime_of(request)
        guard = rt.port(RankGuard)
        found["hashtags"] = await rt.db.read(discovery.find_tags_in, guard, text, limit, skip)
    if kind == "statuses" or (kind is None and text[0] not in "@#"):
        found["statuses"] = await _posts(request, who, text, limit, skip, params)
    return found


@get("/api/v2/search")
async def search(request: ApiRequest) -> Answer:
    """Accounts, hashtags and posts."""
    found, urls = await _found(request), Urls.of(runtime_of(request).settings)
    return json_response(found | {"hashtags": [tag_entity(row.id, row.name, urls) for row in found["hashtags"]]})


@get("/api/v1/search", response_headers=old_since("2019-10-03"))
async def search_old(request: ApiRequest) -> Answer:
    """The first version of search: hashtags are plain names."""
    found = await _found(request)
    return json_response(found | {"hashtags": [row.name for row in found["hashtags"]]})


@get("/api/v1/accounts/search")
async def search_accounts(request: ApiRequest) -> Answer:
    """Accounts by name."""
    who = await viewer(request, "read:accounts")
    params = await read_params(request)
    limit, skip = Page.of(params, 40, 80).limit, max(params.integer("offset", 0) or 0, 0)
    text = (params.text("q", "") or "").strip()
    if not text:
        return json_response([])
    return json_response(await _accounts(request, who, text, limit, skip, following=params.yes("following")))


async def _tag(request: ApiRequest, viewer_id: int | None, name: str) -> Answer:
    folded = key(tag_name(name))

    def look(tx: Tx) -> tuple[int, bool | None, bool]:
        row = discovery.tag_in(tx, folded)
        if viewer_id is None:
            return row.id if row else 0, None, False
        following = graph.follows_tag_in(tx, viewer_id, folded)
        return row.id if row else 0, following, showcase.features_tag_in(tx, viewer_id, folded)

    rt = runtime_of(request)
    identifier, following, featuring = await rt.db.read(look)
    urls = Urls.of(rt.settings)
    return json_response(tag_entity(identifier, folded, urls, following=following, featuring=featuring))


@get("/api/v1/tags/{name:str}")
async def show_tag(request: ApiRequest, name: str) -> Answer:
    """One hashtag."""
    who = await optional_viewer(request, "read")
    return await _tag(request, who.account_id if who else None, name)


@post("/api/v1/tags/{name:str}/follow", status_code=200)
async def follow_tag(request: ApiRequest, name: str) -> Answer:
    """Follow a hashtag."""
    who = await viewer(request, "write:follows")
    await runtime_of(request).db.write("graph.follow_tag", graph.follow_tag_in, who.account_id, tag_name(name))
    return await _tag(request, who.account_id, name)


@post("/api/v1/tags/{name:str}/unfollow", status_code=200)
async def unfollow_tag(request: ApiRequest, name: str) -> Answer:
    """Stop following a hashtag."""
    who = await viewer(request, "write:follows")
    await runtime_of(request).db.write("graph.unfollow_tag", graph.unfollow_tag_in, who.account_id, tag_name(name))
    return await _tag(request, who.account_id, name)


def _page_of_tags(params: Params) -> Page:
    return Page.of(params, 100, 200)


@get("/api/v1/followed_tags")
async def followed_tags(request: ApiRequest) -> Answer:
    """The hashtags the viewer follows, latest first."""
    who = await viewer(request, "read:follows")
    rt, page = runtime_of(request), _page_of_tags(await read_params(request))
    rows = await rt.db.read(
        graph.followed_tags_in,
        who.account_id,
        lower=page.lower,
        upper=page.upper,
        most=page.limit,
        ascending=page.ascending,
    )
    urls = Urls.of(rt.settings)
    return paged(
        request,
        [tag_entity(row.id, row.tag, urls, following=True) for row in rows],
        [row.id for row in rows],
        page,
    )


ROUTES = [search, search_old, search_accounts, show_tag, follow_tag, unfollow_tag, followed_tags]
