"""Bookmarks as CSV: one address of a post a line, as Mastodon writes them; and the same read back."""

import re
from typing import Final

from perdure.graph.model import Ported
from perdure.graph.service import porting
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.posts.queries.reading import own_page
from perdure.posts.service.reactions import bookmark_in
from perdure.posts.service.viewing import views_in

_TOP: Final = 2**63 - 1
_MOST: Final = 100_000
_PATH: Final = re.compile(r"/(?:@|users/)\w+/(?:statuses/)?(\d{1,19})/?\Z")


async def export_bookmarks(rt: Runtime, account_id: int) -> str:
    """One's bookmarks as CSV, newest first."""
    paths = await rt.db.read_long(_paths_in, account_id)
    return porting.written([[f"{rt.settings.base_url}{path}"] for path in paths])


async def import_bookmarks(rt: Runtime, account_id: int, text: str) -> Ported:
    """Bookmark every post of this site that a file names and one may see."""

    def take(tx: Tx, row: list[str]) -> None:
        address = row[0].strip()
        path = _PATH.match(address.removeprefix(rt.settings.base_url))
        if path is None:
            raise porting.Refused("elsewhere" if address.startswith("http") else "form")
        bookmark_in(tx, account_id, int(path[1]), on=True)

    return await porting.in_batches(rt, porting.read(text), take)


def _paths_in(tx: Tx, account_id: int) -> list[str]:
    rows = own_page(tx, "bookmarks", account_id, lower=0, upper=_TOP, most=_MOST, ascending=False)
    ids = [row.post_id for row in rows]
    return [f"/@{view.author.username}/{view.id}" for view in views_in(tx, account_id, ids)]
