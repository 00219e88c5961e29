"""What happens to posts."""

from typing import ClassVar

from perdure.kernel.events import Event


class PostPublished(Event, frozen=True):
    """A post went out. ``mentioned`` are the accounts it speaks to; an echo names the original."""

    kind: ClassVar[str] = "posts.published"
    post_id: int
    author_id: int
    visibility: str
    in_reply_to_account_id: int | None = None
    reblog_of_id: int | None = None
    reblog_author_id: int | None = None
    thread_id: int = 0
    mentioned: tuple[int, ...] = ()


class PostHeld(Event, frozen=True):
    """Screening held a post back: new, nobody but its author has seen it; edited, it is out of sight from now on.

    Told instead of PostPublished or PostEdited, also of edits to a post that is held already. ``findings_json`` is
    what screening found, in its own words.
    """

    kind: ClassVar[str] = "posts.held"
    post_id: int
    author_id: int
    visibility: str
    version: int
    findings_json: str
    edited: bool = False


class PostsImported(Event, frozen=True):
    """A batch of old posts came in from an archive. Nobody is told; indexes take them up."""

    kind: ClassVar[str] = "posts.imported"
    post_ids: tuple[int, ...]


class PostEdited(Event, frozen=True):
    """An author changed a post."""

    kind: ClassVar[str] = "posts.edited"
    post_id: int
    author_id: int


class PostDeleted(Event, frozen=True):
    """A post or an echo is gone."""

    kind: ClassVar[str] = "posts.deleted"
    post_id: int
    author_id: int
    visibility: str
    reblog_of_id: int | None = None


class PostWithheld(Event, frozen=True):
    """Staff or a machine took a post out of sight. Nothing of it is lost."""

    kind: ClassVar[str] = "posts.withheld"
    post_id: int
    author_id: int
    visibility: str
    state: str  # held, hidden


class PostReinstated(Event, frozen=True):
    """A post that was out of sight is back."""

    kind: ClassVar[str] = "posts.reinstated"
    post_id: int
    author_id: int
    visibility: str


class PostVoted(Event, frozen=True):
    """Somebody voted a post up. Taking it back and voting down are silent."""

    kind: ClassVar[str] = "posts.voted"
    post_id: int
    author_id: int
    voter_id: int


class PollClosed(Event, frozen=True):
    """A poll reached its end."""

    kind: ClassVar[str] = "posts.poll_closed"
    poll_id: int
    post_id: int
    author_id: int


class TagShown(Event, frozen=True):
    """A hashtag stands for the first time where more people than those spoken to can read it."""

    kind: ClassVar[str] = "posts.tag_shown"
    tag_id: int
    author_id: int


class CardDrawn(Event, frozen=True):
    """The words of a linked page's card are new or others than before."""

    kind: ClassVar[str] = "posts.card_drawn"
    card_id: int


class PreviewWanted(Event, frozen=True):
    """A post links to a page that has to be looked at."""

    kind: ClassVar[str] = "posts.preview_wanted"
    card_id: int
