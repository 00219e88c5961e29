"""Every page of the operators'."""

from litestar.handlers import HTTPRouteHandler

from perdure.web.pages.operations import copies, drills, invites, members, record, site, start, waiting

ROUTES: list[HTTPRouteHandler] = [
    *copies.ROUTES,
    *drills.ROUTES,
    *invites.ROUTES,
    *members.ROUTES,
    *record.ROUTES,
    *site.ROUTES,
    *start.ROUTES,
    *waiting.ROUTES,
]
