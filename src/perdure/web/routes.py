"""Every page, collected from the page files."""

from litestar.handlers import HTTPRouteHandler

from perdure.web import auth

ROUTES: list[HTTPRouteHandler] = [*auth.ROUTES]
