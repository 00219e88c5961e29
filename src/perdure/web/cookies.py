"""The browser's session cookie, and who is behind it."""

from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import Cookie

from perdure.accounts import service
from perdure.accounts.model import Viewer
from perdure.kernel.errors import Forbidden
from perdure.kernel.runtime import Runtime

SESSION: Final = "perdure_session"
_MAX_AGE_S: Final = 90 * 86_400


def session_cookie(rt: Runtime, token: str) -> Cookie:
    """The cookie that keeps a browser signed in; an empty token takes it away."""
    return Cookie(
        key=SESSION,
        value=token,
        max_age=_MAX_AGE_S if token else 0,
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
    """Raise Forbidden for a form that another site made the browser send."""
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise Forbidden
    origin = request.headers.get("origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden
