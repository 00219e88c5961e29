"""Writing: a new post, a comment, an edit, a second try. It works without JavaScript and keeps what was typed."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView, Viewer
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, NotFound
from perdure.kernel.text import key as fold
from perdure.media import service as media
from perdure.media.model import Change
from perdure.posts import service as posts
from perdure.posts.model import PostView
from perdure.web.composer import MOST_FILES, Composed, composer_values, keep_files
from perdure.web.page import redirect, render
from perdure.web.renamed import missing_in
from perdure.web.request import (
    Form,
    WebRequest,
    form_of,
    id_of,
    local_path,
    name_of,
    require_viewer,
    runtime_of,
    spooled,
    words_of,
)

_WIDTH: Final = {"direct": 0, "private": 1, "unlisted": 2, "public": 3}


@get("/write")
async def write_page(request: WebRequest) -> Response[Any]:
    """An empty composer; ``text`` fills it, as links for sharing do."""
    viewer = await require_viewer(request)
    me = await accounts.view(runtime_of(request), viewer.account_id)
    text = request.query_params.get("text", "")
    given = {"visibility": "direct"} if request.query_params.get("to") == "direct" else {}
    composed = Composed.blank(me, words_of(request).language, status=text, **given)
    return await composer_page(request, viewer, composed)


async def composer_page(
    request: WebRequest,
    viewer: Viewer,
    composed: Composed,
    error: AppError | None = None,
    replied: PostView | None = None,
) -> Response[Any]:
    """A page with nothing but the composer, and what it answers."""
    if replied is None and composed.in_reply_to and not composed.edits:
        found = await runtime_of(request).db.read(posts.views_in, viewer.account_id, [composed.in_reply_to])
        replied = found[0] if found else None
    kind = "edit" if composed.edits else "reply" if replied else "write"
    values = await composer_values(request, viewer.account_id, composed)
    return await render(request, "write/write.html", error=error, replied=replied, kind=kind, **values)


@post("/posts")
async def publish(request: WebRequest) -> Response[Any]:
    """Publish, comment, edit or schedule; or only take files, so that they can be described first."""
    form, viewer = await form_of(request), await require_viewer(request)
    rt, composed = runtime_of(request), Composed.sent(form)
    composed, refused = await keep_files(rt, viewer.account_id, composed, form.uploads("files"))
    if refused or form.get("do") == "attach" or form.has("drop"):
        return await composer_page(request, viewer, composed, refused)
    try:
        return await _done(request, viewer, form, composed)
    except NotFound:
        raise
    except AppError as error:
        return await composer_page(request, viewer, composed, error)


async def _done(request: WebRequest, viewer: Viewer, form: Form, composed: Composed) -> Response[Any]:
    rt, draft = runtime_of(request), composed.draft()
    key = f"web:{composed.key}" if composed.key else None
    back = local_path(form.get("return_to"))
    if composed.edits:
        await posts.edit(rt, viewer.account_id, composed.edits, draft)
        return redirect(request, back, said="edited")
    if at := composed.scheduled_at():
        await posts.schedule(rt, viewer.account_id, draft, at, key)
        return redirect(request, "/scheduled", said="scheduled")
    post_id = await posts.publish(rt, viewer.account_id, draft, key)
    made = (await rt.db.read(posts.views_in, viewer.account_id, [post_id]))[0]
    if composed.in_reply_to or made.state == "held":
        back = f"/@{made.author.username}/{post_id}"
    return redirect(request, back, said="held" if made.state == "held" else "posted")


@post("/write/files")
async def take_file(request: WebRequest) -> Response[Any]:
    """Take one file while somebody is writing; the answer is its part of the composer."""
    form, viewer = await form_of(request), await require_viewer(request)
    sent = form.uploads("files")
    if not sent:
        raise NotFound
    rt = runtime_of(request)
    try:
        async with spooled(sent[0]) as path:
            view = await media.upload(rt, viewer.account_id, path, Change(), wait=True)
    except AppError as error:
        return await render(request, "write/refused.html", error=error)
    return await render(request, "write/file.html", file=view)


@get("/{at_name:str}/{post_id:int}/reply")
async def reply_page(request: WebRequest, at_name: str, post_id: int) -> Response[Any]:
    """The composer below the post it answers, with everybody who is spoken to."""
    viewer, name = await require_viewer(request), name_of(at_name)
    me, replied = await runtime_of(request).db.read(_replied_in, viewer.account_id, name, id_of(post_id))
    narrow = min(me.default_visibility, replied.visibility, key=lambda word: _WIDTH[word])
    composed = Composed.blank(
        me,
        words_of(request).language,
        status=_greeting(me, replied),
        spoiler_text=replied.own_spoiler_text,
        visibility=narrow,
        in_reply_to=replied.id,
    )
    return await composer_page(request, viewer, composed, replied=replied)


def _replied_in(tx: Tx, viewer_id: int, name: str, post_id: int) -> tuple[AccountView, PostView]:
    return accounts.view_in(tx, viewer_id), post_in(tx, viewer_id, name, post_id)


def post_in(tx: Tx, viewer_id: int | None, name: str, post_id: int) -> PostView:
    """The post behind an address, as far as the viewer may see it. Raises NotFound."""
    found = posts.views_in(tx, viewer_id, [post_id])
    if not found:
        raise NotFound
    if fold(found[0].author.username) != fold(name):
        raise missing_in(tx, name)
    return found[0]


def own_post_in(tx: Tx, viewer_id: int, name: str, post_id: int) -> PostView:
    """A post of one's own that was written, not echoed. Raises NotFound."""
    found = post_in(tx, viewer_id, name, post_id)
    if found.author.id != viewer_id or found.reblog is not None:
        raise NotFound
    return found


