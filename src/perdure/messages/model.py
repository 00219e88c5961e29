"""What a direct conversation is to the rest of the program."""

import msgspec


class Letter(msgspec.Struct, frozen=True):
    """What somebody writes: a text, uploaded files of theirs, or both. ``key`` makes a second sending harmless."""

    text: str
    media_ids: tuple[int, ...] = ()
    key: str | None = None


class Conversation(msgspec.Struct, frozen=True):
    """A thread of direct posts as one participant sees it."""

    id: int
    account_id: int
    thread_id: int
    last_post_id: int
    unread: bool
    others: tuple[int, ...]
