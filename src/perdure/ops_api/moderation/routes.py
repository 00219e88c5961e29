"""Every route of the moderators' API."""

from litestar.handlers import HTTPRouteHandler

from perdure.ops_api.moderation import (
    appealing,
    cases,
    decisions,
    detection,
    figures,
    linking,
    obligations,
    people,
    presets,
    record,
    trends,
)
from perdure.ops_api.moderation.described import described

_ACTING: list[HTTPRouteHandler] = [
    *cases.ROUTES,
    *decisions.ROUTES,
    *appealing.ROUTES,
    *record.ROUTES,
    *detection.ROUTES,
    *figures.ROUTES,
    *linking.ROUTES,
    *obligations.ROUTES,
    *presets.ROUTES,
    *trends.ROUTES,
    *people.ROUTES,
]
ROUTES: list[HTTPRouteHandler] = [*_ACTING, described(_ACTING)]
