"""What somebody takes along of the people around them, with names instead of ids."""

from typing import Final

import msgspec

from perdure.graph import queries
from perdure.graph.model import TakenPerson
from perdure.graph.queries import takeout
from perdure.graph.queries.takeout import members as members_in
from perdure.graph.queries.takeout import notes as notes_in
from perdure.graph.queries.takeout import tags as tags_in
from perdure.graph.service.filters import filters_in
from perdure.graph.service.showcase import domain_blocks_in, featured_tags_in
from perdure.kernel.db import Row, Tx
from perdure.kernel.ids import ms_of

__all__ = ["domain_blocks_in", "featured_tags_in", "filters_in", "members_in", "notes_in", "tags_in"]

KINDS: Final = ("follows", "requests", "followers", "blocks", "mutes", "endorsements")
lists_in = queries.lists


def people_in(tx: Tx, kind: str, owner: int, domain: str, after: int, most: int) -> tuple[list[TakenPerson], int]:
    """People of one of ``KINDS``, oldest first, and the cursor for the next page (0: that was all)."""
    rows = takeout.page(tx, kind, owner, after, most)
    return [_person(kind, row, domain) for row in rows], rows[-1].id if len(rows) == most else 0


def _person(kind: str, row: Row, domain: str) -> TakenPerson:
    account, since = f"{row.username}@{domain}", ms_of(row.id)
    if kind in {"follows", "requests"}:
        languages = msgspec.json.decode(row.languages_json, type=tuple[str, ...])
        return TakenPerson(account, since, echoes=row.show_reblogs, notify=row.notify, languages=languages)
    if kind == "mutes":
        return TakenPerson(account, since, notifications=row.hide_notifications, expires_at=row.expires_at)
    return TakenPerson(account, since)
