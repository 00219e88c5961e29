"""What happens to direct conversations."""

from perdure.kernel.events import Event


class ConversationChanged(Event, frozen=True):
    """A conversation got a new last post, for one participant."""

    kind = "messages.conversation_changed"
    conversation_id: int
    account_id: int
