"""How every page is made: one ``render`` with the frame around it, and one ``redirect`` after a form."""

from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response
from litestar.response import Redirect

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView, Site, Viewer
from perdure.kernel import mode
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, RateLimited, Unavailable
from perdure.kernel.settings import Settings
from perdure.messages import service as messages
from perdure.moderation.service import ordered
from perdure.notifications import service as notifications
from perdure.notifications.model import OWN, STANDARD, Wanted
from perdure.portability.model import SiteEnd
from perdure.portability.service import ending
from perdure.timelines import service as timelines
from perdure.web.addresses import Addresses
from perdure.web.assets import COLOURS, asset
from perdure.web.cookies import SAID, language_cookie, said_cookie
from perdure.web.emojis import pictured
from perdure.web.faults import explained
from perdure.web.icons import icon
from perdure.web.modes import Standing
from perdure.web.request import WebRequest, local_path, runtime_of, viewer_of, words_of
from perdure.web.trends import trending_tags
from perdure.web.words import LANGUAGES, Words

_STATUS: Final = {
    "not_found": 404,
    "gone": 410,
    "unauthorized": 401,
    "forbidden": 403,
    "conflict": 409,
    "too_large": 413,
    "rate_limited": 429,
    "unavailable": 503,
}
_MOST_UNREAD: Final = 99
_templates = Environment(
    loader=PackageLoader("perdure.web"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
    auto_reload=False,
)
_templates.globals |= {
    "asset": asset,
    "colours": COLOURS,
    "field_html": accounts.field_html,
    "icon": icon,
    "pictured": pictured,
    "site_languages": LANGUAGES,
}


class Frame(msgspec.Struct, frozen=True):
    """What stands around a page. ``account`` is the person who is signed in; ``role`` decides which links are there.

    ``silenced`` are posts of theirs about which an authority forbids telling them anything.
    """

    site: Site
    account: AccountView | None = None
    role: str = ""
    unread: int = 0
    messages: int = 0
    expand_media: str = "default"
    expand_spoilers: bool = False
    end: SiteEnd | None = None
    standing: Standing = Standing()
    silenced: frozenset[int] = frozenset()

    @property
    def reading(self) -> bool:
        """Whether nothing new may be written."""
        return self.standing.reading

    @property
    def description(self) -> str:
        """What the operators say about the site; empty until they say something of their own."""
        return "" if self.site.description == Site().description else self.site.description


def retry_after(error: AppError | None) -> dict[str, str]:
    """When to come back, where an error says so."""
    return {"Retry-After": str(error.retry_after_s)} if isinstance(error, RateLimited | Unavailable) else {}


async def render(
    request: WebRequest,
    template: str,
    *,
    status: int = 0,
    error: AppError | None = None,
    headers: dict[str, str] | None = None,
    **values: Any,
) -> Response[Any]:
    """A page: ``template`` with ``values``, in the reader's language, in the frame for who is asking.

    Templates also get ``t`` (the words), ``frame`` (:class:`Frame`), ``me`` (the account signed in, or None), ``urls``,
    ``here`` (the path with its query), ``said`` (what a redirect left to say), ``problem`` (the error, explained, or
    None), ``trends`` (hashtags for beside the page) and ``sharing`` (what the page says outside; None, and no search
    engine, unless given). The status, unless given, follows from ``error``.
    """
    rt, viewer = runtime_of(request), await viewer_of(request)
    t = words_of(request)
    said = request.cookies.get(SAID, "")
    values = {"trends": await trending_tags(rt) if viewer else []} | values
    text = _fill(request, template, t, await rt.db.read(_frame_in, viewer), error, said, values)
    status = status or (_STATUS.get(error.kind, 422) if error else 200)
    answer = html(text, status, policy(rt.settings) | retry_after(error) | (headers or {}))
    if said:
        answer.set_cookie(said_cookie(rt, ""))
    if request.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(language_cookie(rt, t.language))
    return answer


def render_bare(request: WebRequest, template: str, status: int, **values: Any) -> Response[Any]:
    """A page that asks the database nothing, for when that may be what failed."""
    text = _fill(request, template, words_of(request), Frame(Site()), None, "", values)
    return html(text, status, policy(runtime_of(request).settings))


def _fill(
    request: WebRequest,
    template: str,
    t: Words,
    frame: Frame,
    error: AppError | None,
    said: str,
    values: dict[str, Any],
) -> str:
    query = request.url.query
    given: dict[str, Any] = {
        "t": t,
        "frame": frame,
        "me": frame.account,
        "urls": Addresses.of(runtime_of(request).settings),
        "path": request.url.path,
        "here": request.url.path + (f"?{query}" if query else ""),
        "in_language": partial(_in_language, request),
        "sharing": None,
        "trends": [],
        "said": t.of("said", said) if t.has("said", said) else "",
        "problem": explained(t, error) if error else None,
    }
    return _templates.get_template(template).render(given | values)


def _in_language(request: WebRequest, code: str) -> str:
    """The page in another language; home where the page is the answer to a form and cannot be asked for again."""
    kept = [(name, value) for name, value in parse_qsl(request.url.query) if name != "lang"]
    path, kept = (request.url.path, kept) if request.method == "GET" else ("/", [])
    return f"{path}?{urlencode([*kept, ('lang', code)])}"


async def around(request: WebRequest) -> Frame:
    """What stands around a page for who is asking."""
    return await runtime_of(request).db.read(_frame_in, await viewer_of(request))


def _frame_in(tx: Tx, viewer: Viewer | None) -> Frame:
    site, end, standing = accounts.site_in(tx), ending.end_in(tx), Standing.of(mode.current_in(tx))
    if viewer is None:
        return Frame(site, end=end, standing=standing)
    markers = timelines.markers_in(tx, viewer.account_id, ["notifications"])
    lower = markers[0].last_read_id if markers else 0
    unread = notifications.page_in(
        tx, viewer.account_id, Wanted(supported=(*STANDARD, *OWN)), most=_MOST_UNREAD, lower=lower
    )
    login = accounts.login_in(tx, viewer.account_id)
    return Frame(
        site,
        accounts.view_in(tx, viewer.account_id),
        viewer.role,
        len(unread),
        messages.unread_in(tx, viewer.account_id),
        login.expand_media,
        login.expand_spoilers,
        end,
        standing,
        ordered.kept_from_in(tx, viewer.account_id),
    )


def redirect(request: WebRequest, to: str, said: str = "") -> Response[Any]:
    """After a form: on to a page of this site, which shows the word ``said`` of the catalogue's group of that name."""
    answer: Response[Any] = Redirect(local_path(to), status_code=303)
    if said:
        answer.set_cookie(said_cookie(runtime_of(request), said))
    return answer


def policy(settings: Settings, leads_to: str = "") -> dict[str, str]:
    """Headers of a page: only our own scripts and styles, and nobody may frame it.

    ``leads_to`` is where a form of the page may send the browser besides this site: browsers hold redirects after a
    form to the same rule.
    """
    public, beyond = urlsplit(settings.storage_public_url), urlsplit(leads_to)
    media = f" {public.scheme}://{public.netloc}" if public.netloc else ""
    target = f" {beyond.scheme}://{beyond.netloc}" if beyond.scheme in {"http", "https"} else f" {beyond.scheme}:"
    return {
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src 'self' blob:{media}; media-src 'self' blob:{media}; manifest-src 'self'; "
        f"form-action 'self'{target if leads_to else ''}; base-uri 'none'; frame-ancestors 'none'",
    }


def html(text: str, status: int, headers: dict[str, str]) -> Response[Any]:
    """A page as an answer."""
    return Response(text, status_code=status, media_type="text/html; charset=utf-8", headers=headers)
