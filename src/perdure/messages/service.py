"""Direct conversations: kept for each participant, from the posts that reach them."""

from typing import Final

from perdure.graph import service as graph
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.kernel.outbox import Subscriber
from perdure.messages import queries
from perdure.messages.events import ConversationChanged
from perdure.messages.model import Conversation
from perdure.messages.tables import conversation, conversation_member, conversation_post
from perdure.posts.events import PostDeleted, PostPublished


def page_in(
    tx: Tx, owner: int, *, lower: int = 0, upper: int = 2**63 - 1, most: int = 20, ascending: bool = False
) -> list[Conversation]:
    """A page of one's conversations, latest change first; the cursor is the last post's id."""
    return queries.page(tx, owner, lower=lower, upper=upper, most=most, ascending=ascending)


def conversation_in(tx: Tx, owner: int, conversation_id: int) -> Conversation:
    """One of one's conversations. Raises NotFound."""
    found = queries.one(tx, owner, conversation_id)
    if found is None:
        raise NotFound
    return found


def read_in(tx: Tx, owner: int, conversation_id: int, *, unread: bool = False) -> Conversation:
    """Mark as read, or unread again. Raises NotFound."""
    if not tx.update(conversation, {"id": conversation_id, "account_id": owner}, unread=unread):
        raise NotFound
    return conversation_in(tx, owner, conversation_id)


def hide_in(tx: Tx, owner: int, conversation_id: int) -> None:
    """Take a conversation out of one's own list until somebody writes again. Raises NotFound."""
    if not tx.update(conversation, {"id": conversation_id, "account_id": owner}, hidden=True, unread=False):
        raise NotFound


def post_published_in(tx: Tx, event: PostPublished) -> None:
    """Put a direct post into the conversation of everybody who takes part."""
    if event.visibility != "direct" or event.reblog_of_id is not None:
        return
    people = dict.fromkeys((event.author_id, *event.mentioned))
    for account_id in people:
        if account_id != event.author_id and event.author_id in graph.hidden_ids_in(tx, account_id):
            continue
        changed = _add(tx, account_id, event, list(people))
        tx.emit(ConversationChanged(changed, account_id))


def _add(tx: Tx, owner: int, event: PostPublished, people: list[int]) -> int:
    thread_id = event.thread_id or event.post_id
    known = queries.by_thread(tx, owner, thread_id)
    fresh = owner != event.author_id
    if known is None:
        new_id = tx.new_id()
        values = {"last_post_id": event.post_id, "unread": fresh, "hidden": False, "created_at": tx.now}
        tx.insert(conversation, id=new_id, account_id=owner, thread_id=thread_id, **values)
    else:
        new_id = known.id
        last = max(known.last_post_id, event.post_id)
        tx.update(conversation, {"id": new_id}, last_post_id=last, unread=fresh, hidden=False)
    tx.insert_new(conversation_post, conversation_id=new_id, post_id=event.post_id)
    for member in people:
        tx.insert_new(conversation_member, conversation_id=new_id, account_id=member)
    return new_id


def post_deleted_in(tx: Tx, event: PostDeleted) -> None:
    """Fall back to the post before; a conversation without any ends."""
    if event.visibility != "direct":
        return
    for conversation_id in queries.holding(tx, event.post_id):
        tx.delete(conversation_post, conversation_id=conversation_id, post_id=event.post_id)
        last = queries.last_post(tx, conversation_id)
        if last is not None:
            tx.update(conversation, {"id": conversation_id}, last_post_id=last)
            continue
        tx.delete(conversation_member, conversation_id=conversation_id)
        tx.delete(conversation, id=conversation_id)


SUBSCRIBERS: Final = (
    Subscriber("messages.published", PostPublished, handle_in=post_published_in),
    Subscriber("messages.deleted", PostDeleted, handle_in=post_deleted_in),
)
