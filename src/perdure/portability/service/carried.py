"""What of an archive waits for people and posts that are not here: kept, exported again, in force when they come."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from perdure.graph.model import TakenPerson
from perdure.graph.service import bringing as graph
from perdure.graph.service.filters import add_post_in, filters_in
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import AppError
from perdure.portability.queries import carried as queries
from perdure.portability.service.people import parts
from perdure.portability.tables import carried
from perdure.posts.model import Origin, PostRef, Taken, TakenMark
from perdure.posts.service import bringing as posts
from perdure.posts.service.publishing import Limits

_MOST: Final = 100_000
_BATCH: Final = 1_000
_PEOPLE: Final = ("follows", "requests", "blocks", "mutes", "endorsements", "list", "note")
_POSTS: Final = ("votes", "bookmarks", "echo", "filter")
# What people say of others comes before the lists that need it.
_ORDER: Final = {kind: place for place, kind in enumerate((*_PEOPLE, *_POSTS))}


def keep_person_in(tx: Tx, owner: int, kind: str, account: str, document: Any, detail: str = "") -> bool:
    """Carry something about somebody who is not here; False for a name that is none."""
    name, host = parts(account)
    return bool(name and host) and _keep(tx, owner, kind, detail, host, name, document)


def keep_post_in(tx: Tx, owner: int, kind: str, ref: PostRef, document: Any, detail: str = "") -> bool:
    """Carry something about a post that is not here."""
    host = parts(ref.author)[1]
    return bool(host and ref.id) and _keep(tx, owner, kind, detail, host, ref.id, document)


def keep_record_in(tx: Tx, owner: int, kind: str, host: str, number: str, document: Any) -> bool:
    """Carry a record of another site that has no place here, as a decision."""
    return _keep(tx, owner, kind, "", host, number, document)


def _keep(tx: Tx, owner: int, kind: str, detail: str, host: str, ref: str, document: Any) -> bool:
    values = {"kind": kind, "detail": detail[:300], "host": host[:253], "ref": ref[:100]}
    text = msgspec.json.encode(document).decode()
    tx.insert_new(carried, id=tx.new_id(), account_id=owner, document_json=text, **values)
    return True


def page_in(tx: Tx, owner: int, kind: str, after: int, most: int) -> tuple[Sequence[Any], int]:
    """What the owner carries of a kind, as it stood in the archive, and the cursor for the next page."""
    rows = queries.page(tx, owner, kind, after, most)
    return [msgspec.Raw(row.document_json.encode()) for row in rows], rows[-1].id if len(rows) == most else 0


def members_in(tx: Tx, owner: int, title: str) -> list[str]:
    """Who is still to come onto a list of the owner's."""
    rows = queries.page(tx, owner, "list", 0, _MOST)
    return [msgspec.json.decode(row.document_json, type=str) for row in rows if row.detail == title]


def filtered_in(tx: Tx, owner: int, title: str) -> list[PostRef]:
    """Posts that a filter of the owner's still waits for."""
    rows = queries.page(tx, owner, "filter", 0, _MOST)
    return [msgspec.json.decode(row.document_json, type=PostRef) for row in rows if row.detail == title]


def notes_in(tx: Tx, owner: int) -> list[tuple[str, str]]:
    """What the owner wrote down about people who are not here."""
    rows = queries.page(tx, owner, "note", 0, _MOST)
    return [msgspec.json.decode(row.document_json, type=tuple[str, str]) for row in rows]


def arrived_in(tx: Tx, limits: Limits, host: str, names: Sequence[str], target: int) -> int:
    """Somebody is here now: put in force what everybody carried about them; returns how much."""
    rows = queries.waiting(tx, host, list(names), list(_PEOPLE), _BATCH)
    rows.sort(key=lambda row: (_ORDER[row.kind], row.id))
    return sum(_settle(tx, row, lambda one: _relate(tx, one, target)) for row in rows)


def posts_arrived_in(tx: Tx, limits: Limits, host: str, ids: Sequence[str]) -> int:
    """Posts are here now: put in force what everybody carried about them; returns how much."""
    rows = queries.waiting(tx, host, list(ids), list(_POSTS), _BATCH)
    return sum(_settle(tx, row, lambda one: _mark(tx, limits, one)) for row in rows)


def _settle(tx: Tx, row: Row, act: Any) -> int:
    """Do it, and carry it no longer; what cannot be done goes on waiting."""
    tx.savepoint("settling")
    try:
        done = act(row)
    except AppError:
        tx.rollback_to("settling")
        return 0
    tx.release("settling")
    if done:
        tx.delete(carried, id=row.id)
    return int(done)


def _relate(tx: Tx, row: Row, target: int) -> bool:
    if row.account_id == target:
        return False
    if row.kind == "list":
        return graph.put_on_in(
            tx, row.account_id, graph.list_in(tx, row.account_id, row.detail, "list", exclusive=False), target
        )
    if row.kind == "note":
        graph.remember_in(tx, row.account_id, target, msgspec.json.decode(row.document_json, type=tuple[str, str])[1])
        return True
    person = msgspec.json.decode(row.document_json, type=TakenPerson)
    graph.relate_in(tx, row.kind, row.account_id, target, person)
    return True


def _mark(tx: Tx, limits: Limits, row: Row) -> bool:
    if row.kind == "echo":
        taken = msgspec.json.decode(row.document_json, type=Taken)
        origin = taken.origin or Origin(row.host, taken.id, taken.url, "", "none", tx.now)
        done = posts.bring_in(tx, limits, row.account_id, origin, [posts.Arriving(taken)], {})
        return done.added + done.known > 0
    if row.kind == "filter":
        ref = msgspec.json.decode(row.document_json, type=PostRef)
        found = posts.find_in(tx, limits, row.account_id, ref)
        named = next((one for one in filters_in(tx, row.account_id) if one.title == row.detail), None)
        if found is None or named is None:
            return False
        add_post_in(tx, row.account_id, named.id, found.id)
        return True
    mark = msgspec.json.decode(row.document_json, type=TakenMark)
    return posts.mark_in(tx, limits, row.account_id, row.kind, mark)
