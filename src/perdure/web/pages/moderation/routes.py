"""Every page of the moderators'."""

from litestar.handlers import HTTPRouteHandler

from perdure.web.pages.moderation import audit, bank, filters, metrics, queue, working, workload

ROUTES: list[HTTPRouteHandler] = [
    *queue.ROUTES,
    *working.ROUTES,
    *filters.ROUTES,
    *workload.ROUTES,
    *metrics.ROUTES,
    *bank.ROUTES,
    *audit.ROUTES,
]
