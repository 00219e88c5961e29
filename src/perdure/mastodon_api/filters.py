"""Filters, version 2 (api.md §3.15)."""

from typing import Any

from litestar import Response, delete, get, post, put

from perdure.graph.model import FilterDraft, FilteredPost, KeywordDraft
from perdure.graph.service import filters
from perdure.kernel.db import Tx
from perdure.mastodon_api.auth import viewer
from perdure.mastodon_api.entities.filter import filter_entity, filtered_post_entity, keyword_entity
from perdure.mastodon_api.http import ApiRequest, empty, json_response, runtime_of
from perdure.mastodon_api.params import Params, read_params
from perdure.mastodon_api.statuses import path_id
from perdure.posts import service as posts

Answer = Response[bytes]
_READ, _WRITE = "read:filters", "write:filters"


def expiry_of(params: Params) -> dict[str, Any]:
    """``expires_in`` in seconds; sent blank or as null it means for ever."""
    seconds = params.seconds("expires_in")
    return {"expires_in_s": seconds, "forever": seconds is None and "expires_in" in params.names()}


def keyword_of(params: Params) -> KeywordDraft:
    """A phrase as sent."""
    return KeywordDraft(
        id=params.identifier("id"),
        keyword=params.text("keyword"),
        whole_word=params.flag("whole_word"),
        removed=params.yes("_destroy"),
    )


def draft_of(params: Params) -> FilterDraft:
    """A filter as sent."""
    return FilterDraft(
        title=params.text("title"),
        contexts=tuple(params.texts("context")) if params.has("context") else None,
        action=params.text("filter_action") or None,
        keywords=tuple(keyword_of(one) for one in params.objects("keywords_attributes")),
        **expiry_of(params),
    )


@get("/api/v2/filters")
async def every(request: ApiRequest) -> Answer:
    """The viewer's filters."""
    who = await viewer(request, _READ)
    found = await runtime_of(request).db.read(filters.filters_in, who.account_id)
    return json_response([filter_entity(one) for one in found])


@post("/api/v2/filters", status_code=200)
async def create(request: ApiRequest) -> Answer:
    """Make a filter."""
    who = await viewer(request, _WRITE)
    draft = draft_of(await read_params(request))
    made = await runtime_of(request).db.write("graph.create_filter", filters.create_filter_in, who.account_id, draft)
    return json_response(filter_entity(made))


@get("/api/v2/filters/{filter_id:str}")
async def show(request: ApiRequest, filter_id: str) -> Answer:
    """One filter."""
    who = await viewer(request, _READ)
    return json_response(
        filter_entity(await runtime_of(request).db.read(filters.filter_in, who.account_id, path_id(filter_id)))
    )


@put("/api/v2/filters/{filter_id:str}")
async def change(request: ApiRequest, filter_id: str) -> Answer:
    """Change a filter."""
    who = await viewer(request, _WRITE)
    draft = draft_of(await read_params(request))
    made = await runtime_of(request).db.write(
        "graph.change_filter", filters.change_filter_in, who.account_id, path_id(filter_id), draft
    )
    return json_response(filter_entity(made))


@delete("/api/v2/filters/{filter_id:str}", status_code=200)
async def remove(request: ApiRequest, filter_id: str) -> Answer:
    """Delete a filter."""
    who = await viewer(request, _WRITE)
    await runtime_of(request).db.write(
        "graph.delete_filter", filters.delete_filter_in, who.account_id, path_id(filter_id)
    )
    return empty()


@get("/api/v2/filters/{filter_id:str}/keywords")
async def keywords(request: ApiRequest, filter_id: str) -> Answer:
    """The phrases of a filter."""
    who = await viewer(request, _READ)
    found = await runtime_of(request).db.read(filters.filter_in, who.account_id, path_id(filter_id))
    return json_response([keyword_entity(one) for one in found.keywords])


