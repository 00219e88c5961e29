"""What happens between accounts."""

from typing import ClassVar

from perdure.kernel.events import Event


class Followed(Event, frozen=True):
    """A follow began."""

    kind: ClassVar[str] = "graph.followed"
    account_id: int
    target_id: int


class FollowRequested(Event, frozen=True):
    """Somebody asks to follow a locked account."""

    kind: ClassVar[str] = "graph.follow_requested"
    account_id: int
    target_id: int


class RequestEnded(Event, frozen=True):
    """A request to follow was refused or taken back."""

    kind: ClassVar[str] = "graph.request_ended"
    account_id: int
    target_id: int


class Unfollowed(Event, frozen=True):
    """A follow ended, by either side."""

    kind: ClassVar[str] = "graph.unfollowed"
    account_id: int
    target_id: int


class Blocked(Event, frozen=True):
    """Somebody blocked somebody."""

    kind: ClassVar[str] = "graph.blocked"
    account_id: int
    target_id: int


class Muted(Event, frozen=True):
    """Somebody muted somebody."""

    kind: ClassVar[str] = "graph.muted"
    account_id: int
    target_id: int


class ListNamed(Event, frozen=True):
    """A list has a title that it had not before."""

    kind: ClassVar[str] = "graph.list_named"
    list_id: int
    account_id: int


class TagFeatured(Event, frozen=True):
    """Somebody shows a hashtag on their profile."""

    kind: ClassVar[str] = "graph.tag_featured"
    account_id: int


class FiltersChanged(Event, frozen=True):
    """Somebody changed what they do not want to read."""

    kind: ClassVar[str] = "graph.filters_changed"
    account_id: int
