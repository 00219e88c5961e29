"""Every route of the client API, collected from the resource files."""

from typing import Any

from litestar.handlers import HTTPRouteHandler

from perdure.mastodon_api import access, accounts, instance, oauth, polls, statuses, timelines

ROUTES: list[HTTPRouteHandler] = [
    *access.ROUTES,
    *accounts.ROUTES,
    *instance.ROUTES,
    *oauth.ROUTES,
    *polls.ROUTES,
    *statuses.ROUTES,
    *timelines.ROUTES,
]

WEBSOCKETS: list[Any] = []
