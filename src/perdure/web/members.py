"""Pages that show somebody what is theirs: notices, messages, lists, what they kept; and what there is to find."""

from litestar.handlers import HTTPRouteHandler

from perdure.web.pages import explore, messages, notices, requests, search

ROUTES: list[HTTPRouteHandler] = [
    *explore.ROUTES,
    *messages.ROUTES,
    *notices.ROUTES,
    *requests.ROUTES,
    *search.ROUTES,
]
