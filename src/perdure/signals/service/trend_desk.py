"""Trends as moderators see them: what waits for them, what rises now and why or why not, what is kept out."""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound
from perdure.kernel.ids import SEQUENCE_BITS
from perdure.posts import service as posts
from perdure.posts.service.copies import Said, said_in
from perdure.signals.queries import trends as queries
from perdure.signals.service.guard import Verdict, explain_in, is_risky
from perdure.signals.service.trends import KINDS, Review, ReviewKind, review_in, reviews_in

_WINDOW_MS: Final = 3 * 86_400_000
_MOST: Final = 100
_RISING: Final = 10
_SAMPLE: Final = 40
_SHOWN: Final = 3
_HOST: Final = re.compile(r"(?=.{4,253}\Z)[a-z0-9-]+(\.[a-z0-9-]+)+")


class Sample(msgspec.Struct, frozen=True):
    """One of the posts behind something: those that speak against it come first."""

    post_id: int
    author_id: int
    text: str
    risky: bool


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """Something that may trend. ``name`` is what people call it, ``address`` a page of it elsewhere."""

    kind: ReviewKind
    key: str
    name: str
    address: str = ""
    author_id: int | None = None
    people: int | None = None  # of the last three days
    posts: int | None = None
    verdict: Verdict | None = None  # None: of this kind nothing is ranked by itself
    review: Review | None = None
    samples: tuple[Sample, ...] = ()


def waiting_in(tx: Tx, staff_id: int) -> list[Thing]:
    """What would trend but for its sampled posts, newest first. Asks for ``manage_taxonomies``. A long read."""
    accounts.authorise_in(tx, staff_id, "manage_taxonomies")
    found = _things_in(tx, [(row.kind, row.key) for row in queries.in_state(tx, "waiting", _MOST)])
    return [msgspec.structs.replace(one, samples=_samples_in(tx, one)) for one in found]


def blocked_in(tx: Tx, staff_id: int) -> list[Thing]:
    """What somebody or a decision keeps out now, newest first. Asks for ``manage_taxonomies``. A long read."""
    accounts.authorise_in(tx, staff_id, "manage_taxonomies")
    rows = [row for row in queries.in_state(tx, "rejected", _MOST) if _holds(row, tx.now)]
    return _things_in(tx, [(row.kind, row.key) for row in rows])


def _holds(row: Row, now: int) -> bool:
    return row.decision_id is None or row.until is None or row.until > now


def rising_in(tx: Tx, staff_id: int) -> list[Thing]:
    """What most people make much of now, whether it trends or not. Asks for ``manage_taxonomies``. A long read."""
    accounts.authorise_in(tx, staff_id, "manage_taxonomies")
    since = (tx.now - _WINDOW_MS) << SEQUENCE_BITS
    used: dict[tuple[ReviewKind, str], Row | None] = {
        ("tag", row.name): row for row in posts.trending_tags_in(tx, since, _RISING)
    }
    used |= {("link", str(row.id)): row for row in posts.trending_links_in(tx, since, _RISING)}
    used |= {("post", str(one)): None for one in posts.trending_posts_in(tx, staff_id, since, _RISING)}
    return [_used(one, used[one.kind, one.key]) for one in _things_in(tx, list(used))]


def _used(one: Thing, row: Row | None) -> Thing:
    return one if row is None else msgspec.structs.replace(one, people=row.people, posts=row.posts)


def decide_in(
    tx: Tx, staff_id: int, kind: str, key: str, *, approved: bool, reason: str, version: int | None = None
) -> Thing:
    """Approve something for trends, or block it with a reason. Asks for ``manage_taxonomies``.

    Raises NotFound for what does not exist, and as :func:`review_in`.
    """
    accounts.authorise_in(tx, staff_id, "manage_taxonomies")
    wanted = next((one for one in KINDS if one == kind), None)
    if wanted is None or not _things_in(tx, [(wanted, key)]):
        raise NotFound
    review_in(tx, staff_id, wanted, key, approved=approved, reason=reason, version=version)
    return _things_in(tx, [(wanted, key)])[0]


def _things_in(tx: Tx, wanted: Sequence[tuple[ReviewKind, str]]) -> list[Thing]:
    """Those of these things that are still there, in their order."""
    found: dict[tuple[str, str], Thing] = {}
    for kind in dict.fromkeys(kind for kind, _ in wanted):
        keys = [key for of_kind, key in wanted if of_kind == kind]
        named = {one.key: one for one in _named_in(tx, kind, keys)}
        reviews = reviews_in(tx, kind, keys)
        verdicts = {} if kind == "publisher" else explain_in(tx, "trends", kind, list(named))
        for key, one in named.items():
            found[kind, key] = msgspec.structs.replace(one, review=reviews.get(key), verdict=verdicts.get(key))
    return [found[pair] for pair in wanted if pair in found]


def _named_in(tx: Tx, kind: ReviewKind, keys: list[str]) -> list[Thing]:
    if kind == "tag":
        rows = posts.tag_displays_in(tx, keys)
        return [Thing(kind=kind, key=key, name=f"#{row.display}") for key, row in rows.items()]
    if kind == "publisher":
        return [Thing(kind=kind, key=key, name=key) for key in keys if _HOST.fullmatch(key)]
    ids = [int(key) for key in keys if key.isascii() and key.isdecimal() and len(key) < 20]
    if kind == "link":
        cards = posts.cards_by_id_in(tx, ids)
        return [Thing(kind=kind, key=str(n), name=one.title or one.url, address=one.url) for n, one in cards.items()]
    if kind == "account":
        views = accounts.views_in(tx, ids)
        return [Thing(kind=kind, key=str(n), name=f"@{one.username}", author_id=n) for n, one in views.items()]
    return [_post(one) for one in said_in(tx, ids)]


def _post(one: Said) -> Thing:
    return Thing(kind="post", key=str(one.id), name=" ".join(one.texts), author_id=one.account_id)


def _samples_in(tx: Tx, one: Thing) -> tuple[Sample, ...]:
    since = (tx.now - _WINDOW_MS) << SEQUENCE_BITS
    if one.kind == "tag":
        rows = posts.tag_users_in(tx, one.key, since, _SAMPLE)
    elif one.kind == "link":
        rows = posts.link_users_in(tx, int(one.key), since, _SAMPLE)
    else:
        return ()
    said = [Sample(one.id, one.account_id, "\n".join(one.texts), is_risky(one)) for one in said_in(tx, _ids(rows))]
    return tuple(sorted(said, key=lambda each: (not each.risky, -each.post_id))[:_SHOWN])


def _ids(rows: Sequence[Row]) -> list[int]:
    return [row.id for row in rows]
