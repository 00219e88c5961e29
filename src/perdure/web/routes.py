"""Every page, collected from the page files."""

from litestar.handlers import HTTPRouteHandler

from perdure.web import assets, members
from perdure.web.pages import (
    acts,
    auth,
    design,
    hashtag,
    home,
    machines,
    people,
    profile,
    public,
    scheduled,
    setup,
    thread,
    write,
    you,
)

ROUTES: list[HTTPRouteHandler] = [
    *assets.ROUTES,
    *acts.ROUTES,
    *auth.ROUTES,
    *design.ROUTES,
    *hashtag.ROUTES,
    *home.ROUTES,
    *machines.ROUTES,
    *members.ROUTES,
    *people.ROUTES,
    *profile.ROUTES,
    *public.ROUTES,
    *scheduled.ROUTES,
    *setup.ROUTES,
    *thread.ROUTES,
    *write.ROUTES,
    *you.ROUTES,
]
