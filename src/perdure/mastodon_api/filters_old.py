"""Filters, version 1: a view of the same rows, one for each phrase (api.md §3.15)."""

from litestar import Response, delete, get, post, put

from perdure.graph.model import FilterDraft, FilterView, KeywordDraft, KeywordView
from perdure.graph.service import filters
from perdure.kernel.db import Tx
from perdure.mastodon_api.auth import viewer
from perdure.mastodon_api.entities.filter import old_filter_entity
from perdure.mastodon_api.filters import expiry_of
from perdure.mastodon_api.http import ApiRequest, empty, json_response, old_since, runtime_of
from perdure.mastodon_api.params import Params, read_params
from perdure.mastodon_api.statuses import path_id

Answer = Response[bytes]
_OLD = old_since("2022-11-14")
_READ, _WRITE = "read:filters", "write:filters"


def _drafts(params: Params) -> tuple[FilterDraft, KeywordDraft]:
    irreversible = params.flag("irreversible")
    draft = FilterDraft(
        contexts=tuple(params.texts("context")) if params.has("context") else None,
        action=None if irreversible is None else ("hide" if irreversible else "warn"),
        **expiry_of(params),
    )
    return draft, KeywordDraft(keyword=params.text("phrase"), whole_word=params.flag("whole_word"))


def _create_in(
    tx: Tx, viewer_id: int, phrase: str, contexts: tuple[str, ...], draft: FilterDraft, keyword: KeywordDraft
) -> tuple[FilterView, KeywordView]:
    whole = FilterDraft(
        title=phrase,
        contexts=contexts,
        action=draft.action,
        expires_in_s=draft.expires_in_s,
        keywords=(KeywordDraft(keyword=phrase, whole_word=bool(keyword.whole_word)),),
    )
    made = filters.create_filter_in(tx, viewer_id, whole)
    return made, made.keywords[0]


def _change_in(
    tx: Tx, viewer_id: int, keyword_id: int, draft: FilterDraft, keyword: KeywordDraft
) -> tuple[FilterView, KeywordView]:
    old, _ = filters.keyword_in(tx, viewer_id, keyword_id)
    filters.change_keyword_in(tx, viewer_id, keyword_id, keyword)
    filters.change_filter_in(tx, viewer_id, old.id, draft)
    return filters.keyword_in(tx, viewer_id, keyword_id)


@get("/api/v1/filters", response_headers=_OLD)
async def every(request: ApiRequest) -> Answer:
    """The viewer's phrases."""
    who = await viewer(request, _READ)
    found = await runtime_of(request).db.read(filters.filters_in, who.account_id)
    return json_response([old_filter_entity(one, keyword) for one in found for keyword in one.keywords])


@post("/api/v1/filters", status_code=200, response_headers=_OLD)
async def create(request: ApiRequest) -> Answer:
    """Filter by a phrase."""
    who = await viewer(request, _WRITE)
    params = await read_params(request)
    draft, keyword = _drafts(params)
    made, phrase = await runtime_of(request).db.write(
        "graph.create_filter",
        _create_in,
        who.account_id,
        params.required("phrase"),
        tuple(params.texts("context")),
        draft,
        keyword,
    )
    return json_response(old_filter_entity(made, phrase))


@get("/api/v1/filters/{keyword_id:str}", response_headers=_OLD)
async def show(request: ApiRequest, keyword_id: str) -> Answer:
    """One phrase."""
    who = await viewer(request, _READ)
    found = await runtime_of(request).db.read(filters.keyword_in, who.account_id, path_id(keyword_id))
    return json_response(old_filter_entity(*found))


@put("/api/v1/filters/{keyword_id:str}", response_headers=_OLD)
async def change(request: ApiRequest, keyword_id: str) -> Answer:
    """Change a phrase and the filter it belongs to."""
    who = await viewer(request, _WRITE)
    draft, keyword = _drafts(await read_params(request))
    found = await runtime_of(request).db.write(
        "graph.change_filter", _change_in, who.account_id, path_id(keyword_id), draft, keyword
    )
    return json_response(old_filter_entity(*found))


@delete("/api/v1/filters/{keyword_id:str}", status_code=200, response_headers=_OLD)
async def remove(request: ApiRequest, keyword_id: str) -> Answer:
    """Delete a phrase, and its filter with the last one."""
    who = await viewer(request, _WRITE)
    await runtime_of(request).db.write(
        "graph.delete_keyword", filters.delete_keyword_in, who.account_id, path_id(keyword_id), with_filter=True
    )
    return empty()


ROUTES = [every, create, show, change, remove]
