"""Find hashtags, accounts and posts."""

import re
from collections.abc import Callable
from typing import Any

from perdure.accounts import service as accounts
from perdure.accounts.events import AccountChanged, AccountDeleted, SignedUp
from perdure.accounts.model import AccountView
from perdure.discovery import queries
from perdure.discovery.model import Week
from perdure.discovery.ports import Kind, RankGuard
from perdure.discovery.rules import WEEK_MS, Needle, needle, question, week_of, words
from perdure.discovery.tables import suggestion_dismissal
from perdure.kernel import refilling
from perdure.kernel.db import Row, Tx
from perdure.kernel.ids import SEQUENCE_BITS
from perdure.kernel.runtime import Runtime
from perdure.kernel.text import key
from perdure.posts import service as posts
from perdure.posts.events import PostDeleted, PostEdited, PostPublished, PostsImported
from perdure.posts.service.copies import ids_after_in

_NAME = re.compile(r"@?([A-Za-z0-9_]+)(?:@([\w.:-]+))?\Z", re.ASCII)
_DAY_MS = 86_400_000
_TREND_MS = 3 * _DAY_MS
_QUOTED_WORDS = 3
_QUOTED_AMONG = 200
_MORE = 20  # candidates of a ranking beyond what is needed, and of a trend in all
_MOST_ASKED = 400
_PAGE_OF_WORDS = 200
_NOWHERE = "\U0010ffff"  # begins no user name


def tag_in(tx: Tx, name: str) -> Row | None:
    """(id, name) of a hashtag, or None where nobody has used it yet."""
    return queries.tag(tx, key(name))


_Page = Callable[[int, int], list[Any]]
_KeyOf = Callable[[Any], str]


def _trend_in(tx: Tx, guard: RankGuard, kind: Kind, page: _Page, key_of: _KeyOf, most: int, skip: int) -> list[Any]:
    """A part of a trend without what the guard keeps out. ``page(most, skip)`` gives candidates, best first."""
    found: list[Any] = []
    size = min(2 * (most + skip) + _MORE, _MOST_ASKED)
    for start in range(0, _MOST_ASKED, size):
        rows = page(size, start)
        allowed = guard.may_rank_in(tx, "trends", kind, [key_of(row) for row in rows])
        found += [row for row in rows if key_of(row) in allowed]
        if len(found) >= most + skip or len(rows) < size:
            break
    return found[skip : skip + most]


def _offered_in(tx: Tx, guard: RankGuard, kind: Kind, rows: list[Any], key_of: _KeyOf, most: int) -> list[Any]:
    """The first of what may be offered; ``rows`` are some more than are needed, as little is ever kept out."""
    allowed = guard.may_rank_in(tx, "offers", kind, [key_of(row) for row in rows])
    return [row for row in rows if key_of(row) in allowed][:most]


def find_tags_in(tx: Tx, guard: RankGuard, text: str, most: int, skip: int) -> list[Row]:
    """Hashtags that begin with a text."""
    begin = key(text.lstrip("#"))
    rows = queries.tags_by_prefix(tx, begin, most + _MORE, skip)
    return _offered_in(tx, guard, "tag", rows, lambda row: row.name, most)


def find_accounts_in(
    tx: Tx,
    guard: RankGuard,
    viewer_id: int | None,
    text: str,
    domain: str,
    most: int,
    skip: int,
    *,
    following: bool = False,
) -> list[AccountView]:
    """Accounts by the start of their user name, or by words of their display name.

    A full name (``name@host``) finds that account and nothing else; so does an exact name what no ranking offers.
    """
    match = _NAME.match(text.strip())
    if match is not None and match[2] is not None:
        if match[2].lower() not in {domain.lower(), domain.lower().split(":", maxsplit=1)[0]}:
            return []
        found = accounts.find_by_name_in(tx, match[1])
        return [found] if found is not None and not found.hidden and not skip else []
    asked = needle(text.lstrip("@"))
    if asked is None:
        return []
    plain = Needle(asked.wanted + asked.unwanted)
    name = key(match[1]) if match is not None else _NOWHERE
    found_ids = queries.people(tx, viewer_id or 0, name, plain, most + _MORE, skip, following=following)
    allowed = guard.may_rank_in(tx, "offers", "account", [str(one) for one in found_ids])
    exact = accounts.find_by_name_in(tx, name)
    ids = [one for one in found_ids if str(one) in allowed or (exact is not None and one == exact.id)][:most]
    views = accounts.views_in(tx, ids)
    return [views[account_id] for account_id in ids]


