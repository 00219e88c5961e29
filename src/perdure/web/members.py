"""Pages that show somebody what is theirs: notices, messages, lists, what they kept; and what there is to find."""

from litestar.handlers import HTTPRouteHandler

from perdure.web.pages import explore, kept, lists, live, messages, notices, requests, search

ROUTES: list[HTTPRouteHandler] = [
    *explore.ROUTES,
    *kept.ROUTES,
    *lists.ROUTES,
    *live.ROUTES,
    *messages.ROUTES,
    *notices.ROUTES,
    *requests.ROUTES,
    *search.ROUTES,
]
