"""Which event goes to which stream of which connection, as each viewer may see it."""

from collections.abc import Iterable

import msgspec

from perdure.accounts import service as accounts
from perdure.graph import service as graph
from perdure.graph.model import ListView
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api.entities.conversation import render_conversations
from perdure.mastodon_api.entities.notification import render_notifications
from perdure.mastodon_api.entities.status import render_statuses
from perdure.mastodon_api.streaming.channels import Channel
from perdure.mastodon_api.streaming.connection import Connection
from perdure.mastodon_api.streaming.signals import (
    ConversationSignal,
    DeleteSignal,
    NoticeSignal,
    NotificationSignal,
    PostSignal,
    Signal,
)
from perdure.messages import service as messages
from perdure.notifications import service as notifications
from perdure.notifications.model import OWN
from perdure.posts import service as posts
from perdure.posts.model import PostView

_PUBLIC = frozenset({"public", "public:local", "public:media", "public:local:media"})
_TAGS = frozenset({"hashtag", "hashtag:local"})
_MOST_TAGS = 1000
_HOME = Channel("user")


async def route(rt: Runtime, signal: Signal, connections: Iterable[Connection]) -> None:
    """Hand one signal to everybody it concerns."""
    concerned = list(connections)
    if not isinstance(signal, PostSignal | DeleteSignal):
        concerned = [connection for connection in concerned if connection.viewer.account_id == signal.account_id]
    for connection in concerned:
        await (_nudge if connection.bare else _route_to)(rt, signal, connection)


async def _nudge(rt: Runtime, signal: Signal, connection: Connection) -> None:
    """Tell an open page that something is there for it to ask for."""
    match signal:
        case PostSignal(edited=False):
            if await rt.db.read(fitting_in, connection.viewer.account_id, signal.post_id, (_HOME,)):
                connection.send(_HOME, "post", str(signal.post_id))
        case NotificationSignal() | NoticeSignal(event="notifications_merged"):
            connection.send(_HOME, "notice", None)
        case ConversationSignal():
            connection.send(_HOME, "talk", str(signal.conversation_id))


async def _route_to(rt: Runtime, signal: Signal, connection: Connection) -> None:
    match signal:
        case PostSignal():
            await _post(rt, signal, connection)
        case DeleteSignal():
            await _delete(rt, signal, connection)
        case NotificationSignal():
            await _notification(rt, signal, connection)
        case ConversationSignal():
            await _conversation(rt, signal, connection)
        case NoticeSignal():
            _send(connection, {"user"}, signal.event, signal.payload)


def _send(connection: Connection, names: set[str], event: str, payload: str | None) -> None:
    for channel in tuple(connection.channels):
        if channel.name in names:
            connection.send(channel, event, payload)


async def _post(rt: Runtime, signal: PostSignal, connection: Connection) -> None:
    channels = tuple(connection.channels)
    fitting = await rt.db.read(fitting_in, connection.viewer.account_id, signal.post_id, channels)
    if not fitting:
        return
    event = "status.update" if signal.edited else "update"
    for context in ("home", None):
        channels = tuple(channel for channel in fitting if (channel.name == "user") is (context == "home"))
        rendered = await render_statuses(rt, connection.viewer, [signal.post_id], context=context) if channels else []
        for channel in channels if rendered else ():
            connection.send(channel, event, bytes(rendered[0]).decode())


def fitting_in(tx: Tx, viewer_id: int, post_id: int, channels: tuple[Channel, ...]) -> list[Channel]:
    """The channels that show a post to a viewer: none if it is hidden from, blocked or muted by them."""
    found = posts.views_in(tx, viewer_id, [post_id]) if channels else []
    if not found:
        return []
    post = found[0]
    hidden = graph.hidden_ids_in(tx, viewer_id)
    if post.author.id in hidden or (post.reblog is not None and post.reblog.author.id in hidden):
        return []
    return [channel for channel in channels if _fits(tx, viewer_id, post, channel)]


