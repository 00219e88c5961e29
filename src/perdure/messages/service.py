"""Direct conversations: kept for each participant, from the posts that reach them."""

import re
from typing import Final

from perdure.accounts import service as accounts
from perdure.accounts.errors import invalid
from perdure.graph import service as graph
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden, NotFound
from perdure.kernel.outbox import Subscriber
from perdure.messages import queries
from perdure.messages.events import ConversationChanged
from perdure.messages.model import Conversation, Letter
from perdure.messages.tables import conversation, conversation_member, conversation_post
from perdure.posts import service as posts
from perdure.posts.events import PostDeleted, PostPublished
from perdure.posts.model import Draft
from perdure.posts.service.publishing import Limits

_MENTIONED: Final = re.compile(r"@(\w+)")
_LOOKED_AT: Final = 20


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


@accounts.by_member
def read_in(tx: Tx, owner: int, conversation_id: int, *, unread: bool = False) -> Conversation:
    """Mark as read, or unread again. Raises NotFound."""
    if not tx.update(conversation, {"id": conversation_id, "account_id": owner}, unread=unread):
        raise NotFound
    return conversation_in(tx, owner, conversation_id)


@accounts.by_member
def hide_in(tx: Tx, owner: int, conversation_id: int) -> None:
    """Take a conversation out of one's own list until somebody writes again. Raises NotFound."""
    if not tx.update(conversation, {"id": conversation_id, "account_id": owner}, hidden=True, unread=False):
        raise NotFound


def post_ids_in(
    tx: Tx, owner: int, conversation_id: int, *, lower: int = 0, upper: int = 2**63 - 1, most: int = 40
) -> list[int]:
    """Ids of the posts of one of one's conversations, newest first. Raises NotFound."""
    conversation_in(tx, owner, conversation_id)
    return queries.post_ids(tx, conversation_id, lower=lower, upper=upper, most=most)


def unread_in(tx: Tx, owner: int) -> int:
    """How many of one's conversations hold something new."""
    return queries.unread(tx, owner)


def send_in(tx: Tx, limits: Limits, sender_id: int, people: list[int], letter: Letter) -> int:
    """Write to people in the latest conversation of exactly them, or begin one; returns its id.

    Those who are not named in the text are spoken to at its beginning. A second letter with the same key within an
    hour changes nothing. Raises Invalid for an empty or too long text and for files that are not the sender's to give,
    Forbidden where a block stands between the sender and everybody else.
    """
    others = [one for one in dict.fromkeys(people) if one != sender_id]
    known = queries.among(tx, sender_id, [sender_id, *others])
    return _send(tx, limits, sender_id, others, known, letter)


def reply_in(tx: Tx, limits: Limits, sender_id: int, conversation_id: int, letter: Letter) -> int:
    """Write into one of one's conversations; returns its id. Raises like :func:`send_in`, and NotFound."""
    known = conversation_in(tx, sender_id, conversation_id)
    return _send(tx, limits, sender_id, list(known.others), known, letter)


def _send(tx: Tx, limits: Limits, sender_id: int, others: list[int], known: Conversation | None, letter: Letter) -> int:
    if not letter.text.strip() and not letter.media_ids:
        raise invalid({"text": [("ERR_BLANK", "can't be blank")]})
    if others and all(graph.blocked_either_way_in(tx, sender_id, other) for other in others):
        raise Forbidden
    names = [view.username for view in accounts.views_in(tx, others).values() if not view.hidden]
    said = {word.lower() for word in _MENTIONED.findall(letter.text)}
    greeting = "".join(f"@{name} " for name in names if name.lower() not in said)
    draft = Draft(
        text=greeting + letter.text,
        visibility="direct",
        in_reply_to_id=_latest(tx, sender_id, known),
        media_ids=letter.media_ids,
    )
    post_id = posts.publish_in(tx, limits, sender_id, draft, letter.key)
    return queries.holding_of(tx, sender_id, post_id)


def _latest(tx: Tx, viewer_id: int, known: Conversation | None) -> int | None:
    """The newest post of a conversation that can still be answered."""
    ids = queries.post_ids(tx, known.id, lower=0, upper=2**63 - 1, most=_LOOKED_AT) if known else []
    return max(posts.overlays_in(tx, viewer_id, ids), default=None) if ids else None


def post_published_in(tx: Tx, event: PostPublished) -> None:
    """Put a direct post into the conversation of everybody who takes part, in the transaction that publishes it."""
    if event.visibility != "direct" or event.reblog_of_id is not None:
        return
    people = dict.fromkeys((event.author_id, *event.mentioned))
    for account_id in people:
        if account_id != event.author_id and event.author_id in graph.hidden_ids_in(tx, account_id):
            continue
        changed = _add(tx, account_id, event, list(people))
        tx.emit(ConversationChanged(changed, account_id))


def keep_imported_in(tx: Tx, owner: int, post_id: int, thread_id: int) -> None:
    """Put a letter of one's own that came in with an archive into one's conversations; nobody else is told."""
    _add(tx, owner, PostPublished(post_id, owner, "direct", thread_id=thread_id), [owner])


def _add(tx: Tx, owner: int, event: PostPublished, people: list[int]) -> int:
    thread_id = event.thread_id or event.post_id
    fresh, new_id = owner != event.author_id, tx.new_id()
    values = {"last_post_id": event.post_id, "unread": fresh, "hidden": False, "created_at": tx.now}
    if not tx.insert_new(conversation, id=new_id, account_id=owner, thread_id=thread_id, **values):
        known = queries.by_thread(tx, owner, thread_id)
        assert known is not None  # a conversation is never taken away while somebody writes into it
        new_id, last = known.id, max(known.last_post_id, event.post_id)
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
    Subscriber("messages.published", PostPublished, handle_in=post_published_in, inline=True),
    Subscriber("messages.deleted", PostDeleted, handle_in=post_deleted_in),
)
