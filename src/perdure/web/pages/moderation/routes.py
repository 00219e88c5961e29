"""Every page of the moderators'."""

from litestar.handlers import HTTPRouteHandler

from perdure.web.pages.moderation import (
    appeals,
    audit,
    bank,
    deciding,
    detection,
    filters,
    lettering,
    letters,
    linking,
    metrics,
    misusing,
    obligations,
    people,
    policies,
    queue,
    senders,
    transparency,
    trending,
    working,
    workload,
)

ROUTES: list[HTTPRouteHandler] = [
    *queue.ROUTES,
    *working.ROUTES,
    *deciding.ROUTES,
    *filters.ROUTES,
    *letters.ROUTES,
    *lettering.ROUTES,
    *linking.ROUTES,
    *workload.ROUTES,
    *metrics.ROUTES,
    *policies.ROUTES,
    *people.ROUTES,
    *misusing.ROUTES,
    *obligations.ROUTES,
    *senders.ROUTES,
    *detection.ROUTES,
    *trending.ROUTES,
    *appeals.ROUTES,
    *bank.ROUTES,
    *transparency.ROUTES,
    *audit.ROUTES,
]