def _fits(tx: Tx, viewer_id: int, post: PostView, channel: Channel) -> bool:
    open_to_all = post.visibility == "public" and post.reblog is None
    if channel.name in _PUBLIC:
        shows = bool(post.media) or not channel.name.endswith(":media")
        return shows and open_to_all and post.in_reply_to_account_id in {None, post.author.id}
    if channel.name in _TAGS:
        return open_to_all and channel.tag in post.tags
    if channel.name == "user":
        return _home(tx, viewer_id, post)
    return channel.name == "list" and _on_list(tx, viewer_id, post, int(channel.argument))


def _home(tx: Tx, viewer_id: int, post: PostView) -> bool:
    if post.author.id == viewer_id:
        return True
    if any(made.exclusive for made in graph.lists_containing_in(tx, viewer_id, post.author.id)):
        return False
    if post.visibility == "direct":
        return any(mention.id == viewer_id for mention in post.mentions)
    relation = graph.relationships_in(tx, viewer_id, [post.author.id])[0]
    if relation.following and (post.reblog is None or relation.show_reblogs):
        spoken = post.language is None or not relation.languages or post.language in relation.languages
        return spoken and _reply_fits(tx, viewer_id, post)
    if post.visibility != "public" or not post.tags or post.reblog is not None:
        return False
    followed = graph.followed_tags_in(tx, viewer_id, lower=0, upper=2**63 - 1, most=_MOST_TAGS)
    return bool({row.tag for row in followed} & set(post.tags))


def _reply_fits(tx: Tx, viewer_id: int, post: PostView) -> bool:
    """Replies reach home where both ends are known to the viewer."""
    replied = post.in_reply_to_account_id
    return replied in {None, viewer_id, post.author.id} or graph.follows_in(tx, viewer_id, replied or 0)


def _on_list(tx: Tx, viewer_id: int, post: PostView, list_id: int) -> bool:
    found: ListView | None = next(
        (made for made in graph.lists_containing_in(tx, viewer_id, post.author.id) if made.id == list_id), None
    )
    if found is None or post.visibility == "direct":
        return False
    replied = post.in_reply_to_account_id
    if replied in {None, post.author.id} or (replied == viewer_id and found.replies_policy != "none"):
        return True
    if found.replies_policy == "list":
        return any(made.id == list_id for made in graph.lists_containing_in(tx, viewer_id, replied or 0))
    return found.replies_policy == "followed" and graph.follows_in(tx, viewer_id, replied or 0)


async def _delete(rt: Runtime, signal: DeleteSignal, connection: Connection) -> None:
    """The bare id, to whoever can have had the post: a private one's id goes to followers alone."""
    names = {channel.name for channel in connection.channels}
    reached: set[str] = set()
    if signal.visibility == "public":
        reached = names - {"user", "user:notification", "list", "direct"}
    if names & {"user", "list"}:
        viewer_id = connection.viewer.account_id
        if viewer_id == signal.author_id or await rt.db.read(graph.follows_in, viewer_id, signal.author_id):
            reached |= names & {"user", "list"}
    _send(connection, reached, "delete", str(signal.post_id))


async def _notification(rt: Runtime, signal: NotificationSignal, connection: Connection) -> None:
    if not accounts.covers(connection.viewer.scopes, "read:notifications"):
        return
    owner = connection.viewer.account_id
    try:
        found = await rt.db.read(notifications.notification_in, owner, signal.notification_id)
    except NotFound:
        return  # taken back meanwhile
    if found.kind in OWN:
        return  # older clients raise on words they do not know
    for entity in await render_notifications(rt, connection.viewer, [found]):
        _send(connection, {"user", "user:notification"}, "notification", msgspec.json.encode(entity).decode())


async def _conversation(rt: Runtime, signal: ConversationSignal, connection: Connection) -> None:
    found = await rt.db.read(messages.conversation_in, connection.viewer.account_id, signal.conversation_id)
    for entity in await render_conversations(rt, connection.viewer, [found]):
        _send(connection, {"direct"}, "conversation", msgspec.json.encode(entity).decode())