def _greeting(me: AccountView, replied: PostView) -> str:
    names = [replied.author.username, *(mention.username for mention in replied.mentions)]
    others = dict.fromkeys(name for name in names if name != me.username)
    return "".join(f"@{name} " for name in others)


@get("/{at_name:str}/{post_id:int}/edit")
async def edit_page(request: WebRequest, at_name: str, post_id: int) -> Response[Any]:
    """One's own post in the composer."""
    viewer, name = await require_viewer(request), name_of(at_name)
    view = await runtime_of(request).db.read(own_post_in, viewer.account_id, name, id_of(post_id))
    return await composer_page(request, viewer, Composed.of_post(view, edits=True))


@get("/{at_name:str}/{post_id:int}/delete")
async def delete_page(request: WebRequest, at_name: str, post_id: int) -> Response[Any]:
    """The post once more, and what deleting it means."""
    viewer, name = await require_viewer(request), name_of(at_name)
    view = await runtime_of(request).db.read(own_post_in, viewer.account_id, name, id_of(post_id))
    back = local_path(request.query_params.get("return_to"))
    return await render(request, "write/delete.html", post=view, return_to=back)


@post("/posts/{post_id:int}/delete")
async def delete(request: WebRequest, post_id: int) -> Response[Any]:
    """Delete a post of one's own; ``again`` puts its text and files back into the composer."""
    form, viewer = await form_of(request), await require_viewer(request)
    rt, number = runtime_of(request), id_of(post_id)
    found = await rt.db.read(posts.views_in, viewer.account_id, [number])
    await rt.db.write("posts.delete", posts.delete_in, viewer.account_id, number)
    if form.has("again") and found:
        composed = Composed.of_post(found[0], edits=False)
        return await composer_page(
            request, viewer, msgspec.structs.replace(composed, files=composed.files[:MOST_FILES])
        )
    return redirect(request, form.get("return_to"), said="deleted")


ROUTES: list[HTTPRouteHandler] = [
    write_page,
    publish,
    take_file,
    reply_page,
    edit_page,
    delete_page,
    delete,
]
