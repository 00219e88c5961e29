"""Cookies: the session, the language a guest chose, and the message that waits for the next page."""

from typing import Any, Final

from litestar import Request
from litestar.datastructures import Cookie

from perdure.accounts import service
from perdure.accounts.model import Viewer
from perdure.kernel.errors import Forbidden
from perdure.kernel.runtime import Runtime

SESSION: Final = "perdure_session"
LANGUAGE: Final = "perdure_language"
SAID: Final = "perdure_said"
_MAX_AGE_S: Final = 90 * 86_400
_SAID_S: Final = 60


def session_cookie(rt: Runtime, token: str) -> Cookie:
    """The cookie that keeps a browser signed in; an empty token takes it away."""
    return _cookie(rt, SESSION, token, _MAX_AGE_S)


def language_cookie(rt: Runtime, language: str) -> Cookie:
    """The cookie that keeps a guest's language."""
    return _cookie(rt, LANGUAGE, language, _MAX_AGE_S)


def said_cookie(rt: Runtime, word: str) -> Cookie:
    """The cookie that carries a word of the catalogue's group ``said`` over a redirect; empty takes it away."""
    return _cookie(rt, SAID, word, _SAID_S)


def _cookie(rt: Runtime, name: str, value: str, max_age_s: int) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        max_age=max_age_s if value else 0,
        path="/",
        httponly=True,
        samesite="lax",
        secure=rt.settings.base_url.startswith("https://"),
    )


async def browser(request: Request[Any, Any, Any]) -> tuple[Viewer, int] | None:
    """The person behind the cookie and the id of the session, or None."""
    token = request.cookies.get(SESSION)
    rt: Runtime = request.app.state.rt
    return await service.viewer_for_session(rt, token) if token else None


def refuse_foreign_forms(request: Request[Any, Any, Any]) -> None:
    """Raise Forbidden for a form that another site made the browser send.

    Programs send neither header; a browser's cookie does not travel with another site's form anyway (SameSite).
    """
    site = request.headers.get("sec-fetch-site")
    if site in {"cross-site", "same-site"}:
        raise Forbidden
    origin = request.headers.get("origin")
    if origin is None or (origin == "null" and site == "same-origin"):
        return
    rt: Runtime = request.app.state.rt
    if origin.partition("://")[2] not in {request.headers.get("host"), rt.settings.domain}:
        raise Forbidden
