"""What a post is to the rest of the program."""

from typing import Final, Literal

import msgspec

from perdure.accounts.model import AccountView, Emoji, Label
from perdure.kernel.errors import Invalid
from perdure.media.model import Change, MediaView

Visibility = Literal["public", "unlisted", "private", "direct"]
VISIBILITIES: frozenset[str] = frozenset({"public", "unlisted", "private", "direct"})


class PollDraft(msgspec.Struct, frozen=True):
    """A poll to be attached to a new post."""

    options: tuple[str, ...]
    expires_in_s: int
    multiple: bool = False
    hide_totals: bool = False


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What an author sends. None means "as the account's default"."""

    text: str = ""
    spoiler_text: str = ""
    sensitive: bool | None = None
    visibility: str | None = None
    language: str | None = None
    in_reply_to_id: int | None = None
    media_ids: tuple[int, ...] = ()
    media_changes: dict[int, Change] = {}
    poll: PollDraft | None = None
    app_name: str | None = None
    app_website: str | None = None
    allowed_mentions: tuple[int, ...] | None = None

    @property
    def readable(self) -> str:
        """Everything of it that strangers would read: warning, text and poll options, one a line."""
        options = self.poll.options if self.poll else ()
        return "\n".join(part for part in (self.spoiler_text, self.text, *options) if part)


class CardWords(msgspec.Struct, frozen=True):
    """What the card of a linked page says, by part, and whose post was the first to show it."""

    id: int
    version: int
    author_id: int
    url: str
    parts: dict[str, str]


class Verdict(msgspec.Struct, frozen=True):
    """What screening said of a text: whether it waits for a person, and why, in the words of who screened it."""

    hold: bool = False
    findings_json: str = "[]"


CLEAR: Final = Verdict()


class Unexpected(Invalid):
    """The post would speak to accounts that its author did not expect."""

    def __init__(self, account_ids: tuple[int, ...]) -> None:
        super().__init__("Post would be sent to unexpected accounts")
        self.account_ids = account_ids


class MentionView(msgspec.Struct, frozen=True):
    """Somebody a post speaks to."""

    id: int
    username: str


class PollOption(msgspec.Struct, frozen=True):
    """One answer and how many chose it."""

    title: str
    votes_count: int


class PollView(msgspec.Struct, frozen=True):
    """A poll as one viewer sees it. ``own_votes`` are positions; None for guests."""

    id: int
    post_id: int
    author_id: int
    expires_at: int
    closed: bool
    multiple: bool
    hide_totals: bool
    votes_count: int
    voters_count: int
    options: tuple[PollOption, ...]
    own_votes: tuple[int, ...] | None
    emojis: tuple[Emoji, ...] = ()


class Marks(msgspec.Struct, frozen=True):
    """What the viewer did with a post."""

    favourited: bool = False
    reblogged: bool = False
    bookmarked: bool = False
    muted: bool = False
    pinned: bool = False


class Counts(msgspec.Struct, frozen=True):
    """How often a post was answered, echoed, and voted up."""

    replies: int = 0
    reblogs: int = 0
    favourites: int = 0


class Overlay(msgspec.Struct, frozen=True):
    """The quickly changing part of a post, and the versions under which its rendered part may be cached."""

    id: int
    version: int
    author_id: int
    author_version: int
    reblog_of_id: int | None
    poll_id: int | None
    counts: Counts
    marks: Marks


class CardView(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of the page that a post links to. Texts are empty where the page says nothing."""

    url: str
    title: str
    description: str
    provider: str
    author_name: str
    author_url: str
    language: str | None
    published_at: int | None
    image_key: str | None
    image_width: int
    image_height: int
    image_description: str
    blurhash: str | None


class Measures(msgspec.Struct, frozen=True):
    """Everything that staff decided about a post, as it stands. ``state``: published, held or hidden."""

    state: str = "published"
    limited: bool = False
    sensitive: bool = False
    labels: tuple[Label, ...] = ()


