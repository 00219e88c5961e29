"""Polls and scheduled posts (api.md §3.5)."""

from litestar import Response, delete, get, post, put

from perdure.kernel.errors import Invalid
from perdure.mastodon_api.auth import optional_viewer, viewer
from perdure.mastodon_api.entities.poll import poll_entity
from perdure.mastodon_api.entities.scheduled import render_scheduled
from perdure.mastodon_api.entities.urls import Urls
from perdure.mastodon_api.http import ApiRequest, empty, json_response, runtime_of
from perdure.mastodon_api.paging import Page, paged
from perdure.mastodon_api.params import read_params
from perdure.mastodon_api.statuses import path_id, time_of
from perdure.posts import service as posts

Answer = Response[bytes]


@get("/api/v1/polls/{poll_id:str}")
async def show_poll(request: ApiRequest, poll_id: str) -> Answer:
    """One poll."""
    who = await optional_viewer(request, "read:statuses")
    rt = runtime_of(request)
    seen = await rt.db.read(posts.poll_in, who.account_id if who else None, path_id(poll_id))
    return json_response(poll_entity(seen, Urls.of(rt.settings)))


@post("/api/v1/polls/{poll_id:str}/votes", status_code=200)
async def vote(request: ApiRequest, poll_id: str) -> Answer:
    """Choose one or several options, once."""
    who = await viewer(request, "write:statuses")
    params = await read_params(request)
    texts = params.texts("choices")
    if not all(text.isdecimal() for text in texts):
        raise Invalid("Validation failed: The chosen vote option does not exist")
    rt = runtime_of(request)
    positions = [int(text) for text in texts]
    seen = await rt.db.write("posts.choose", posts.choose_in, who.account_id, path_id(poll_id), positions)
    return json_response(poll_entity(seen, Urls.of(rt.settings)))


@get("/api/v1/scheduled_statuses")
async def scheduled_list(request: ApiRequest) -> Answer:
    """The viewer's scheduled posts."""
    who = await viewer(request, "read:statuses")
    rt, page = runtime_of(request), Page.of(await read_params(request), 20, 40)
    found = await rt.db.read(
        posts.scheduled_page_in,
        who.account_id,
        lower=page.lower,
        upper=page.upper,
        most=page.limit,
        ascending=page.ascending,
    )
    return paged(request, await render_scheduled(rt, found), [made.id for made in found], page)


@get("/api/v1/scheduled_statuses/{scheduled_id:str}")
async def scheduled_one(request: ApiRequest, scheduled_id: str) -> Answer:
    """One scheduled post."""
    who = await viewer(request, "read:statuses")
    rt = runtime_of(request)
    made = await rt.db.read(posts.scheduled_in, who.account_id, path_id(scheduled_id))
    return json_response((await render_scheduled(rt, [made]))[0])


@put("/api/v1/scheduled_statuses/{scheduled_id:str}")
async def reschedule(request: ApiRequest, scheduled_id: str) -> Answer:
    """Move a scheduled post to another time."""
    who = await viewer(request, "write:statuses")
    params = await read_params(request)
    at = time_of(params.required("scheduled_at"))
    rt, number = runtime_of(request), path_id(scheduled_id)
    made = await rt.db.write("posts.reschedule", posts.reschedule_in, who.account_id, number, at)
    return json_response((await render_scheduled(rt, [made]))[0])


@delete("/api/v1/scheduled_statuses/{scheduled_id:str}", status_code=200)
async def unschedule(request: ApiRequest, scheduled_id: str) -> Answer:
    """Drop a scheduled post."""
    who = await viewer(request, "write:statuses")
    await runtime_of(request).db.write("posts.unschedule", posts.unschedule_in, who.account_id, path_id(scheduled_id))
    return empty()


ROUTES = [show_poll, vote, scheduled_list, scheduled_one, reschedule, unschedule]
