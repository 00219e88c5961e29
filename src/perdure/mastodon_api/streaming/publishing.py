"""What the worker tells every web process, once an event is in the database for good."""

from typing import Final

from perdure.graph.events import FiltersChanged
from perdure.kernel.outbox import Subscriber
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api.streaming.signals import (
    ConversationSignal,
    DeleteSignal,
    NoticeSignal,
    NotificationSignal,
    PostSignal,
    publish,
)
from perdure.messages.events import ConversationChanged
from perdure.notifications.events import NotificationCreated, NotificationsMerged
from perdure.posts.events import PostDeleted, PostEdited, PostPublished, PostWithheld


async def post_published(rt: Runtime, event: PostPublished) -> None:
    """A post or echo is there."""
    publish(rt, PostSignal(event.post_id, event.author_id))


async def post_edited(rt: Runtime, event: PostEdited) -> None:
    """A post changed."""
    publish(rt, PostSignal(event.post_id, event.author_id, edited=True))


async def post_deleted(rt: Runtime, event: PostDeleted) -> None:
    """A post or echo is gone."""
    publish(rt, DeleteSignal(event.post_id, event.author_id, event.visibility))


async def post_withheld(rt: Runtime, event: PostWithheld) -> None:
    """A post is out of sight: open clients drop it as if it were deleted."""
    publish(rt, DeleteSignal(event.post_id, event.author_id, event.visibility))


async def notification_created(rt: Runtime, event: NotificationCreated) -> None:
    """Somebody has a new notification; filtered ones wait in silence."""
    if not event.filtered:
        publish(rt, NotificationSignal(event.account_id, event.notification_id))


async def notifications_merged(rt: Runtime, event: NotificationsMerged) -> None:
    """Accepted notifications stand in the main list now."""
    publish(rt, NoticeSignal(event.account_id, "notifications_merged", "1"))


async def conversation_changed(rt: Runtime, event: ConversationChanged) -> None:
    """A conversation has a new last post."""
    publish(rt, ConversationSignal(event.account_id, event.conversation_id))


async def filters_changed(rt: Runtime, event: FiltersChanged) -> None:
    """Somebody changed their filters: their other clients read them again."""
    publish(rt, NoticeSignal(event.account_id, "filters_changed"))


SUBSCRIBERS: Final = (
    Subscriber("streaming.published", PostPublished, handle=post_published),
    Subscriber("streaming.edited", PostEdited, handle=post_edited),
    Subscriber("streaming.deleted", PostDeleted, handle=post_deleted),
    Subscriber("streaming.withheld", PostWithheld, handle=post_withheld),
    Subscriber("streaming.notification", NotificationCreated, handle=notification_created),
    Subscriber("streaming.merged", NotificationsMerged, handle=notifications_merged),
    Subscriber("streaming.filters", FiltersChanged, handle=filters_changed),
    Subscriber("streaming.conversation", ConversationChanged, handle=conversation_changed),
)
