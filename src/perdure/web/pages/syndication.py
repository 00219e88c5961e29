"""Feeds at the addresses of profiles and hashtags with ``.rss``, ``.atom`` or ``.json`` behind."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from litestar import Response

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView, Site
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.kernel.text import key
from perdure.posts import service as posts
from perdure.posts.model import PostView
from perdure.posts.service import Slice
from perdure.web.addresses import Addresses
from perdure.web.feeds import PAGE, TOP
from perdure.web.request import WebRequest, id_of, runtime_of
from perdure.web.syndication.feed import Feed, author_of, entry_of
from perdure.web.syndication.jsonfeed import json_feed
from perdure.web.syndication.xml import atom, rss

_FORMATS: Final[dict[str, tuple[Callable[[Feed], bytes], str]]] = {
    "rss": (rss, "application/rss+xml; charset=utf-8"),
    "atom": (atom, "application/atom+xml; charset=utf-8"),
    "json": (json_feed, "application/feed+json; charset=utf-8"),
}
_OWN: Final = frozenset({"only_public", "exclude_replies", "exclude_reblogs"})
_KEEP_S: Final = 300


def asked_format(segment: str) -> tuple[str, str]:
    """``("alice", "rss")`` from ``alice.rss``, ``("alice", "")`` from ``alice``. Raises NotFound for other endings."""
    name, dot, ending = segment.rpartition(".")
    if not dot:
        return segment, ""
    if ending not in _FORMATS:
        raise NotFound
    return name, ending


async def account_feed(request: WebRequest, about: AccountView, ending: str) -> Response[Any]:
    """Public posts of an account, no echoes and no answers to others. Raises NotFound for one that is not active."""
    if about.state != "active":
        raise NotFound
    urls = Addresses.of(runtime_of(request).settings)
    handle = f"@{about.username}@{runtime_of(request).settings.domain}"
    site, found, views = await _page(
        request, lambda tx, part: posts.feed_in(tx, "account", 0, part, _OWN, {"account_id": about.id})
    )
    feed = Feed(
        title=f"{about.display_name or about.username} ({handle})",
        description=about.note or handle,
        address=urls.whole(urls.account(about)),
        icon=_icon(about, urls),
        site=site,
        entries=tuple(entry_of(view, urls) for view in views),
        author=author_of(about, urls),
        since=about.created_at,
        this=_query(request),
        older=_older(found),
        hidden=not (about.indexable and about.discoverable),
    )
    return _answer(request, feed, ending)


async def tag_feed(request: WebRequest, name: str, ending: str) -> Response[Any]:
    """Public posts with a hashtag."""
    urls = Addresses.of(runtime_of(request).settings)
    wanted = {"any": [key(name)]}
    site, found, views = await _page(request, lambda tx, part: posts.feed_in(tx, "tag", 0, part, frozenset(), wanted))
    feed = Feed(
        title=f"#{name} · {site.title}",
        description=f"#{name} · {runtime_of(request).settings.domain}",
        address=urls.whole(f"/tags/{quote(name)}"),
        icon=urls.whole("/static/icon-192.png"),
        site=site,
        entries=tuple(entry_of(view, urls) for view in views),
        since=site.updated_at,
        this=_query(request),
        older=_older(found),
        hidden=True,
    )
    return _answer(request, feed, ending)


async def _page(request: WebRequest, ids: Callable[[Tx, Slice], list[int]]) -> tuple[Site, list[int], list[PostView]]:
    part = Slice(0, id_of(request.query_params.get("max_id"), TOP), PAGE)
    return await runtime_of(request).db.read_long(_page_in, ids, part)


def _page_in(tx: Tx, ids: Callable[[Tx, Slice], list[int]], part: Slice) -> tuple[Site, list[int], list[PostView]]:
    found = ids(tx, part)
    return accounts.site_in(tx), found, posts.views_in(tx, None, found)


def _query(request: WebRequest) -> str:
    asked = request.query_params.get("max_id")
    return f"?{urlencode({'max_id': id_of(asked)})}" if asked else ""


def _older(found: list[int]) -> str:
    return f"?{urlencode({'max_id': found[-1]})}" if len(found) == PAGE else ""


def _icon(about: AccountView, urls: Addresses) -> str:
    return urls.whole(urls.media(about.avatar_key) if about.avatar_key else "/static/icon-192.png")


def _answer(request: WebRequest, feed: Feed, ending: str) -> Response[Any]:
    """The feed, or 304 for who has it already."""
    write, media_type = _FORMATS[ending]
    body = write(feed)
    headers = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        "Last-Modified": format_datetime(datetime.fromtimestamp(feed.updated // 1000, UTC), usegmt=True),
        "Cache-Control": f"public, max-age={_KEEP_S}",
        "Access-Control-Allow-Origin": "*",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }
    if feed.hidden:
        headers["X-Robots-Tag"] = "noindex"
    if _has(request, headers):
        return Response(b"", status_code=304, media_type=media_type, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _has(request: WebRequest, headers: dict[str, str]) -> bool:
    """Whether the asker holds this very feed. A date counts only without a tag, and only where it is the same."""
    held = request.headers.get("if-none-match")
    if held is None:
        return request.headers.get("if-modified-since") == headers["Last-Modified"]
    tags = [tag.strip().removeprefix("W/") for tag in held.split(",")]
    return headers["ETag"] in tags or "*" in tags
