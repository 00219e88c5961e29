"""What goes into an archive, page by page from the domains, so that no archive is ever in memory."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.graph.service import takeout as people
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.media import service as media
from perdure.media.model import MediaView
from perdure.moderation.service import reading_decisions, strikes
from perdure.notifications import service as notifications
from perdure.portability.model import FilterEntry, ListEntry, MediaEntry, Preferences, Profile
from perdure.portability.service import carried
from perdure.posts.service import publishing, scheduling, takeout

PAGE: Final = 500
_TOP: Final = 2**63 - 1
Fetch = Callable[[Tx, int], tuple[Sequence[Any], int]]


def streams(rt: Runtime, owner: int) -> dict[str, tuple[Fetch, ...]]:
    """Every file of lines, by name, with what fetches the page after a cursor (0: that was all).

    What stands here comes first, then what an earlier archive brought that still waits for others.
    """
    limits, domain = publishing.limits_of(rt), rt.settings.domain

    def posts(*, direct: bool) -> Fetch:
        def fetch(tx: Tx, after: int) -> tuple[Sequence[Any], int]:
            found = takeout.taken_in(tx, limits, owner, after, PAGE, direct=direct)
            return found, int(found[-1].id) if len(found) == PAGE else 0

        return fetch

    def related(kind: str) -> Fetch:
        return lambda tx, after: people.people_in(tx, kind, owner, domain, after, PAGE)

    def waiting(kind: str) -> Fetch:
        return lambda tx, after: carried.page_in(tx, owner, kind, after, PAGE)

    return {
        "posts.jsonl": (posts(direct=False), waiting("echo")),
        "messages.jsonl": (posts(direct=True),),
        "votes.jsonl": (lambda tx, after: takeout.votes_in(tx, limits, owner, after, PAGE), waiting("votes")),
        "bookmarks.jsonl": (
            lambda tx, after: takeout.bookmarks_in(tx, limits, owner, after, PAGE),
            waiting("bookmarks"),
        ),
        "poll_votes.jsonl": (
            lambda tx, after: takeout.choices_in(tx, limits, owner, after, PAGE),
            waiting("poll_votes"),
        ),
        **{f"{kind}.jsonl": (related(kind), waiting(kind)) for kind in people.KINDS},
        "decisions.jsonl": (lambda tx, after: _decisions_in(tx, owner, after), waiting("decision")),
    }


def _decisions_in(tx: Tx, owner: int, upper: int) -> tuple[Sequence[Any], int]:
    """Newest first: the cursor is the last one seen."""
    found = reading_decisions.owns_in(tx, owner, upper=upper or _TOP, most=PAGE)
    return found, found[-1].id if len(found) == PAGE else 0


async def lines(rt: Runtime, fetch: Fetch) -> AsyncIterator[Sequence[Any]]:
    """The pages of a file, each read in a transaction of its own."""
    cursor = 0
    while True:
        found, cursor = await rt.db.read_long(fetch, cursor)
        if found:
            yield found
        if not cursor:
            return


async def files(rt: Runtime, owner: int) -> AsyncIterator[MediaView]:
    """Every file that the owner's posts show, oldest first."""
    after = 0
    while found := await rt.db.read_long(media.shown_by_in, owner, after, PAGE):
        for one in found:
            yield one
        after = found[-1].id


def media_entry(view: MediaView, file: str) -> MediaEntry:
    """What an archive says of a file."""
    focus = view.meta.get("focus")
    return MediaEntry(
        id=str(view.id),
        file=file,
        mime=view.mime,
        kind=view.kind,
        created_at=view.created_at,
        description=view.description,
        focus=(focus["x"], focus["y"]) if focus else None,
    )


def profile_in(tx: Tx, owner: int, avatar: str, header: str) -> Profile:
    """What the owner says of themselves; the names of their pictures in the archive come from the caller."""
    view = accounts.view_in(tx, owner)
    same = {
        name: getattr(view, name) for name in Profile.__struct_fields__ if name not in {"fields", "avatar", "header"}
    }
    fields = tuple((field.name, field.value) for field in view.fields)
    return Profile(**same, fields=fields, avatar=avatar, header=header)


def preferences_in(tx: Tx, owner: int, domain: str) -> Preferences:
    """How the owner has the site set up."""
    view, login = accounts.view_in(tx, owner), accounts.login_in(tx, owner)
    policy = notifications.policy_in(tx, owner)[0]
    blocked = people.domain_blocks_in(tx, owner, lower=0, upper=_TOP, most=100_000, ascending=True)
    return Preferences(
        default_visibility=view.default_visibility,
        default_sensitive=view.default_sensitive,
        default_language=view.default_language,
        default_quote_policy=view.default_quote_policy,
        locale=login.locale,
        expand_media=login.expand_media,
        expand_spoilers=login.expand_spoilers,
        notifications=msgspec.structs.asdict(policy),
        followed_tags=tuple(people.tags_in(tx, owner)),
        featured_tags=tuple(row.display for row in people.featured_tags_in(tx, owner)),
        blocked_domains=tuple(sorted(row.domain for row in blocked)),
        notes=(
            *((f"{row.username}@{domain}", row.comment) for row in people.notes_in(tx, owner)),
            *carried.notes_in(tx, owner),
        ),
    )


def lists_in(tx: Tx, owner: int, domain: str) -> list[ListEntry]:
    """The owner's lists."""
    return [
        ListEntry(
            one.title,
            one.replies_policy,
            one.exclusive,
            (
                *(f"{name}@{domain}" for name in people.members_in(tx, owner, one.id)),
                *carried.members_in(tx, owner, one.title),
            ),
        )
        for one in people.lists_in(tx, owner)
    ]


def filters_in(tx: Tx, owner: int, limits: publishing.Limits) -> list[FilterEntry]:
    """The owner's filters."""
    found = people.filters_in(tx, owner)
    known = takeout.refs_in(tx, limits, [named.post_id for one in found for named in one.posts])
    return [
        FilterEntry(
            one.title,
            one.contexts,
            one.action,
            one.expires_at,
            tuple((word.keyword, word.whole_word) for word in one.keywords),
            (
                *(known[named.post_id] for named in one.posts if named.post_id in known),
                *carried.filtered_in(tx, owner, one.title),
            ),
        )
        for one in found
    ]


def scheduled_in(tx: Tx, owner: int) -> list[Any]:
    """Posts that wait for their time, as the owner wrote them."""
    return scheduling.scheduled_page_in(tx, owner, lower=0, upper=_TOP, most=10_000)[::-1]


def strikes_in(tx: Tx, owner: int) -> Any:
    """What the strikes of the owner add up to."""
    return strikes.standing_in(tx, owner)
