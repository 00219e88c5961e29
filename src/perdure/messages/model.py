"""What a direct conversation is to the rest of the program."""

import msgspec


class Conversation(msgspec.Struct, frozen=True):
    """A thread of direct posts as one participant sees it."""

    id: int
    account_id: int
    thread_id: int
    last_post_id: int
    unread: bool
    others: tuple[int, ...]
