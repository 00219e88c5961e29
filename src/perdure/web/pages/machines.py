"""Small files that browsers and crawlers ask for at fixed addresses."""

from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from perdure.accounts import service as accounts
from perdure.web.assets import COLOURS, asset
from perdure.web.request import WebRequest, runtime_of, viewer_of, words_of

_KEEP: Final = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
_ROBOTS: Final = """\
User-agent: *
Disallow: /api/
Disallow: /auth/
Disallow: /oauth/
Disallow: /search
"""


@get("/robots.txt")
async def robots(request: WebRequest) -> Response[str]:
    """What crawlers need not ask for. Who does not want to be indexed says so on the page itself."""
    return Response(_ROBOTS, media_type="text/plain; charset=utf-8", headers=_KEEP)


@get("/favicon.ico")
async def favicon(request: WebRequest) -> Response[Any]:
    """The mark, for browsers that look where they always looked."""
    return Redirect(asset("icon-192.png"), status_code=302, headers=_KEEP)


@get("/manifest.webmanifest")
async def manifest(request: WebRequest) -> Response[bytes]:
    """What the site is as an app on somebody's screen, in the reader's language."""
    await viewer_of(request)
    t, site = words_of(request), await runtime_of(request).db.read(accounts.site_in)
    described = {
        "id": "/",
        "name": site.title,
        "short_name": site.title[:30],
        "description": site.description or t("site.tagline"),
        "lang": t.language,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": COLOURS["paper"][0],
        "theme_color": COLOURS["paper"][0],
        "icons": [
            {"src": asset("mark.svg"), "sizes": "any", "type": "image/svg+xml"},
            *(
                {"src": asset(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
                for size in (192, 512)
                for purpose in ("any", "maskable")
            ),
        ],
        "shortcuts": [
            {"name": t("nav.write"), "url": "/write"},
            {"name": t("nav.notices"), "url": "/notifications"},
            {"name": t("nav.search"), "url": "/search"},
        ],
        "share_target": {"action": "/write", "method": "GET", "params": {"text": "text"}},
    }
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(msgspec.json.encode(described), media_type="application/manifest+json", headers=headers)


ROUTES: list[HTTPRouteHandler] = [robots, favicon, manifest]