def find_posts_in(
    tx: Tx,
    viewer_id: int,
    text: str,
    most: int,
    skip: int = 0,
    *,
    account_id: int | None = None,
    lower: int = 0,
    upper: int = 2**63 - 1,
) -> list[int]:
    """Ids of posts with these words, newest first: one's own, and public ones whose authors allow it.

    ``from:name`` (``from:me``), ``after:`` and ``before:`` a day narrow the question; with ``from:`` and no words
    left it is what the viewer may see of that author.
    """
    asked = question(text)
    if asked.author:
        author = viewer_id if asked.author.lower() == "me" else _account_id(tx, asked.author)
        if author is None or account_id not in {None, author}:
            return []
        account_id = author
    lower = max(lower, asked.after << SEQUENCE_BITS)
    upper = upper if asked.before is None else max(min(upper, asked.before << SEQUENCE_BITS), 0)
    wanted = needle(asked.text)
    if wanted is not None:
        bounds = {"lower": lower, "upper": upper, "most": most, "skip": skip}
        return queries.posts(tx, viewer_id, wanted, account_id=account_id, **bounds)
    if not asked.author or asked.text:
        return []
    part = posts.Slice(lower, upper, most + skip)
    found = posts.feed_in(tx, "account", viewer_id, part, frozenset({"exclude_reblogs"}), {"account_id": account_id})
    return found[skip:]


def quoted_in(tx: Tx, phrase: str, most: int) -> list[int]:
    """Ids of open posts that hold a phrase word for word, newest first: for staff, whoever wants to be found.

    A phrase of fewer than three words finds nothing: it is no quotation. Of those with the words the newest 200 are
    looked at.
    """
    wanted = words(phrase)
    if len(wanted) < _QUOTED_WORDS:
        return []
    ids = queries.with_words(tx, Needle((tuple(wanted),), ()), _QUOTED_AMONG)
    rows = posts.stored_some_in(tx, ids)
    open_ids = [one for one in ids if one in rows and rows[one].visibility in {"public", "unlisted"}]
    return [one for one in open_ids if rows[one].state in {"published", "held", "hidden"}][:most]


def _account_id(tx: Tx, name: str) -> int | None:
    found = accounts.find_by_name_in(tx, name)
    return found.id if found is not None and not found.hidden else None


def post_by_url_in(tx: Tx, viewer_id: int | None, text: str, base_url: str) -> int | None:
    """The id of the post that a URL of this site names, if the viewer may see it."""
    match = re.match(re.escape(base_url) + r"/(?:@\w+|users/\w+/statuses)/(\d{1,19})\Z", text.strip())
    if match is None or int(match[1]) >= 2**63:
        return None
    found = posts.overlays_in(tx, viewer_id, [int(match[1])])
    return next(iter(found), None)


def index_post_in(tx: Tx, event: PostPublished | PostEdited) -> None:
    """Make a new or changed post findable. Runs with the change itself; an echo has no words of its own."""
    _index_post(tx, event.post_id)


def index_imported_in(tx: Tx, event: PostsImported) -> None:
    """Make a batch of imported posts findable. The worker does it."""
    for post_id in event.post_ids:
        _index_post(tx, post_id)


def _index_post(tx: Tx, post_id: int) -> None:
    row = posts.stored_in(tx, post_id)
    if row is not None and row.reblog_of_id is None and row.deleted_at is None:
        queries.index(tx, "search_post", row.id, words(f"{row.spoiler_text}\n{row.text}"))


async def rebuild_posts(rt: Runtime) -> None:
    """After a restore: the words of every post."""
    await refilling.in_pages(rt, "search_post", _index_posts_in)


async def rebuild_accounts(rt: Runtime) -> None:
    """After a restore: the words of every account's names."""
    await refilling.in_pages(rt, "search_account", _index_accounts_in)


def _index_posts_in(tx: Tx, after: int) -> int | None:
    found = ids_after_in(tx, after, _PAGE_OF_WORDS)
    for post_id in found:
        _index_post(tx, post_id)
    return found[-1] if found else None


def _index_accounts_in(tx: Tx, after: int) -> int | None:
    found = accounts.standing_ids_in(tx, after, _PAGE_OF_WORDS)
    for account_id in found:
        index_account_in(tx, AccountChanged(account_id))
    return found[-1] if found else None


def forget_post_in(tx: Tx, event: PostDeleted) -> None:
    """Take a deleted post out of the index."""
    queries.forget(tx, "search_post", event.post_id)


def index_account_in(tx: Tx, event: SignedUp | AccountChanged) -> None:
    """Make an account findable by the words of its names."""
    one = accounts.view_in(tx, event.account_id)
    queries.index(tx, "search_account", one.id, words(f"{one.display_name}\n{one.username}"))


def forget_account_in(tx: Tx, event: AccountDeleted) -> None:
    """Take an account that is gone for good out of the index."""
    queries.forget(tx, "search_account", event.account_id)


def _since(tx: Tx) -> int:
    return (tx.now - _TREND_MS) << SEQUENCE_BITS


