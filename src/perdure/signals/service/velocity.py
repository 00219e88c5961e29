"""How fast it goes: of an account, at a person, with a hashtag, to a page (safety.md §5.6)."""

from collections.abc import Iterable
from typing import Final

import msgspec

from perdure.kernel.db import Tx
from perdure.posts import service as posts

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000


class Velocity(msgspec.Struct, frozen=True):
    """Counts of the last hour (``by_author_minute``: of the last minute). Each ends at 200.

    ``at_target`` are the different people who spoke to whoever of those mentioned was spoken to most.
    """

    by_author_minute: int = 0
    by_author: int = 0
    at_target: int = 0
    with_tag: int = 0
    with_link: int = 0


def of_post_in(
    tx: Tx, post_id: int, author_id: int, mentioned: Iterable[int], tags: Iterable[str], *, linked: bool
) -> Velocity:
    """How fast it went around a post: a few walks along an index, none for what the post does not have."""
    return Velocity(
        by_author_minute=posts.made_by_in(tx, author_id, MINUTE_MS),
        by_author=posts.made_by_in(tx, author_id, HOUR_MS),
        at_target=max((posts.people_at_in(tx, one, HOUR_MS) for one in mentioned), default=0),
        with_tag=max((posts.tagged_lately_in(tx, one, HOUR_MS) for one in tags), default=0),
        with_link=posts.linked_lately_in(tx, post_id, HOUR_MS) if linked else 0,
    )
