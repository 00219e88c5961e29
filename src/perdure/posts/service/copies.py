"""What posts say, for scoring and for finding copies: every text of a post that a stranger can read."""

from collections.abc import Sequence

import msgspec

from perdure.kernel.db import Tx
from perdure.posts.queries import copies


class Said(msgspec.Struct, frozen=True):
    """A post's texts: warning and body, then the answers its poll offers. ``created_at`` in ms."""

    id: int
    account_id: int
    version: int
    state: str
    visibility: str
    created_at: int
    texts: tuple[str, ...]
    is_reply: bool


def said_in(tx: Tx, ids: Sequence[int]) -> list[Said]:
    """What posts say, echoes left out, in no order. Whoever may see them is the caller's question."""
    rows = copies.said(tx, list(ids)) if ids else []
    answers: dict[int, list[str]] = {}
    for row in copies.options(tx, [row.poll_id for row in rows if row.poll_id is not None]):
        answers.setdefault(row.post_id, []).append(row.title)
    return [
        Said(
            row.id,
            row.account_id,
            row.version,
            row.state,
            row.visibility,
            row.created_at,
            tuple(text for text in (row.text, row.spoiler_text, *answers.get(row.id, ())) if text),
            row.in_reply_to_id is not None,
        )
        for row in rows
    ]


def ids_after_in(tx: Tx, post_id: int, most: int) -> list[int]:
    """Ids of posts that are no echoes above an id, oldest first: to go through all of them in pages."""
    return copies.after(tx, post_id, most)
