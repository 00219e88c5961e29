"""Which file is encrypted how, and which store has it."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, literal_column, not_, select, update

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.media.rules.copying import new_secret
from perdure.media.tables import media, media_at_store, media_copy, media_uncopied

_c, _a, _u = media_copy.c, media_at_store.c, media_uncopied.c
_THERE: ColumnElement[str] = literal_column("'there'")  # as the partial index has it
_PARTS = sql(select(media_copy).where(_c.key == bindparam("key")).order_by(_c.part))
_UNSEALED = sql(
    select(_c.key, func.min(_c.created_at).label("since"))
    .where(_c.object.is_(None))
    .group_by(_c.key)
    .order_by(func.min(_c.created_at))
    .limit(bindparam("most"))
)
_SEALED = sql(
    update(media_copy)
    .where(
        _c.key == bindparam("of_key"),
        _c.part == bindparam("of_part"),
        _c.secret == bindparam("of_secret"),
        _c.object.is_(None),
    )
    .values(object=bindparam("named"), size=bindparam("bytes"))
)
_FORGET_AT = sql(
    delete(media_at_store).where(
        _a.object.in_(select(_c.object).where(_c.key == bindparam("key"), _c.object.is_not(None)))
    )
)
_BARRED = sql(select(_u.keeper).where(_u.key == bindparam("key")).limit(1))
_BARRED_FOR = sql(select(_u.key).where(_u.keeper == bindparam("keeper")))
_MISSING = sql(
    select(media_copy)
    .join(media_at_store, _a.object == _c.object)
    .where(_a.store == bindparam("at_store"), _a.state != _THERE, _a.state == "wanted")
    .order_by(_a.at)
    .limit(bindparam("most"))
)
_MISSING_COUNT = sql(
    select(_a.state, func.count().label("n"))
    .where(_a.store == bindparam("at_store"), _a.state != _THERE)
    .group_by(_a.state)
)
_HOLDERS = sql(select(_a.store).where(_a.object == bindparam("named"), _a.state == _THERE).order_by(_a.store))
_PAGE = sql(
    select(_c.object).where(_c.object > bindparam("after")).distinct().order_by(_c.object).limit(bindparam("most"))
)
_AT = sql(select(_a.object, _a.state).where(_a.store == bindparam("at_store"), any_of(_a.object, "objects")))
_NEXT = sql(
    select(media_copy)
    .where(_c.object > bindparam("after"))
    .order_by(_c.object, _c.key, _c.part)
    .limit(bindparam("most"))
)
_COUNT = sql(select(func.count(), func.coalesce(func.sum(_c.size), 0)).where(_c.object.is_not(None)))
_NOWHERE = sql(
    select(_c.key)
    .where(
        _c.object.in_(select(_a.object).where(_a.state != _THERE)),
        not_(exists().where(_a.object == _c.object, _a.state == _THERE)),
    )
    .distinct()
    .order_by(_c.key)
    .limit(bindparam("most"))
)
_UNCOPIED = sql(
    select(media.c.id, media.c.file_key, media.c.preview_key)
    .where(media.c.id > bindparam("after"))
    .order_by(media.c.id)
    .limit(bindparam("most"))
)
_KNOWN = sql(select(_c.key).where(_c.part == 0, any_of(_c.key, "keys")))


def begin(tx: Tx, key: str) -> bool:
    """Have a file copied; tells whether that is new. Nothing happens for one that must not be."""
    if tx.first(_BARRED, key=key) is not None:
        return False
    return tx.insert_new(media_copy, key=key, part=0, secret=new_secret(), object=None, size=0, created_at=tx.now)


def begin_parts(tx: Tx, key: str, count: int) -> list[Row]:
    """Rows for every part of a file that is to be copied; empty for one that is not."""
    if tx.first(_PARTS, key=key) is None:
        return []
    for part in range(1, count):
        tx.insert_new(media_copy, key=key, part=part, secret=new_secret(), object=None, size=0, created_at=tx.now)
    return parts(tx, key)


def parts(tx: Tx, key: str) -> list[Row]:
    """The parts of a file, in order."""
    return tx.all(_PARTS, key=key)


def unsealed(tx: Tx, most: int) -> list[str]:
    """Files that were never encrypted, the oldest first."""
    return [row.key for row in tx.all(_UNSEALED, most=most)]


def sealed(tx: Tx, row: Row, named: str, size: int, stores: list[str]) -> None:
    """Keep what the ciphertext of a part is called; every store wants it."""
    done = tx.run(_SEALED, of_key=row.key, of_part=row.part, of_secret=row.secret, named=named, bytes=size)
    for store in stores if done else ():
        tx.insert_new(media_at_store, store=store, object=named, state="wanted", at=tx.now)


def renew(tx: Tx, row: Row) -> None:
    """Have a part encrypted anew: a store holds something else under its old name."""
    tx.delete(media_at_store, object=row.object)
    tx.update(media_copy, {"key": row.key, "part": row.part}, secret=new_secret(), object=None, size=0)


def forget(tx: Tx, keys: list[str]) -> None:
    """Drop the secrets of files: no copy of them can be read any more."""
    for key in keys:
        tx.run(_FORGET_AT, key=key)
        tx.delete(media_copy, key=key)


def bar(tx: Tx, keys: list[str], keeper: str) -> None:
    """Have no store get files, for the sake of ``keeper``; what was sent cannot be read any more."""
    forget(tx, keys)
    for key in keys:
        tx.insert_new(media_uncopied, key=key, keeper=keeper, created_at=tx.now)


def unbar(tx: Tx, keeper: str) -> list[str]:
    """Let files be copied again that were barred for the sake of ``keeper``; returns them."""
    keys = tx.column(_BARRED_FOR, keeper=keeper)
    tx.delete(media_uncopied, keeper=keeper)
    return keys


def barred(tx: Tx, key: str) -> bool:
    """Whether no store may get a file."""
    return tx.first(_BARRED, key=key) is not None


def drop_barred(tx: Tx, key: str) -> None:
    """Forget that a file was barred: it is erased."""
    tx.delete(media_uncopied, key=key)


def missing(tx: Tx, store: str, most: int) -> list[Row]:
    """Parts that a store lacks, the longest missing first."""
    return tx.all(_MISSING, at_store=store, most=most)


def missing_counts(tx: Tx, store: str) -> dict[str, int]:
    """How many objects a store lacks, by state (wanted, rotten)."""
    return {row.state: row.n for row in tx.all(_MISSING_COUNT, at_store=store)}


def mark(tx: Tx, store: str, objects: list[str], state: str) -> None:
    """Keep how a store stands to objects."""
    rows = [{"store": store, "object": named, "state": state, "at": tx.now} for named in objects]
    tx.upsert_many(media_at_store, ("store", "object"), rows)


def holders(tx: Tx, named: str) -> list[str]:
    """The stores that have an object."""
    return tx.column(_HOLDERS, named=named)


def objects_after(tx: Tx, after: str, most: int) -> list[str]:
    """Names of objects that should be at every store, in order."""
    return tx.column(_PAGE, after=after, most=most)


def states_at(tx: Tx, store: str, objects: list[str]) -> dict[str, str]:
    """What is known of objects at a store."""
    return {row.object: row.state for row in tx.all(_AT, at_store=store, objects=objects)}


def parts_after(tx: Tx, after: str, most: int) -> list[Row]:
    """Parts whose object sorts after a name, in order."""
    return tx.all(_NEXT, after=after, most=most)


def count(tx: Tx) -> tuple[int, int]:
    """How many objects there should be at each store, and their bytes."""
    row: Any = tx.first(_COUNT)
    return int(row[0]), int(row[1])


def nowhere(tx: Tx, most: int) -> list[str]:
    """Files of which some part is at no store."""
    return tx.column(_NOWHERE, most=most)


def forget_store(tx: Tx, store: str) -> None:
    """Forget a store that is not on the list any more."""
    tx.delete(media_at_store, store=store)


def uncopied(tx: Tx, after: int, most: int) -> tuple[int, list[str]]:
    """Files of uploads with ids above ``after`` that nobody copies, and the last id looked at (0 at the end)."""
    rows = tx.all(_UNCOPIED, after=after, most=most)
    keys = [key for row in rows for key in (row.file_key, row.preview_key) if key]
    known = set(tx.column(_KNOWN, keys=keys)) if keys else set()
    return (rows[-1].id if len(rows) == most else 0), [key for key in keys if key not in known]
