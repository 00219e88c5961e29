"""Pages that show somebody what is theirs: notices, messages, lists, what they kept; and what there is to find."""

from litestar.handlers import HTTPRouteHandler

from perdure.web.pages import messages, notices, requests

ROUTES: list[HTTPRouteHandler] = [
    *messages.ROUTES,
    *notices.ROUTES,
    *requests.ROUTES,
]
