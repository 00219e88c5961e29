"""Every page, collected from the page files."""

from litestar.handlers import HTTPRouteHandler

from perdure.web import assets, auth, home, stream

ROUTES: list[HTTPRouteHandler] = [*assets.ROUTES, *auth.ROUTES, *home.ROUTES, *stream.ROUTES]
