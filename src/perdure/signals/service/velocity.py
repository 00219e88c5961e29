"""How fast it goes: of an account, at a person, with a hashtag, to a page (safety.md §5.6)."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Final

from perdure.kernel.db import Tx
from perdure.posts import service as posts

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000


def of_post_in(
    tx: Tx, post_id: int, author_id: int, mentioned: Collection[int], tags: Collection[str], *, linked: bool
) -> dict[str, Callable[[], int]]:
    """How fast it went around a post, as facts for rules, each a few walks along an index at most when it is asked for.

    Counts of the last hour (``by_author_minute``: of the last minute). Each ends at 200. ``at_target`` are the
    different people who spoke to whoever of those mentioned was spoken to most.
    """
    found: dict[str, Callable[[], int]] = {
        "by_author_minute": partial(posts.made_by_in, tx, author_id, MINUTE_MS),
        "by_author": partial(posts.made_by_in, tx, author_id, HOUR_MS),
    }
    if mentioned:
        found["at_target"] = lambda: max(posts.people_at_in(tx, one, HOUR_MS) for one in mentioned)
    if tags:
        found["with_tag"] = lambda: max(posts.tagged_lately_in(tx, one, HOUR_MS) for one in tags)
    if linked:
        found["with_link"] = partial(posts.linked_lately_in, tx, post_id, HOUR_MS)
    return found
