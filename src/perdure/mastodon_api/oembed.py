"""A post to be shown on another site (oEmbed)."""

import html
from typing import Any

from litestar import Response, get

from perdure.discovery import service as discovery
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.mastodon_api.entities.urls import Urls
from perdure.mastodon_api.http import ApiRequest, json_response, runtime_of
from perdure.mastodon_api.params import read_params
from perdure.posts import service as posts
from perdure.posts.model import PostView

_WIDTH = 400
_DAY_S = 86_400


@get("/api/oembed")
async def oembed(request: ApiRequest) -> Response[bytes]:
    """The post behind an address of this site, as far as guests may see it."""
    params, rt = await read_params(request), runtime_of(request)
    address = params.required("url")

    def look(tx: Tx) -> PostView | None:
        post_id = discovery.post_by_url_in(tx, None, address, rt.settings.base_url)
        return next(iter(posts.views_in(tx, None, [post_id])), None) if post_id else None

    found = await rt.db.read(look)
    if found is None:
        raise NotFound
    width = params.integer("maxwidth", _WIDTH) or _WIDTH
    return json_response(_entity(found, Urls.of(rt.settings), max(1, min(width, _WIDTH)), rt.settings.domain))


def _entity(found: PostView, urls: Urls, width: int, domain: str) -> dict[str, Any]:
    name = found.author.display_name or found.author.username
    address = urls.post(found.author.username, found.id)
    shown = f"<p>{html.escape(found.spoiler_text)}</p>" if found.spoiler_text else found.content
    return {
        "type": "rich",
        "version": "1.0",
        "title": f"{name}: {found.spoiler_text or found.text}"[:120],
        "author_name": name,
        "author_url": urls.account(found.author.username),
        "provider_name": domain,
        "provider_url": f"{urls.base}/",
        "cache_age": _DAY_S,
        "html": f'<blockquote cite="{html.escape(address)}">{shown}'
        f'<a href="{html.escape(address)}">{html.escape(name)}</a></blockquote>',
        "width": width,
        "height": None,
    }


ROUTES = [oembed]
