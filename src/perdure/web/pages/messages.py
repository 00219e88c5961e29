"""Messages: the inbox, one conversation with a field to answer in, and a new one. They are direct posts."""

import re
import secrets
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from perdure.accounts import service as accounts
from perdure.accounts.errors import invalid
from perdure.accounts.model import AccountView
from perdure.graph import service as graph
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, NotFound
from perdure.kernel.runtime import Runtime
from perdure.media import service as media
from perdure.media.model import MediaView
from perdure.messages import service
from perdure.messages.model import Conversation, Letter
from perdure.posts import service as posts
from perdure.posts.model import PostView
from perdure.posts.service.publishing import Limits, limits_of
from perdure.web.composer import take_files
from perdure.web.links import PAGE, TOP, link_to
from perdure.web.page import redirect, render
from perdure.web.request import Form, WebRequest, form_of, id_of, require_viewer, runtime_of

_GREETING: Final = re.compile(
    r'<p>(?:<span class="h-card"><a [^>]*>@<span>\w+</span></a></span>\s*)+(?=[^\s<]|<(?!/p>))'
)
_NAMES: Final = re.compile(r"(?:@\w+\s+)+(?=\S)")
_ONLY_NAMES: Final = re.compile(r"\s*(?:@\w+\s*)+")
_SPLIT: Final = re.compile(r"[\s,;]+")
_MOST_TO: Final = 20
_KNOWN: Final = 50


class Row(msgspec.Struct, frozen=True):
    """A conversation in the inbox: with whom, and what was said last."""

    id: int
    unread: bool
    people: list[AccountView]
    last: PostView | None
    text: str
    stranger: bool


class Talk(msgspec.Struct, frozen=True):
    """A page of one conversation, oldest first."""

    id: int
    unread: bool
    people: list[AccountView]
    posts: list[PostView]
    older_id: int
    blocked: bool


class _Kept(msgspec.Struct, frozen=True):
    """What somebody has written and added so far: nothing of it is lost by an error."""

    text: str = ""
    files: tuple[MediaView, ...] = ()
    alt: str = ""


_NOTHING: Final = _Kept()


@get("/messages")
async def inbox(request: WebRequest) -> Response[Any]:
    """Conversations, the latest first."""
    viewer = await require_viewer(request)
    upper = id_of(request.query_params.get("max_id"), TOP)
    rows, last_id = await runtime_of(request).db.read_long(_inbox_in, viewer.account_id, upper)
    older = link_to("/messages", max_id=last_id) if last_id else ""
    newest = "/messages" if upper != TOP else ""
    return await render(request, "messages/inbox.html", rows=rows, older=older, newest=newest)


def _inbox_in(tx: Tx, owner: int, upper: int) -> tuple[list[Row], int]:
    found = service.page_in(tx, owner, upper=upper, most=PAGE)
    people = accounts.views_in(tx, {one for each in found for one in each.others})
    last = {view.id: view for view in posts.views_in(tx, owner, [each.last_post_id for each in found])}
    relations = graph.relationships_in(tx, owner, list(people)) if people else []
    followed = {one.id for one in relations if one.following}
    rows = [_row(each, people, last.get(each.last_post_id), followed) for each in found]
    return rows, found[-1].last_post_id if len(found) == PAGE else 0


def _row(each: Conversation, people: dict[int, AccountView], last: PostView | None, followed: set[int]) -> Row:
    others = _shown(each, people)
    text = _NAMES.sub("", last.text, count=1) if last and not _is_only_files(last) else ""
    return Row(each.id, each.unread, others, last, text, bool(others) and not followed & set(each.others))


def _shown(each: Conversation, people: dict[int, AccountView]) -> list[AccountView]:
    return [people[one] for one in each.others if one in people and not people[one].hidden]


@get("/messages/{conversation_id:int}")
async def talk(request: WebRequest, conversation_id: int) -> Response[Any]:
    """One conversation. A script that asks with ``after`` gets what came since, and nothing else."""
    viewer, number = await require_viewer(request), id_of(conversation_id)
    if after := request.query_params.get("after"):
        found = await runtime_of(request).db.read_long(_talk_in, viewer.account_id, number, id_of(after), TOP)
        return await render(request, "messages/new.html", talk=found)
    return await _talk(request, viewer.account_id, number)


async def _talk(
    request: WebRequest, viewer_id: int, number: int, kept: _Kept = _NOTHING, error: AppError | None = None
) -> Response[Any]:
    upper = id_of(request.query_params.get("max_id"), TOP)
    found = await runtime_of(request).db.read_long(_talk_in, viewer_id, number, 0, upper)
    path = f"/messages/{number}"
    older = link_to(path, max_id=found.older_id) if found.older_id else ""
    newest = path if upper != TOP else ""
    values: dict[str, Any] = {"talk": found, "older": older, "newest": newest, "kept": kept, "back": "/messages"}
    return await render(request, "messages/talk.html", error=error, key=secrets.token_hex(16), **values)


async def _letter(rt: Runtime, owner: int, form: Form) -> tuple[Letter, AppError | None]:
    """What a form holds, with its new files taken; and the first refusal of a file."""
    before = tuple(id_of(number) for number in form.all("file"))
    alt = form.get("alt").strip() or None
    files, refused = await take_files(rt, owner, before, form.uploads("files"), alt)
    key = form.get("key")[:64]
    return Letter(form.get("text"), files, f"message:{key}" if key else None), refused


