"""Files of what staff took out of sight: kept, and served to nobody, whoever knows the address."""

from collections.abc import Sequence

from perdure.kernel.db import Tx
from perdure.media import queries


def withhold_in(tx: Tx, keeper: str, *, post_id: int = 0, media_ids: Sequence[int] = ()) -> None:
    """Serve nobody the files that a post shows, nor the files named, until ``keeper`` gives them back."""
    rows = queries.of_posts(tx, [post_id]) if post_id else []
    rows += queries.by_id(tx, list(media_ids)) if media_ids else []
    queries.withhold(tx, [key for row in rows for key in (row.file_key, row.preview_key) if key], keeper)


def reinstate_in(tx: Tx, keeper: str) -> None:
    """Serve again what was withheld for the sake of ``keeper``."""
    queries.give_back(tx, keeper)


def withheld_in(tx: Tx, key: str) -> bool:
    """Whether a stored file is served to nobody."""
    return queries.withheld(tx, key)
