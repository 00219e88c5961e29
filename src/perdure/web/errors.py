"""Errors as pages, for browsers: what happened, what was kept, what to do."""

from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from litestar import Response
from litestar.response import Redirect

from perdure.kernel.errors import ReadOnly
from perdure.web.modes import reason_words
from perdure.web.page import redirect, render_bare
from perdure.web.request import Restricted, SignInFirst, WebRequest, local_path, typed, words_of

_API: Final = ("/api/", "/oauth/token", "/oauth/revoke", "/.well-known/", "/nodeinfo/", "/health", "/metrics")
_WORDS: Final = {404: "not_found", 410: "not_found", 403: "forbidden", 429: "often", 500: "broken", 503: "away"}


def is_api(request: WebRequest) -> bool:
    """Whether the path belongs to programs: there a token speaks, and no cookie."""
    return request.scope["path"].startswith(_API)


def wants_page(request: WebRequest) -> bool:
    """Whether a person with a browser is asking, and not a program."""
    return not is_api(request) and "text/html" in request.headers.get("accept", "")


def error_page(request: WebRequest, status: int) -> Response[Any]:
    """A page that says it in the reader's language."""
    return render_bare(request, "errors/error.html", status, kind=_WORDS.get(status, "refused"))


def read_only_page(request: WebRequest, error: ReadOnly) -> Response[Any]:
    """The site takes nothing new: why, and what was typed, so that it can be kept."""
    reason = reason_words(words_of(request), error.reason)
    return render_bare(request, "errors/read_only.html", 503, reason=reason, typed=typed(request))


def factor_first(request: WebRequest) -> Response[Any]:
    """Staff without a second factor: to where they set one up."""
    return redirect(request, "/settings/security")


def restricted(request: WebRequest, error: Restricted) -> Response[Any]:
    """Whoever is suspended: to what is left to them; a script is told so instead."""
    if "application/json" in request.headers.get("accept", ""):
        return Response({"error": error.public}, status_code=403)
    return Redirect("/auth/restricted", status_code=303)


def sign_in_first(request: WebRequest, _error: SignInFirst) -> Response[Any]:
    """To the sign-in page, and from there back to what was asked; a script is told so instead."""
    if "application/json" in request.headers.get("accept", ""):
        return Response({"error": "sign_in"}, status_code=401)
    query = request.url.query
    here = request.url.path + (f"?{query}" if query else "")
    back = here if request.method == "GET" else _came_from(request)
    return Redirect(f"/auth/sign_in?{urlencode({'return_to': back})}", status_code=303)


def _came_from(request: WebRequest) -> str:
    """The page of this site whose form was sent, or the home page."""
    found = urlsplit(request.headers.get("referer", ""))
    if found.netloc != request.headers.get("host"):
        return "/"
    return local_path(found.path + (f"?{found.query}" if found.query else ""))