async def _kept(rt: Runtime, owner: int, letter: Letter, form: Form) -> _Kept:
    """What goes back into the form; the description only where no file took it."""
    views = await rt.db.read(media.views_in, letter.media_ids)
    mine = tuple(view for view in views if view.account_id == owner and view.post_id is None)
    return _Kept(letter.text, mine, "" if len(letter.media_ids) > len(form.all("file")) else form.get("alt"))


def _talk_in(tx: Tx, owner: int, number: int, lower: int, upper: int) -> Talk:
    found = service.conversation_in(tx, owner, number)
    ids = service.post_ids_in(tx, owner, number, lower=lower, upper=upper, most=PAGE)
    views = [bare(view) for view in posts.views_in(tx, owner, ids[::-1])]
    people = _shown(found, accounts.views_in(tx, found.others))
    blocked = bool(people) and all(graph.blocked_either_way_in(tx, owner, one.id) for one in people)
    return Talk(found.id, found.unread, people, views, ids[-1] if len(ids) == PAGE else 0, blocked)


def bare(view: PostView) -> PostView:
    """A message without the names at its beginning: the conversation says to whom it speaks."""
    content = "" if _is_only_files(view) else _GREETING.sub("<p>", view.content, count=1)
    return msgspec.structs.replace(view, content=str(Markup(content)))  # noqa: S704 - our own rendering, shortened


def _is_only_files(view: PostView) -> bool:
    return bool(view.media) and _ONLY_NAMES.fullmatch(view.text) is not None


@post("/messages/{conversation_id:int}")
async def answer(request: WebRequest, conversation_id: int) -> Response[Any]:
    """Write into a conversation; what was refused stays in the field."""
    form, viewer = await form_of(request), await require_viewer(request)
    rt, owner, number = runtime_of(request), viewer.account_id, id_of(conversation_id)
    await rt.db.read(service.conversation_in, owner, number)
    letter, refused = await _letter(rt, owner, form)
    try:
        if refused is not None:
            raise refused
        made = await rt.db.write("messages.reply", service.reply_in, limits_of(rt), owner, number, letter)
    except AppError as error:
        return await _talk(request, owner, number, await _kept(rt, owner, letter, form), error)
    return redirect(request, f"/messages/{made}#write")


@get("/messages/new")
async def new_page(request: WebRequest) -> Response[Any]:
    """To whom, and what; ``to`` in the address names somebody."""
    viewer = await require_viewer(request)
    return await _new(request, viewer.account_id, request.query_params.get("to", ""))


async def _new(
    request: WebRequest, viewer_id: int, to: str, kept: _Kept = _NOTHING, error: AppError | None = None
) -> Response[Any]:
    known = await runtime_of(request).db.read_long(_known_in, viewer_id)
    key = secrets.token_hex(16)
    values: dict[str, Any] = {"to": to, "kept": kept, "known": known, "key": key, "back": "/messages"}
    return await render(request, "messages/write.html", error=error, **values)


def _known_in(tx: Tx, owner: int) -> list[AccountView]:
    """Whom one follows, to choose from."""
    pairs = graph.relation_page_in(tx, "following", owner, lower=0, upper=TOP, most=_KNOWN, ascending=False)
    return [view for view in accounts.views_in(tx, [other for _id, other in pairs]).values() if not view.hidden]


@post("/messages/new")
async def new(request: WebRequest) -> Response[Any]:
    """Send it. A conversation with exactly these people goes on; else one begins."""
    form, viewer = await form_of(request), await require_viewer(request)
    rt, owner, to = runtime_of(request), viewer.account_id, form.get("to")
    letter, refused = await _letter(rt, owner, form)
    try:
        if refused is not None:
            raise refused
        made = await rt.db.write("messages.send", _send_in, limits_of(rt), owner, to, letter)
    except AppError as error:
        return await _new(request, owner, to, await _kept(rt, owner, letter, form), error)
    return redirect(request, f"/messages/{made}#write")


def _send_in(tx: Tx, limits: Limits, sender_id: int, to: str, letter: Letter) -> int:
    names = list(dict.fromkeys(word.lstrip("@") for word in _SPLIT.split(to) if word.strip("@")))
    if not names:
        raise invalid({"to": [("ERR_BLANK", "can't be blank")]})
    found = accounts.ids_by_names_in(tx, names[:_MOST_TO])
    views = accounts.views_in(tx, found.values())
    people = [found[name] for name in names if name in found and not views[found[name]].hidden]
    if len(people) < len(names):
        raise invalid({"to": [("ERR_UNKNOWN", "names nobody we know")]})
    return service.send_in(tx, limits, sender_id, people, letter)


@post("/messages/{conversation_id:int}/{verb:str}")
async def keep(request: WebRequest, conversation_id: int, verb: str) -> Response[Any]:
    """Mark as read or unread, or take out of one's own inbox."""
    form, viewer = await form_of(request), await require_viewer(request)
    rt, owner, number = runtime_of(request), viewer.account_id, id_of(conversation_id)
    if verb == "hide":
        await rt.db.write("messages.hide", service.hide_in, owner, number)
        return redirect(request, "/messages", said="talk_hidden")
    if verb not in {"read", "unread"}:
        raise NotFound
    await rt.db.write("messages.read", service.read_in, owner, number, unread=verb == "unread")
    return redirect(request, form.get("return_to") or "/messages")


ROUTES: list[HTTPRouteHandler] = [inbox, talk, answer, new_page, new, keep]
