"""The trend guard: what may be ranked, and why not (safety.md §5).

Nothing trends unless it misses the threat pattern, enough established people from several groups stand behind it, and
what was sampled of it scores low or a person approved. What is offered (suggestions, search, the directory) has nobody
behind it by nature: it must miss the pattern and not be blocked.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.service.grounds import active_in, grounds_in
from perdure.discovery.ports import Kind, Place
from perdure.kernel.db import Row, Tx
from perdure.kernel.ids import SEQUENCE_BITS
from perdure.posts import service as posts
from perdure.posts.service.copies import Said, said_in
from perdure.signals.queries import trends as queries
from perdure.signals.rules import standing
from perdure.signals.rules.menace import menace

_SAMPLE: Final = 40
_SINCE_MS: Final = 3 * 86_400_000
_RISKY_SHARE: Final = 0.1  # of the sampled posts; and no fewer than _RISKY_POSTS
_RISKY_POSTS: Final = 2


class Verdict(msgspec.Struct, frozen=True):
    """Whether something may be ranked. ``reason`` is a word for programs, ``detail`` what people want to know."""

    allowed: bool
    reason: str = ""  # blocked, rejected, pattern, people, clusters, risky, gone
    detail: str = ""


_YES: Final = Verdict(allowed=True)


class SignalsGuard:
    """The guard as discovery's port."""

    def may_rank_in(self, tx: Tx, place: Place, kind: Kind, keys: Sequence[str]) -> set[str]:
        """Those among ``keys`` that may be ranked."""
        return may_rank_in(tx, place, kind, keys)


def may_rank_in(tx: Tx, place: Place, kind: Kind, keys: Sequence[str]) -> set[str]:
    """Those among ``keys`` (folded hashtags, or ids as text) that may be ranked. Writes nothing."""
    return {key for key, verdict in explain_in(tx, place, kind, keys).items() if verdict.allowed}


def explain_in(tx: Tx, place: Place, kind: Kind, keys: Sequence[str]) -> dict[str, Verdict]:
    """Whether things may be ranked and why not, for staff."""
    asked = list(dict.fromkeys(keys))
    reviews = queries.some(tx, kind, asked)
    judge = _JUDGES[kind](tx, asked)
    found = {}
    for key in asked:
        review = reviews.get(key)
        found[key] = _decided(tx, place, review) or judge(place, key, review is not None and review.state == "approved")
    return found


def _decided(tx: Tx, place: Place, review: Row | None) -> Verdict | None:
    if review is None:
        return None
    if review.decision_id is not None and (review.until is None or review.until > tx.now):
        return Verdict(allowed=False, reason="blocked", detail=str(review.decision_id))
    if review.state == "rejected" and review.decision_id is None and place == "trends":
        return Verdict(allowed=False, reason="rejected")
    return None


_Judge = Callable[[Place, str, bool], Verdict]


def _pattern(*texts: str) -> Verdict | None:
    found = next((hit for text in texts if text and (hit := menace(text))), None)
    return None if found is None else Verdict(allowed=False, reason="pattern", detail=found)


def _backed(tx: Tx, account_ids: Sequence[int]) -> Verdict | None:
    """Why too few people stand behind something, if so."""
    grounds = standing.established(grounds_in(tx, account_ids).values(), tx.now)
    needed = standing.needed(active_in(tx, standing.COUNTED))
    if len(grounds) < needed:
        return Verdict(allowed=False, reason="people", detail=f"{len(grounds)} of {needed}")
    groups = standing.clusters(grounds)
    if groups < standing.MIN_CLUSTERS:
        return Verdict(allowed=False, reason="clusters", detail=f"{groups} of {standing.MIN_CLUSTERS}")
    return None


def is_risky(one: Said) -> bool:
    """Whether a sampled post speaks against what it stands behind: it says what must not trend, or is withheld."""
    return one.state != "published" or any(menace(text) for text in one.texts)


def _risky(said: Sequence[Said]) -> Verdict | None:
    """Why a sample of posts is risky, if so: too many of them say what must not trend, or rest with a moderator."""
    bad = sum(map(is_risky, said))
    if bad < max(_RISKY_POSTS, _RISKY_SHARE * len(said)):
        return None
    return Verdict(allowed=False, reason="risky", detail=f"{bad} of {len(said)}")


def _since(tx: Tx) -> int:
    return (tx.now - _SINCE_MS) << SEQUENCE_BITS


def _used(tx: Tx, rows: Sequence[Row], *, approved: bool) -> Verdict:
    """The verdict on something that posts use, by a sample of them."""
    if found := _backed(tx, [row.account_id for row in rows]):
        return found
    return (None if approved else _risky(said_in(tx, [row.id for row in rows]))) or _YES


def _tags(tx: Tx, names: list[str]) -> _Judge:
    displays = posts.tag_displays_in(tx, names)

    def judge(place: Place, name: str, approved: bool) -> Verdict:  # noqa: FBT001 - called by one function
        row = displays.get(name)
        if found := _pattern(f"#{name}", f"#{row.display}" if row is not None else ""):
            return found
        if place != "trends":
            return _YES
        return _used(tx, posts.tag_users_in(tx, name, _since(tx), _SAMPLE), approved=approved)

    return judge


def _links(tx: Tx, keys: list[str]) -> _Judge:
    cards = posts.cards_by_id_in(tx, [int(key) for key in keys])

    def judge(place: Place, key: str, approved: bool) -> Verdict:  # noqa: FBT001 - called by one function
        card = cards.get(int(key))
        if card is None:
            return Verdict(allowed=False, reason="gone")
        if found := _pattern(card.title, card.description, card.author_name) or _publisher(tx, place, card.url):
            return found
        if place != "trends":
            return _YES
        return _used(tx, posts.link_users_in(tx, int(key), _since(tx), _SAMPLE), approved=approved)

    return judge


def _publisher(tx: Tx, place: Place, url: str) -> Verdict | None:
    host = url.split("/")[2] if url.count("/") > 1 else ""
    return _decided(tx, place, queries.some(tx, "publisher", [host]).get(host))


def _posts(tx: Tx, keys: list[str]) -> _Judge:
    said = {one.id: one for one in said_in(tx, [int(key) for key in keys])}
    cards = posts.cards_in(tx, list(said))

    def judge(place: Place, key: str, approved: bool) -> Verdict:  # noqa: FBT001 - called by one function
        one = said.get(int(key))
        if one is None or one.state != "published":
            return Verdict(allowed=False, reason="gone")
        card = cards.get(one.id)
        found = _pattern(*one.texts, *((card.title, card.description) if card is not None else ()))
        if found or place != "trends" or approved:
            return found or _YES
        return _backed(tx, posts.admirers_in(tx, one.id, _SAMPLE)) or _YES

    return judge


def _accounts(tx: Tx, keys: list[str]) -> _Judge:
    views = accounts.views_in(tx, [int(key) for key in keys])

    def judge(_place: Place, key: str, _approved: bool) -> Verdict:  # noqa: FBT001 - called by one function
        view = views.get(int(key))
        if view is None or view.limited:
            return Verdict(allowed=False, reason="gone")
        return _pattern(view.username, view.display_name) or _YES

    return judge


_JUDGES: Final[dict[Kind, Callable[[Tx, list[str]], _Judge]]] = {
    "tag": _tags,
    "link": _links,
    "post": _posts,
    "account": _accounts,
}
