"""Posts: publish, read, edit, delete, and what people do with them (api.md §2, §3.5)."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Response, delete, get, post, put

from perdure.accounts import service as accounts
from perdure.accounts.model import Viewer
from perdure.kernel.errors import Invalid, NotFound
from perdure.mastodon_api.auth import optional_viewer, viewer
from perdure.mastodon_api.entities.account import Urls, account_entity
from perdure.mastodon_api.entities.common import id_text
from perdure.mastodon_api.entities.edit import edit_entities
from perdure.mastodon_api.entities.scheduled import render_scheduled
from perdure.mastodon_api.entities.status import render_status, render_statuses
from perdure.mastodon_api.http import ApiRequest, json_response, old_since, runtime_of
from perdure.mastodon_api.paging import Page, paged
from perdure.mastodon_api.params import Params, read_params
from perdure.media import service as media
from perdure.media.model import Change
from perdure.media.rules.kinds import focus_of
from perdure.posts import service as posts
from perdure.posts.model import Draft, PollDraft, Unexpected

Answer = Response[bytes]


def path_id(text: str) -> int:
    """An id from a path. Raises NotFound for anything that cannot be one."""
    if not text.isdecimal() or len(text) > 19 or int(text) >= 2**63:
        raise NotFound
    return int(text)


def draft_of(params: Params, *, app_name: str | None = None, app_website: str | None = None) -> Draft:
    """Read a draft from a request. Raises Invalid."""
    allowed = params.ids("allowed_mentions") if params.has("allowed_mentions") else None
    return Draft(
        text=params.text("status", "") or "",
        spoiler_text=params.text("spoiler_text", "") or "",
        sensitive=params.flag("sensitive"),
        visibility=params.text("visibility") or None,
        language=(params.text("language") or "")[:35] or None,
        in_reply_to_id=params.identifier("in_reply_to_id"),
        media_ids=tuple(params.ids("media_ids")),
        media_changes=_media_changes(params),
        poll=_poll_of(params),
        app_name=app_name,
        app_website=app_website,
        allowed_mentions=None if allowed is None else tuple(allowed),
    )


def _media_changes(params: Params) -> dict[int, Change]:
    found: dict[int, Change] = {}
    for given in params.objects("media_attributes"):
        media_id = given.identifier("id")
        if media_id is not None:
            focus = focus_of(given.text("focus") or "")
            found[media_id] = Change(description=given.text("description"), focus=focus)
    return found


def _poll_of(params: Params) -> PollDraft | None:
    if not params.has("poll.options"):
        return None
    return PollDraft(
        options=tuple(params.texts("poll.options")),
        expires_in_s=params.seconds("poll.expires_in") or 0,
        multiple=params.yes("poll.multiple"),
        hide_totals=params.yes("poll.hide_totals"),
    )


def time_of(text: str) -> int:
    """An ISO 8601 instant in ms; without an offset it is UTC. Raises Invalid in the words that clients expect."""
    try:
        parsed = datetime.fromisoformat(text.strip().replace(" ", "+", 1) if "T" in text else text.strip())
    except ValueError as error:
        raise Invalid("Record invalid") from error
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    return int(parsed.timestamp() * 1000)


def idempotency_key(request: ApiRequest) -> str | None:
    """The key of a request that may be repeated; of a long one its hash, because an index does not hold it."""
    key = request.headers.get("idempotency-key")
    return hashlib.sha256(key.encode()).hexdigest() if key and len(key) > 128 else key


@post("/api/v1/statuses", status_code=200)
async def publish(request: ApiRequest) -> Answer:
    """Publish a post, or schedule it."""
    who = await viewer(request, "write:statuses")
    rt, params = runtime_of(request), await read_params(request)
    key = idempotency_key(request)
    app = await rt.db.read(accounts.app_in, who.app_id) if who.app_id else None
    draft = draft_of(params, app_name=app.name if app else None, app_website=app.website if app else None)
    if at := params.text("scheduled_at"):
        made = await posts.schedule(rt, who.account_id, draft, time_of(at), key)
        return json_response((await render_scheduled(rt, [made]))[0])
    try:
        post_id = await posts.publish(rt, who.account_id, draft, key)
    except Unexpected as error:
        views = await rt.db.read(accounts.views_in, error.account_ids)
        others = [account_entity(view, Urls.of(rt.settings)) for view in views.values()]
        return json_response({"error": error.public, "unexpected_accounts": others}, 422)
    return json_response(await render_status(rt, who, post_id))


@get("/api/v1/statuses")
async def several(request: ApiRequest) -> Answer:
    """Several posts by id."""
    who = await optional_viewer(request, "read:statuses")
    params = await read_params(request)
    return json_response(await render_statuses(runtime_of(request), who, params.ids("id")[:40]))


@get("/api/v1/statuses/{post_id:str}")
async def show(request: ApiRequest, post_id: str) -> Answer:
    """One post."""
    who = await optional_viewer(request, "read:statuses")
    return json_response(await render_status(runtime_of(request), who, path_id(post_id)))


@put("/api/v1/statuses/{post_id:str}")
async def edit(request: ApiRequest, post_id: str) -> Answer:
    """Change a post of one's own."""
    who = await viewer(request, "write:statuses")
    rt, number = runtime_of(request), path_id(post_id)
    draft = draft_of(await read_params(request))
    await posts.edit(rt, who.account_id, number, draft)
    return json_response(await render_status(rt, who, number))


