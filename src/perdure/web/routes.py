"""Every page, collected from the page files."""

from litestar.handlers import HTTPRouteHandler

from perdure.web import assets, members
from perdure.web.pages import auth, design, hashtag, home, machines, profile, public, setup, thread, you

ROUTES: list[HTTPRouteHandler] = [
    *assets.ROUTES,
    *auth.ROUTES,
    *design.ROUTES,
    *hashtag.ROUTES,
    *home.ROUTES,
    *machines.ROUTES,
    *members.ROUTES,
    *profile.ROUTES,
    *public.ROUTES,
    *setup.ROUTES,
    *thread.ROUTES,
    *you.ROUTES,
]
