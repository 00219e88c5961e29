"""What two accounts are to each other."""

import msgspec


class Relationship(msgspec.Struct, frozen=True, kw_only=True):
    """How the viewer stands to another account."""

    id: int
    following: bool = False
    show_reblogs: bool = False
    notify: bool = False
    languages: tuple[str, ...] = ()
    followed_by: bool = False
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False
    muting_notifications: bool = False
    muting_expires_at: int | None = None
    requested: bool = False
    requested_by: bool = False
    endorsed: bool = False
    note: str = ""


class ListView(msgspec.Struct, frozen=True):
    """A list of accounts, as its owner sees it."""

    id: int
    title: str
    replies_policy: str
    exclusive: bool


class KeywordView(msgspec.Struct, frozen=True):
    """A phrase of a filter."""

    id: int
    filter_id: int
    keyword: str
    whole_word: bool


class FilteredPost(msgspec.Struct, frozen=True):
    """A single post that a filter names."""

    id: int
    filter_id: int
    post_id: int


class FilterView(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody does not want to read, where, and what to do about it."""

    id: int
    title: str
    contexts: tuple[str, ...]
    action: str
    expires_at: int | None
    keywords: tuple[KeywordView, ...] = ()
    posts: tuple[FilteredPost, ...] = ()

    def in_force(self, now: int) -> bool:
        """Whether it still does something; an expired one stays listed."""
        return self.expires_at is None or self.expires_at > now


class FilterDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a new or changed filter. None leaves a part as it is."""

    title: str | None = None
    contexts: tuple[str, ...] | None = None
    action: str | None = None
    expires_in_s: int | None = None
    forever: bool = False
    keywords: tuple["KeywordDraft", ...] = ()


class KeywordDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A phrase to add, or, with ``id``, to change or take out."""

    id: int | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    removed: bool = False


class FilterHit(msgspec.Struct, frozen=True):
    """A filter that a post fell into: by these phrases, or because it names the post."""

    filter: FilterView
    keywords: tuple[str, ...]
    named: bool


class Ported(msgspec.Struct, frozen=True):
    """What came of a file: how many rows were taken, and (row number, first cell, reason) of those not taken."""

    done: int
    refused: tuple[tuple[int, str, str], ...] = ()


class TakenPerson(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody in an archive: ``name@host``, since when, and with what choices."""

    account: str
    since: int
    echoes: bool = True
    notify: bool = False
    languages: tuple[str, ...] = ()
    notifications: bool = True  # of a mute: whether they are hidden too
    expires_at: int | None = None
