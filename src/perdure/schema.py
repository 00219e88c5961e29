"""The one module that sees every table: for migrations, the change log, and tests."""

from perdure.accounts import tables as accounts
from perdure.audit import tables as audit
from perdure.delivery import tables as delivery
from perdure.desk import tables as desk
from perdure.discovery import tables as discovery
from perdure.graph import tables as graph
from perdure.kernel import lanes, refilling, schedule
from perdure.kernel.db import metadata
from perdure.kernel.outbox import tables as outbox
from perdure.media import tables as media
from perdure.messages import tables as messages
from perdure.moderation import tables as moderation
from perdure.notifications import tables as notifications
from perdure.portability import tables as portability
from perdure.posts import tables as posts
from perdure.signals import tables as signals
from perdure.timelines import tables as timelines
from perdure.transparency import tables as transparency

TABLE_MODULES = (
    accounts,
    audit,
    delivery,
    desk,
    discovery,
    graph,
    lanes,
    media,
    messages,
    moderation,
    notifications,
    outbox,
    portability,
    posts,
    refilling,
    schedule,
    signals,
    timelines,
    transparency,
)

__all__ = ["TABLE_MODULES", "metadata"]