@post("/api/v2/filters/{filter_id:str}/keywords", status_code=200)
async def add_keyword(request: ApiRequest, filter_id: str) -> Answer:
    """Add a phrase."""
    who = await viewer(request, _WRITE)
    params = await read_params(request)
    draft = KeywordDraft(keyword=params.text("keyword"), whole_word=params.flag("whole_word"))
    made = await runtime_of(request).db.write(
        "graph.add_keyword", filters.add_keyword_in, who.account_id, path_id(filter_id), draft
    )
    return json_response(keyword_entity(made))


@get("/api/v2/filters/keywords/{keyword_id:str}")
async def show_keyword(request: ApiRequest, keyword_id: str) -> Answer:
    """One phrase."""
    who = await viewer(request, _READ)
    _, found = await runtime_of(request).db.read(filters.keyword_in, who.account_id, path_id(keyword_id))
    return json_response(keyword_entity(found))


@put("/api/v2/filters/keywords/{keyword_id:str}")
async def change_keyword(request: ApiRequest, keyword_id: str) -> Answer:
    """Change a phrase."""
    who = await viewer(request, _WRITE)
    params = await read_params(request)
    draft = KeywordDraft(keyword=params.text("keyword"), whole_word=params.flag("whole_word"))
    made = await runtime_of(request).db.write(
        "graph.change_keyword", filters.change_keyword_in, who.account_id, path_id(keyword_id), draft
    )
    return json_response(keyword_entity(made))


@delete("/api/v2/filters/keywords/{keyword_id:str}", status_code=200)
async def remove_keyword(request: ApiRequest, keyword_id: str) -> Answer:
    """Take a phrase out."""
    who = await viewer(request, _WRITE)
    await runtime_of(request).db.write(
        "graph.delete_keyword", filters.delete_keyword_in, who.account_id, path_id(keyword_id)
    )
    return empty()


@get("/api/v2/filters/{filter_id:str}/statuses")
async def named_posts(request: ApiRequest, filter_id: str) -> Answer:
    """The posts that a filter names."""
    who = await viewer(request, _READ)
    found = await runtime_of(request).db.read(filters.filter_in, who.account_id, path_id(filter_id))
    return json_response([filtered_post_entity(one) for one in found.posts])


@post("/api/v2/filters/{filter_id:str}/statuses", status_code=200)
async def add_post(request: ApiRequest, filter_id: str) -> Answer:
    """Name a post."""
    who = await viewer(request, _WRITE)
    post_id = path_id((await read_params(request)).required("status_id"))
    made = await runtime_of(request).db.write(
        "graph.filter_post", _add_post_in, who.account_id, path_id(filter_id), post_id
    )
    return json_response(filtered_post_entity(made))


def _add_post_in(tx: Tx, viewer_id: int, filter_id: int, post_id: int) -> FilteredPost:
    posts.load_in(tx, viewer_id, post_id)
    return filters.add_post_in(tx, viewer_id, filter_id, post_id)


@get("/api/v2/filters/statuses/{named_id:str}")
async def show_post(request: ApiRequest, named_id: str) -> Answer:
    """One post that a filter names."""
    who = await viewer(request, _READ)
    return json_response(
        filtered_post_entity(await runtime_of(request).db.read(filters.post_in, who.account_id, path_id(named_id)))
    )


@delete("/api/v2/filters/statuses/{named_id:str}", status_code=200)
async def remove_post(request: ApiRequest, named_id: str) -> Answer:
    """No longer name a post."""
    who = await viewer(request, _WRITE)
    await runtime_of(request).db.write("graph.unfilter_post", filters.remove_post_in, who.account_id, path_id(named_id))
    return empty()


ROUTES = [
    every,
    create,
    show,
    change,
    remove,
    keywords,
    add_keyword,
    show_keyword,
    change_keyword,
    remove_keyword,
    named_posts,
    add_post,
    show_post,
    remove_post,
]