@delete("/api/v1/statuses/{post_id:str}", status_code=200)
async def remove(request: ApiRequest, post_id: str) -> Answer:
    """Delete a post; the answer carries its source for redrafting. Its files stay a day, unless ``delete_media``."""
    who = await viewer(request, "write:statuses")
    rt, number = runtime_of(request), path_id(post_id)
    row = await rt.db.read(posts.load_in, who.account_id, number)
    status = msgspec.json.decode(await render_status(rt, who, number))
    await rt.db.write("posts.delete", posts.delete_in, who.account_id, number)
    if (await read_params(request)).yes("delete_media") and row.reblog_of_id is None:
        for shown in status["media_attachments"]:
            await media.delete(rt, who.account_id, int(shown["id"]))
    return json_response({**status, "text": row.text})


@get("/api/v1/statuses/{post_id:str}/context")
async def context(request: ApiRequest, post_id: str) -> Answer:
    """What stands above and below a post."""
    who = await optional_viewer(request, "read:statuses")
    rt = runtime_of(request)
    thread = await rt.db.read(posts.thread_in, who.account_id if who else None, path_id(post_id))
    return json_response(
        {
            "ancestors": await render_statuses(rt, who, thread.ancestors),
            "descendants": await render_statuses(rt, who, thread.descendants),
        }
    )


@get("/api/v1/statuses/{post_id:str}/source")
async def source(request: ApiRequest, post_id: str) -> Answer:
    """A post as its author typed it."""
    who = await viewer(request, "read:statuses")
    row = await runtime_of(request).db.read(posts.load_in, who.account_id, path_id(post_id))
    if row.account_id != who.account_id:
        raise NotFound
    return json_response({"id": id_text(row.id), "text": row.text, "spoiler_text": row.spoiler_text})


@get("/api/v1/statuses/{post_id:str}/history")
async def history(request: ApiRequest, post_id: str) -> Answer:
    """Every state a post was in, oldest first."""
    who = await optional_viewer(request, "read:statuses")
    rt = runtime_of(request)
    author, states = await rt.db.read(posts.history_in, who.account_id if who else None, path_id(post_id))
    return json_response(edit_entities(author, states, Urls.of(rt.settings)))


@get("/api/v1/statuses/{post_id:str}/card", response_headers=old_since("2019-10-03"))
async def card(request: ApiRequest, post_id: str) -> Answer:
    """The preview of a post's link: an old spelling that some clients still send."""
    status = msgspec.json.decode(
        await render_status(runtime_of(request), await optional_viewer(request), path_id(post_id))
    )
    return json_response(status["card"] or {})


