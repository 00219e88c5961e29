"""Counts and times every request, outermost, so that refusals by the rate limit are seen too."""

import time
from functools import lru_cache
from typing import Any, Final

from litestar.types import ASGIApp, Message, Receive, Send

from perdure.kernel.metrics import REQUEST_SECONDS

_NAMES: Final = (
    "accounts admin apps blocks bookmarks conversations custom_emojis directory domain_blocks emails endorsements "
    "favourites featured_tags filters follow_requests followed_tags health instance lists markers media mutes "
    "notifications polls preferences profile push reports scheduled_statuses search statuses suggestions tags "
    "timelines tokens trends"
)
_RESOURCES: Final = frozenset(_NAMES.split())
_OTHERS: Final = (
    ("/oauth/", "oauth"),
    ("/auth/", "sign_in"),
    ("/media/", "files"),
    ("/static/", "static"),
    ("/.well-known/", "well_known"),
    ("/nodeinfo/", "well_known"),
    ("/api/perdure/", "perdure"),
)
_OWN: Final = frozenset({"/health", "/metrics"})
_STREAMING: Final = "/api/v1/streaming"
Scope = Any  # the framework's types leave out what a plain ASGI layer sees


def measured(app: ASGIApp) -> ASGIApp:
    """Wrap the application. Streams are left out: how long a reader stays says nothing about the site."""

    async def measure(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_STREAMING) or scope["path"] in _OWN:
            await app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, sending)
        finally:
            _series(group_of(scope["path"]), status).observe(time.perf_counter() - started)

    return measure


def group_of(path: str) -> str:
    """The few names under which paths are counted: a resource of the API, or a part of the site. Bounded."""
    if path.startswith(("/api/v1/", "/api/v2/")):
        resource = path[8:].partition("/")[0]
        return resource if resource in _RESOURCES else "other"
    for start, name in _OTHERS:
        if path.startswith(start):
            return name
    return "pages"


@lru_cache(2048)
def _series(group: str, status: int) -> Any:
    return REQUEST_SECONDS.labels(group, str(status))