def trending_tags_in(tx: Tx, guard: RankGuard, most: int, skip: int = 0) -> list[Row]:
    """(id, name, people, posts) of the hashtags that most people used in public in the last three days."""
    return _trend_in(
        tx,
        guard,
        "tag",
        lambda size, start: posts.trending_tags_in(tx, _since(tx), size, start),
        lambda row: row.name,
        most,
        skip,
    )


def trending_links_in(tx: Tx, guard: RankGuard, most: int, skip: int = 0) -> list[int]:
    """Ids of the cards of pages that most people linked to in public in the last three days."""
    rows = _trend_in(
        tx,
        guard,
        "link",
        lambda size, start: posts.trending_links_in(tx, _since(tx), size, start),
        lambda row: str(row.id),
        most,
        skip,
    )
    return [row.id for row in rows]


def link_history_in(tx: Tx, card_ids: list[int]) -> dict[int, list[tuple[int, int, int]]]:
    """For each card its last seven days, today first: (first ms of the day in UTC, uses, people)."""
    days = _days(tx)
    rows = posts.link_history_in(tx, card_ids, (days[-1] << SEQUENCE_BITS) - 1)
    used = {(row.card_id, int(row.day)): (row.uses, row.people) for row in rows}
    return {card_id: [(day, *used.get((card_id, day), (0, 0))) for day in days] for card_id in card_ids}


def _days(tx: Tx) -> list[int]:
    today = tx.now - tx.now % _DAY_MS
    return [today - number * _DAY_MS for number in range(7)]


def tag_history_in(tx: Tx, names: list[str]) -> dict[str, list[tuple[int, int, int]]]:
    """For each hashtag its last seven days, today first: (first ms of the day in UTC, uses, people)."""
    days = _days(tx)
    rows = posts.tag_history_in(tx, names, (days[-1] << SEQUENCE_BITS) - 1)
    used = {(row.name, int(row.day)): (row.uses, row.people) for row in rows}
    return {name: [(day, *used.get((name, day), (0, 0))) for day in days] for name in names}


def trending_posts_in(tx: Tx, guard: RankGuard, viewer_id: int | None, most: int, skip: int = 0) -> list[int]:
    """Ids of the public posts of the last three days that people favourited, echoed and answered most."""
    return _trend_in(
        tx,
        guard,
        "post",
        lambda size, start: posts.trending_posts_in(tx, viewer_id or 0, _since(tx), size, start),
        str,
        most,
        skip,
    )


def suggestions_in(tx: Tx, guard: RankGuard, viewer_id: int, most: int) -> list[tuple[str, AccountView]]:
    """Whom the viewer may want to follow, with the reason: ``friends_of_friends`` first, then ``most_followed``."""
    known = queries.friends_of_friends(tx, viewer_id, most + _MORE)
    reasons = dict.fromkeys(_offered_in(tx, guard, "account", known, str, most), "friends_of_friends")
    if len(reasons) < most:
        popular = queries.popular(tx, viewer_id, most + _MORE)
        reasons = dict.fromkeys(_offered_in(tx, guard, "account", popular, str, most), "most_followed") | reasons
        near = [one for one, reason in reasons.items() if reason == "friends_of_friends"]
        far = [one for one, reason in reasons.items() if reason == "most_followed"]
        reasons = {one: reasons[one] for one in (near + far)[:most]}
    views = accounts.views_in(tx, reasons)
    return [(reason, views[account_id]) for account_id, reason in reasons.items()]


@accounts.by_member
def dismiss_suggestion_in(tx: Tx, viewer_id: int, account_id: int) -> None:
    """Never suggest an account to the viewer again."""
    accounts.view_in(tx, account_id)
    tx.insert_new(suggestion_dismissal, account_id=viewer_id, target_id=account_id, created_at=tx.now)


def directory_in(
    tx: Tx, guard: RankGuard, viewer_id: int | None, order: str, most: int, skip: int
) -> list[AccountView]:
    """Accounts that want to be found, ``active`` or ``new`` first."""
    found = queries.directory(tx, viewer_id or 0, order if order == "new" else "active", most + _MORE, skip)
    ids = _offered_in(tx, guard, "account", found, str, most)
    views = accounts.views_in(tx, ids)
    return [views[account_id] for account_id in ids]


async def count_weeks(rt: Runtime) -> None:
    """The recurring job: count what happened in this week and, to its end, in the one before."""
    this = week_of(rt.clock.now_ms())
    for begins_at in (this - WEEK_MS, this):
        week = await rt.db.read_long(_week_in, begins_at)
        await rt.db.write("discovery.week", queries.keep_week, week)


def _week_in(tx: Tx, begins_at: int) -> Week:
    ends_at = begins_at + WEEK_MS
    logins, registrations = accounts.seen_between_in(tx, begins_at, ends_at)
    return Week(begins_at, posts.made_between_in(tx, begins_at, ends_at), logins, registrations)


def weeks_in(tx: Tx, most: int = 12) -> list[Week]:
    """What happened in the latest weeks, newest first."""
    return queries.weeks(tx, most)
