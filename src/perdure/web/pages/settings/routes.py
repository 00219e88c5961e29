"""Every page of the settings."""

from litestar.handlers import HTTPRouteHandler

from perdure.web.pages.settings import (
    access,
    account,
    archive,
    data,
    filters,
    hidden,
    invites,
    menu,
    move,
    posting,
    profile,
    security,
)

ROUTES: list[HTTPRouteHandler] = [
    *access.ROUTES,
    *account.ROUTES,
    *archive.ROUTES,
    *data.ROUTES,
    *filters.ROUTES,
    *hidden.ROUTES,
    *invites.ROUTES,
    *menu.ROUTES,
    *move.ROUTES,
    *posting.ROUTES,
    *profile.ROUTES,
    *security.ROUTES,
]
