"""Feeds: home by fan-out on write, the others straight from an index."""

import msgspec

from perdure.accounts import service as accounts
from perdure.graph import service as graph
from perdure.graph.events import Blocked, Followed, Unfollowed
from perdure.graph.service import filters
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict
from perdure.kernel.runtime import Runtime
from perdure.posts import service as posts
from perdure.posts.events import PostDeleted, PostPublished
from perdure.posts.service import PageCache, Slice
from perdure.timelines import queries
from perdure.timelines.model import HomePage, Marker
from perdure.timelines.tables import marker

_BACKFILL = 40
_LATELY_MS = 30 * 86_400_000
_LARGE = 5_000
"""From this many followers on, posts are looked up by readers: copying them would hold up everybody's writing."""
# A list's replies policy as the feed's condition. Answers to oneself and to the list's owner pass the last two.
_REPLIES = {"none": "exclude_replies", "list": "replies_to_members", "followed": "replies_to_followed"}
_TOP = 2**63 - 1


def home_in(tx: Tx, viewer_id: int, part: Slice) -> list[int]:
    """Ids of a page of the home feed, newest first."""
    return _merged_in(tx, viewer_id, part)


def home_page_in(tx: Tx, known: PageCache | None, viewer_id: int, part: Slice) -> HomePage:
    """A page of the home feed, newest first, with everything that decides how each post looks to the viewer."""
    if known is None:
        ids = _merged_in(tx, viewer_id, part)
        return HomePage(ids, _once(posts.overlaid_in(tx, viewer_id, ids)), filters.has_filters_in(tx, viewer_id))
    known.follow_in(tx)
    if not known.any_large_in(tx):
        ids = queries.home_ids(tx, viewer_id, part)
        return HomePage(ids, *known.rows_in(tx, viewer_id, ids))
    ids = _merged_in(tx, viewer_id, part)
    rows, filtered = known.rows_in(tx, viewer_id, ids)
    return HomePage(ids, _once(rows), filtered)


def known_home_page(rt: Runtime, known: PageCache, viewer_id: int, part: Slice) -> HomePage | None:
    """:func:`home_page_in` from one statement, where the process knows all the rest; else None."""
    now = rt.clock.now_ms()
    newest, ids = queries.peeked_home(rt.db, viewer_id, part, now, mutes=known.mutes(viewer_id))
    rows = known.rows_at(newest, viewer_id, ids, now)
    return None if rows is None else HomePage(ids, rows, filtered=False)


def _merged_in(tx: Tx, viewer_id: int, part: Slice) -> list[int]:
    """What was copied into the feed, with the posts of large authors, which were not."""
    ids = set(queries.home_ids(tx, viewer_id, part))
    for author in graph.large_followed_in(tx, viewer_id):
        languages = msgspec.json.decode(author.languages_json, type=list[str])
        chosen = {"exclude_reblogs": not author.show_reblogs, "in_languages": bool(languages)}
        options = frozenset(name for name, on in chosen.items() if on)
        later = Slice(max(part.lower, author.since_id), part.upper, part.most, part.ascending)
        parameters = {"account_id": author.account_id} | ({"languages": languages} if languages else {})
        ids.update(posts.feed_in(tx, "followed", viewer_id, later, options, parameters))
    newest_first = sorted(ids, reverse=True)
    return newest_first[-part.most :] if part.ascending else newest_first[: part.most]


def _once(rows: list[Row]) -> list[Row]:
    """Without echoes of what stands in the page already. Copying takes care of that, looking up does not."""
    shown = {row.id for row in rows}
    kept = []
    for row in reversed(rows):
        if row.shown_id == row.id or row.shown_id not in shown:
            kept.append(row)
            shown.add(row.shown_id)
    return kept[::-1]


def own_entry_in(tx: Tx, event: PostPublished) -> None:
    """The author sees the post at home when the request returns (inline)."""
    if event.visibility != "direct":
        queries.add(tx, event.author_id, event.post_id, event.author_id, event.reblog_of_id or event.post_id)


def fan_out_in(tx: Tx, event: PostPublished) -> None:
    """Everybody who follows the author, or a hashtag of a public post, gets an entry."""
    if event.visibility == "direct":
        return
    if not _is_large_in(tx, event):
        _copy_in(tx, event)
    if event.visibility == "public" and event.reblog_of_id is None:
        queries.fan_out_by_tags(tx, post_id=event.post_id, author_id=event.author_id)


def _copy_in(tx: Tx, event: PostPublished) -> None:
    answered = event.in_reply_to_account_id
    stored = posts.stored_in(tx, event.post_id)
    queries.fan_out(
        tx,
        post_id=event.post_id,
        author_id=event.author_id,
        original_id=event.reblog_of_id or event.post_id,
        original_author_id=event.reblog_author_id or event.author_id,
        is_echo=event.reblog_of_id is not None,
        answered_id=0 if answered in {None, event.author_id} else answered or 0,
        language=stored.language if stored is not None else None,
    )


