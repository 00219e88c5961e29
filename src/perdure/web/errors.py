"""Errors as pages, for browsers: what happened and what to do."""

from typing import Any, Final

from litestar import Response

from perdure.web.home_words import CATALOGUE
from perdure.web.page import WebRequest, html, language_of, policy, rendered, runtime_of

_API: Final = ("/api/", "/oauth/token", "/oauth/revoke", "/.well-known/", "/nodeinfo/", "/health", "/metrics")
_WORDS: Final = {404: "not_found", 410: "not_found", 500: "broken", 503: "away"}


def wants_page(request: WebRequest) -> bool:
    """Whether a person with a browser is asking, and not a program."""
    return not request.scope["path"].startswith(_API) and "text/html" in request.headers.get("accept", "")


def error_page(request: WebRequest, status: int) -> Response[Any]:
    """A page that says it in the reader's language."""
    words = CATALOGUE[language_of(request)]
    name = _WORDS.get(status, "refused")
    text = rendered(
        "home/error.html",
        language=language_of(request),
        t=words,
        title=words[name],
        error="",
        explanation=words[f"{name}_why"],
    )
    return html(text, status, policy(runtime_of(request).settings))