async def _people(request: ApiRequest, post_id: str, name: str) -> Answer:
    who = await optional_viewer(request, "read:accounts")
    rt, number = runtime_of(request), path_id(post_id)
    await rt.db.read(posts.load_in, who.account_id if who else None, number)
    page = Page.of(await read_params(request), 40, 80)
    rows = await rt.db.read(
        posts.people_page_in,
        name,
        number,
        lower=page.lower,
        upper=page.upper,
        most=page.limit,
        ascending=page.ascending,
    )
    views = await rt.db.read(accounts.views_in, [row.account_id for row in rows])
    urls = Urls.of(rt.settings)
    found = [account_entity(views[row.account_id], urls) for row in rows if row.account_id in views]
    return paged(request, found, [row.id for row in rows], page)


@get("/api/v1/statuses/{post_id:str}/reblogged_by")
async def reblogged_by(request: ApiRequest, post_id: str) -> Answer:
    """Who echoed a post."""
    return await _people(request, post_id, "reblogged_by")


@get("/api/v1/statuses/{post_id:str}/favourited_by")
async def favourited_by(request: ApiRequest, post_id: str) -> Answer:
    """Who voted a post up."""
    return await _people(request, post_id, "favourited_by")


async def _own_list(request: ApiRequest, name: str) -> Answer:
    who = await viewer(request, f"read:{name}")
    rt, page = runtime_of(request), Page.of(await read_params(request), 20, 40)
    rows = await rt.db.read(
        posts.own_page_in,
        name,
        who.account_id,
        lower=page.lower,
        upper=page.upper,
        most=page.limit,
        ascending=page.ascending,
    )
    found = await render_statuses(rt, who, [row.post_id for row in rows])
    return paged(request, found, [row.id for row in rows], page)


@get("/api/v1/bookmarks")
async def bookmarks(request: ApiRequest) -> Answer:
    """The viewer's bookmarks, latest bookmark first."""
    return await _own_list(request, "bookmarks")


@get("/api/v1/favourites")
async def favourites(request: ApiRequest) -> Answer:
    """What the viewer voted up, latest vote first."""
    return await _own_list(request, "favourites")


@post("/api/v1/statuses/{post_id:str}/reblog", status_code=200)
async def reblog(request: ApiRequest, post_id: str) -> Answer:
    """Echo a post: the answer is the echo."""
    who = await viewer(request, "write:statuses")
    rt, params = runtime_of(request), await read_params(request)
    visibility = params.text("visibility") or None
    echo = await rt.db.write("posts.echo", posts.echo_in, who.account_id, path_id(post_id), visibility)
    return json_response(await render_status(rt, who, echo))


Act = Callable[[ApiRequest, Viewer, int], Awaitable[int]]


def _action(name: str, scope: str, act: Act) -> Any:
    """A route ``POST …/:id/name`` that changes something and answers with the post."""

    @post(f"/api/v1/statuses/{{post_id:str}}/{name}", status_code=200, name=f"statuses.{name}")
    async def handler(request: ApiRequest, post_id: str) -> Answer:
        who = await viewer(request, scope)
        changed = await act(request, who, path_id(post_id))
        return json_response(await render_status(runtime_of(request), who, changed))

    return handler


def _writes(name: str, body: Callable[..., int], **fixed: Any) -> Act:
    async def act(request: ApiRequest, who: Viewer, post_id: int) -> int:
        return await runtime_of(request).db.write(f"posts.{name}", body, who.account_id, post_id, **fixed)

    return act


ROUTES = [
    publish,
    several,
    show,
    edit,
    remove,
    context,
    source,
    history,
    card,
    reblogged_by,
    favourited_by,
    bookmarks,
    favourites,
    reblog,
    _action("unreblog", "write:statuses", _writes("unecho", posts.unecho_in)),
    _action("favourite", "write:favourites", _writes("vote", posts.vote_in, value=1)),
    _action("unfavourite", "write:favourites", _writes("vote", posts.vote_in, value=0)),
    _action("bookmark", "write:bookmarks", _writes("bookmark", posts.bookmark_in, on=True)),
    _action("unbookmark", "write:bookmarks", _writes("bookmark", posts.bookmark_in, on=False)),
    _action("pin", "write:accounts", _writes("pin", posts.pin_in, on=True)),
    _action("unpin", "write:accounts", _writes("pin", posts.pin_in, on=False)),
    _action("mute", "write:mutes", _writes("mute_thread", posts.mute_thread_in, on=True)),
    _action("unmute", "write:mutes", _writes("mute_thread", posts.mute_thread_in, on=False)),
]