def _is_large_in(tx: Tx, event: PostPublished) -> bool:
    """Whether readers look this post up. Events may come out of order, so it is the post's id that decides."""
    since = graph.large_since_in(tx, event.author_id)
    if since is None:
        author = accounts.views_in(tx, {event.author_id}).get(event.author_id)
        if author is None or author.followers_count < _LARGE:
            return False
        since = event.post_id - 1
        graph.mark_large_in(tx, event.author_id, since)
    return event.post_id > since


def refill_in(tx: Tx, members: list[int], kept: int) -> int | None:
    """Fill members' feeds, given in the order of their ids; returns the last of them, None where there are none."""
    if members:
        queries.refill(tx, members, kept)
    return members[-1] if members else None


def refill_seen_in(tx: Tx, after: int, most: int, kept: int) -> int | None:
    """Fill the feeds of the next members above an id who were here lately; returns as :func:`refill_in`."""
    return refill_in(tx, accounts.seen_ids_in(tx, after, most, _LATELY_MS), kept)


def refill_next_in(tx: Tx, after: int, most: int, kept: int) -> int | None:
    """The same for all members."""
    return refill_in(tx, accounts.standing_ids_in(tx, after, most), kept)


def count_large_in(tx: Tx) -> int:
    """Find out anew whose posts are looked up; returns how many those are."""
    return graph.count_large_in(tx, _LARGE)


def withdraw_in(tx: Tx, event: PostDeleted) -> None:
    """A deleted post leaves every feed."""
    queries.drop_post(tx, event.post_id)


def backfill_in(tx: Tx, event: Followed) -> None:
    """A new follow brings the author's latest posts."""
    part = Slice(0, _TOP, _BACKFILL)
    wanted = {None, *graph.relationship_in(tx, event.account_id, event.target_id).languages}
    for view in posts.views_in(tx, event.account_id, _account_ids(tx, event, part)):
        if len(wanted) > 1 and view.language not in wanted:
            continue
        if view.visibility != "direct" and view.in_reply_to_account_id in {None, event.target_id}:
            original = view.reblog.id if view.reblog else view.id
            queries.add(tx, event.account_id, view.id, event.target_id, original)


def _account_ids(tx: Tx, event: Followed, part: Slice) -> list[int]:
    return posts.feed_in(tx, "account", event.account_id, part, frozenset(), {"account_id": event.target_id})


def unfollowed_in(tx: Tx, event: Unfollowed) -> None:
    """An ended follow takes the author's posts with it."""
    queries.drop_author(tx, event.account_id, event.target_id)


def blocked_in(tx: Tx, event: Blocked) -> None:
    """A block empties both feeds of each other."""
    queries.drop_author(tx, event.account_id, event.target_id)
    queries.drop_author(tx, event.target_id, event.account_id)


def list_feed_in(tx: Tx, viewer_id: int, list_id: int, part: Slice) -> list[int]:
    """Posts of a list's members, as its replies policy wants. Raises NotFound."""
    found = graph.list_in(tx, viewer_id, list_id)
    options = frozenset({_REPLIES[found.replies_policy]})
    return posts.feed_in(tx, "list", viewer_id, part, options, {"list_id": list_id})


def markers_in(tx: Tx, viewer_id: int, names: list[str]) -> list[Marker]:
    """How far the viewer has read."""
    return queries.markers(tx, viewer_id, names)


def mark_in(tx: Tx, viewer_id: int, name: str, last_read_id: int) -> Marker:
    """Move a marker forward. Raises Conflict for a write that would move it back."""
    old = next(iter(queries.markers(tx, viewer_id, [name])), None)
    if old is not None and last_read_id < old.last_read_id:
        raise Conflict("Conflict during update, please try again")
    version = old.version + 1 if old else 0
    tx.upsert(
        marker,
        ("account_id", "timeline"),
        account_id=viewer_id,
        timeline=name,
        last_read_id=last_read_id,
        version=version,
        updated_at=tx.now,
    )
    return Marker(name, last_read_id, version, tx.now)


def overfull_in(tx: Tx, after: int, kept: int, most: int) -> tuple[list[tuple[int, int]], int | None]:
    """Of ``most`` home feeds above an account those longer than ``kept``, as (account, newest post too many).

    The second value is the account to go on after, None when all have been looked at.
    """
    return queries.overfull(tx, after, kept, most)


def trim_in(tx: Tx, account_id: int, last: int, most: int) -> int:
    """Drop a home feed's posts up to ``last``, the oldest ``most`` at once; returns how many."""
    return queries.trim(tx, account_id, last, most)
