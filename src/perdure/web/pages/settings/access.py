"""Who may act for one: browsers that are signed in, and connected apps."""

import re
from typing import Any, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.web.page import redirect
from perdure.web.pages.settings.menu import settings_page
from perdure.web.request import WebRequest, form_of, id_of, require_viewer, runtime_of, session_id_of
from perdure.web.scopes import scope_words

# The first that fits: browsers name those that they descend from too.
_BROWSERS: Final = (
    ("Edg(?:e|A|iOS)?/", "Edge"),
    ("OPR/|Opera", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/|FxiOS/", "Firefox"),
    ("Chrom(?:e|ium)/|CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone|iPad", "iOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X|Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@get("/settings/access")
async def access_page(request: WebRequest) -> Response[Any]:
    """Browsers and apps, newest first."""
    viewer, rt = await require_viewer(request), runtime_of(request)
    sessions = await accounts.sessions(rt, viewer.account_id)
    tokens = await rt.db.read(accounts.tokens_in, viewer.account_id)
    return await settings_page(
        request,
        "access",
        sessions=[(one, device(one.user_agent)) for one in sessions],
        mine=await session_id_of(request),
        tokens=tokens,
        scope_words=scope_words,
    )


@post("/settings/access/sessions/{session_id:str}/end")
async def end_session(request: WebRequest, session_id: str) -> Response[Any]:
    """Sign a browser out."""
    viewer = await require_viewer(request)
    await form_of(request)
    await accounts.end_session(runtime_of(request), viewer.account_id, id_of(session_id))
    return redirect(request, "/settings/access", said="session_ended")


@post("/settings/access/apps/{token_id:str}/end")
async def end_app(request: WebRequest, token_id: str) -> Response[Any]:
    """Disconnect an app."""
    viewer = await require_viewer(request)
    await form_of(request)
    await accounts.revoke_own(runtime_of(request), viewer.account_id, id_of(token_id))
    return redirect(request, "/settings/access", said="app_ended")


def device(user_agent: str) -> str:
    """A browser and its system in two words; empty where neither is known."""
    return " · ".join(filter(None, (_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))))


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for pattern, name in known if re.search(pattern, text)), "")


ROUTES: list[HTTPRouteHandler] = [access_page, end_session, end_app]
