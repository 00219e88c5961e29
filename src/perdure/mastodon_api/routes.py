"""Every route of the client API, collected from the resource files."""

from typing import Any

from litestar.handlers import HTTPRouteHandler

from perdure.mastodon_api import (
    access,
    accounts,
    admin_accounts,
    admin_audit,
    admin_reports,
    admin_trends,
    conversations,
    defaults,
    discovery,
    filters,
    filters_old,
    instance,
    lists,
    media,
    notification_groups,
    notifications,
    oauth,
    oembed,
    polls,
    profile,
    push,
    relationships,
    reports,
    showcase,
    statuses,
    suggestions,
    timelines,
    trends,
    webfinger,
)
from perdure.mastodon_api.streaming import sse, websocket

ROUTES: list[HTTPRouteHandler] = [
    *conversations.ROUTES,
    *notifications.ROUTES,
    *notification_groups.ROUTES,
    *sse.ROUTES,
    *access.ROUTES,
    *accounts.ROUTES,
    *admin_accounts.ROUTES,
    *admin_reports.ROUTES,
    *admin_trends.ROUTES,
    *admin_audit.ROUTES,
    *instance.ROUTES,
    *oauth.ROUTES,
    *oembed.ROUTES,
    *polls.ROUTES,
    *profile.ROUTES,
    *push.ROUTES,
    *statuses.ROUTES,
    *timelines.ROUTES,
    *relationships.ROUTES,
    *reports.ROUTES,
    *lists.ROUTES,
    *media.ROUTES,
    *discovery.ROUTES,
    *showcase.ROUTES,
    *suggestions.ROUTES,
    *trends.ROUTES,
    *filters.ROUTES,
    *filters_old.ROUTES,
    *defaults.ROUTES,
    *webfinger.ROUTES,
]

WEBSOCKETS: list[Any] = [*websocket.WEBSOCKETS]