class PostView(msgspec.Struct, frozen=True, kw_only=True):
    """A post with everything needed to show it to one viewer."""

    id: int
    author: AccountView
    created_at: int
    edited_at: int | None
    text: str
    content: str
    spoiler_text: str  # what stands in front of the text: the author's warning, else that of a label
    sensitive: bool  # to be shown behind a warning, whoever said so
    visibility: Visibility
    language: str | None
    in_reply_to_id: int | None
    in_reply_to_account_id: int | None
    thread_id: int
    reblog: "PostView | None"
    media: tuple[MediaView, ...]
    poll: PollView | None
    card: CardView | None
    mentions: tuple[MentionView, ...]
    tags: tuple[str, ...]
    app_name: str | None
    app_website: str | None
    counts: Counts
    marks: Marks
    version: int
    emojis: tuple[Emoji, ...] = ()
    state: str = "published"
    limited: bool = False
    labels: tuple[Label, ...] = ()
    own_spoiler_text: str = ""  # as the author wrote it
    own_sensitive: bool = False
    origin: "Origin | None" = None


class Edit(msgspec.Struct, frozen=True):
    """One state a post was in. Files that are gone since are not among its ``media``."""

    created_at: int
    content: str
    spoiler_text: str
    sensitive: bool
    media: tuple[MediaView, ...]
    options: tuple[str, ...]
    emojis: tuple[Emoji, ...]


class Thread(msgspec.Struct, frozen=True):
    """Ids above and below a post, in thread order."""

    ancestors: tuple[int, ...]
    descendants: tuple[int, ...]


class Scheduled(msgspec.Struct, frozen=True):
    """A post that waits for its time."""

    id: int
    scheduled_at: int
    draft: Draft


class PostRef(msgspec.Struct, frozen=True):
    """A post as others may know it: its id at its site, its author as ``name@host``, its address."""

    id: str
    author: str
    url: str


class TakenOption(msgspec.Struct, frozen=True):
    """One answer of a poll in an archive."""

    title: str
    votes: int = 0


class TakenPoll(msgspec.Struct, frozen=True):
    """A poll in an archive, with its result."""

    options: tuple[TakenOption, ...]
    expires_at: int
    multiple: bool = False
    hide_totals: bool = False
    voters: int = 0


class TakenEdit(msgspec.Struct, frozen=True):
    """An earlier state of a post in an archive; ``media`` are ids of files, also of some that are gone."""

    created_at: int
    text: str
    spoiler_text: str = ""
    sensitive: bool = False
    media: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


class TakenCounts(msgspec.Struct, frozen=True):
    """How often a post was answered, echoed and voted up, where it came from or here: the higher."""

    replies: int = 0
    echoes: int = 0
    favourites: int = 0


class Origin(msgspec.Struct, frozen=True):
    """Where an imported post comes from. ``signature``: ``signed`` by a site known here, ``unknown`` key, ``none``."""

    host: str
    id: str
    url: str
    author: str
    signature: str
    imported_at: int


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A post as its author takes it along: everything they wrote, and nothing that can be computed from it."""

    id: str
    url: str
    created_at: int
    edited_at: int | None = None
    text: str = ""
    spoiler_text: str = ""
    sensitive: bool = False
    visibility: Visibility = "public"
    language: str | None = None
    state: str = "published"
    in_reply_to: PostRef | None = None
    echo_of: PostRef | None = None
    mentions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    poll: TakenPoll | None = None
    edits: tuple[TakenEdit, ...] = ()
    counts: TakenCounts = TakenCounts()
    pinned: bool = False
    thread_muted: bool = False
    app_name: str | None = None
    app_website: str | None = None
    origin: Origin | None = None


class TakenMark(msgspec.Struct, frozen=True):
    """A vote (1 up, -1 down), a bookmark (0), or a choice in a poll (its place from 0), and when it was made."""

    post: PostRef
    value: int = 0
    created_at: int = 0
