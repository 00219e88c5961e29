"""Every page, collected from the page files."""

from litestar.handlers import HTTPRouteHandler

from perdure.web import assets, members
from perdure.web.pages import (
    about,
    acts,
    appeal,
    auth,
    decisions,
    design,
    hashtag,
    home,
    lifeboat,
    machines,
    objecting,
    people,
    profile,
    public,
    report,
    restricted,
    roots,
    rules,
    scheduled,
    setup,
    sign_up,
    thread,
    transparency,
    write,
    you,
)
from perdure.web.pages.moderation.routes import ROUTES as MODERATION
from perdure.web.pages.operations.routes import ROUTES as OPERATIONS
from perdure.web.pages.settings.routes import ROUTES as SETTINGS

ROUTES: list[HTTPRouteHandler] = [
    *assets.ROUTES,
    *about.ROUTES,
    *acts.ROUTES,
    *appeal.ROUTES,
    *auth.ROUTES,
    *decisions.ROUTES,
    *design.ROUTES,
    *hashtag.ROUTES,
    *home.ROUTES,
    *lifeboat.ROUTES,
    *machines.ROUTES,
    *members.ROUTES,
    *objecting.ROUTES,
    *people.ROUTES,
    *profile.ROUTES,
    *public.ROUTES,
    *report.ROUTES,
    *restricted.ROUTES,
    *rules.ROUTES,
    *roots.ROUTES,
    *transparency.ROUTES,
    *scheduled.ROUTES,
    *MODERATION,
    *OPERATIONS,
    *SETTINGS,
    *setup.ROUTES,
    *sign_up.ROUTES,
    *thread.ROUTES,
    *write.ROUTES,
    *you.ROUTES,
]
