"""Search by index prefix and by words."""

from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, column, exists, func, not_, or_, select, table, text

from perdure.accounts.service import account_card
from perdure.discovery.model import Week
from perdure.discovery.rules import Needle, for_postgresql, for_sqlite, vector
from perdure.discovery.tables import site_week, suggestion_dismissal
from perdure.graph.service import follow_edges
from perdure.kernel.db import Row, Tx, sql
from perdure.posts.service import findable, tag_card, unhidden

_BY_PREFIX = sql(
    select(tag_card.c.id, tag_card.c.name)
    .where(tag_card.c.name >= bindparam("prefix"), tag_card.c.name < bindparam("beyond"))
    .order_by(tag_card.c.name)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_ONE = sql(select(tag_card.c.id, tag_card.c.name).where(tag_card.c.name == bindparam("name")))
_ENGINES = ("sqlite", "postgresql")


def tags_by_prefix(tx: Tx, prefix: str, most: int, skip: int) -> list[Row]:
    """(id, name) of hashtags that begin with a folded prefix, in alphabetical order."""
    return tx.all(_BY_PREFIX, prefix=prefix, beyond=prefix + "\U0010ffff", most=most, skip=skip)


def tag(tx: Tx, name: str) -> Row | None:
    """(id, name) of a hashtag."""
    return tx.first(_ONE, name=name)


def _store(name: str, engine: str) -> Any:
    if engine == "sqlite":
        return sql(f"INSERT INTO {name} (rowid, words) VALUES (:id, :words)")
    return sql(f"INSERT INTO {name} (id, words) VALUES (:id, CAST(:words AS tsvector))")


def _key(engine: str) -> str:
    return "rowid" if engine == "sqlite" else "id"


_STORE = {(name, engine): _store(name, engine) for name in ("search_post", "search_account") for engine in _ENGINES}
_FORGET = {
    (name, engine): sql(f"DELETE FROM {name} WHERE {_key(engine)} = :id")
    for name in ("search_post", "search_account")
    for engine in _ENGINES
}


def index(tx: Tx, name: str, identifier: int, found: list[str]) -> None:
    """Make something findable by its words (``search_post`` or ``search_account``), replacing what was there."""
    forget(tx, name, identifier)
    if found:
        written = " ".join(found) if tx.engine == "sqlite" else vector(found)
        tx.run(_STORE[name, tx.engine], id=identifier, words=written)


def forget(tx: Tx, name: str, identifier: int) -> None:
    """Take something out of an index."""
    tx.run(_FORGET[name, tx.engine], id=identifier)


def _hits(name: str, engine: str) -> Any:
    """A view of the ids whose words answer the question bound as ``match``."""
    condition = f"{name} MATCH :match" if engine == "sqlite" else f"{name}.words @@ CAST(:match AS tsquery)"
    source = table(name, column(_key(engine)))
    return select(source.c[_key(engine)].label("id")).where(text(condition)).subquery("hits")


def _posts(engine: str, *, of_account: bool) -> Any:
    hits = _hits("search_post", engine)
    shown = findable.selected_columns
    statement = findable.join(hits, hits.c.id == shown.id).where(
        shown.id > bindparam("lower"), shown.id < bindparam("upper")
    )
    if of_account:
        statement = statement.where(shown.account_id == bindparam("account_id"))
    return sql(statement.order_by(hits.c.id.desc()).limit(bindparam("most")).offset(bindparam("skip")))


_POSTS = {(engine, one): _posts(engine, of_account=one) for engine in _ENGINES for one in (False, True)}


def _worded(engine: str) -> Any:
    hits = _hits("search_post", engine)
    return sql(select(hits.c.id).order_by(hits.c.id.desc()).limit(bindparam("most")))


_WORDED = {engine: _worded(engine) for engine in _ENGINES}


def with_words(tx: Tx, asked: Needle, most: int) -> list[int]:
    """Ids of posts with these words, newest first, whoever may see them."""
    return tx.column(_WORDED[tx.engine], match=_match(tx, asked), most=most)


def _match(tx: Tx, asked: Needle, *, prefix: bool = False) -> str:
    return for_sqlite(asked, prefix=prefix) if tx.engine == "sqlite" else for_postgresql(asked, prefix=prefix)


def posts(tx: Tx, viewer_id: int, asked: Needle, *, account_id: int | None, **part: int) -> list[int]:
    """Ids of posts that the viewer may find by words, newest first. ``part``: lower, upper, most, skip."""
    query = _POSTS[tx.engine, account_id is not None]
    given = part if account_id is None else part | {"account_id": account_id}
    return tx.column(query, viewer=viewer_id, now=tx.now, match=_match(tx, asked), **given)


def _people(engine: str, *, following: bool) -> Any:
    hits = _hits("search_account", engine)
    one = account_card.c
    exact = one.username_key == bindparam("name")
    followed = exists().where(follow_edges.c.account_id == bindparam("viewer"), follow_edges.c.target_id == one.id)
    statement = (
        select(one.id)
        .where(
            or_(
                (one.username_key >= bindparam("name")) & (one.username_key < bindparam("beyond")),
                one.id.in_(select(hits.c.id)),
            ),
            one.state == "active",
            or_(and_(one.discoverable.is_(True), one.limited.is_(False)), exact, followed),
        )
        .order_by(case((exact, 0), (followed, 1), else_=2), one.followers_count.desc(), one.username_key)
    )
    narrowed = statement.where(followed) if following else statement
    return sql(narrowed.limit(bindparam("most")).offset(bindparam("skip")))


_PEOPLE = {(engine, one): _people(engine, following=one) for engine in _ENGINES for one in (False, True)}


def people(tx: Tx, viewer_id: int, name: str, asked: Needle, most: int, skip: int, *, following: bool) -> list[int]:
    """Ids of active accounts by the start of their name or by words of it: the exact one, then those followed."""
    return tx.column(
        _PEOPLE[tx.engine, following],
        viewer=viewer_id,
        name=name,
        beyond=name + "\U0010ffff",
        match=_match(tx, asked, prefix=True),
        most=most,
        skip=skip,
    )


_VIEWER: Any = bindparam("viewer")
_ME, _FRIEND, _CARD = follow_edges.alias("me"), follow_edges.alias("friend"), account_card.alias("card")


def _strangers(card: Any) -> Any:
    """Conditions on accounts that may be suggested to the viewer: no relation yet, willing, not dismissed."""
    known = exists().where(follow_edges.c.account_id == _VIEWER, follow_edges.c.target_id == card.c.id)
    dismissed = exists().where(
        suggestion_dismissal.c.account_id == _VIEWER, suggestion_dismissal.c.target_id == card.c.id
    )
    return and_(
        card.c.state == "active",
        card.c.discoverable.is_(True),
        card.c.limited.is_(False),
        card.c.id != _VIEWER,
        not_(known),
        not_(dismissed),
        unhidden(card.c.id),
    )


_FRIENDS_OF_FRIENDS = sql(
    select(_FRIEND.c.target_id)
    .select_from(
        _ME.join(_FRIEND, _FRIEND.c.account_id == _ME.c.target_id).join(_CARD, _CARD.c.id == _FRIEND.c.target_id)
    )
    .where(_ME.c.account_id == _VIEWER, _strangers(_CARD))
    .group_by(_FRIEND.c.target_id)
    .order_by(func.count().desc(), _FRIEND.c.target_id)
    .limit(bindparam("most"))
)
_POPULAR = sql(
    select(account_card.c.id)
    .where(_strangers(account_card), account_card.c.followers_count > 0)
    .order_by(account_card.c.followers_count.desc(), account_card.c.id)
    .limit(bindparam("most"))
)


def friends_of_friends(tx: Tx, viewer_id: int, most: int) -> list[int]:
    """Whom those follow whom the viewer follows; most often followed first."""
    return tx.column(_FRIENDS_OF_FRIENDS, viewer=viewer_id, now=tx.now, most=most)


def popular(tx: Tx, viewer_id: int, most: int) -> list[int]:
    """Strangers with the most followers."""
    return tx.column(_POPULAR, viewer=viewer_id, now=tx.now, most=most)


def _directory(*order: Any) -> Any:
    return sql(
        select(account_card.c.id)
        .where(
            account_card.c.state == "active",
            account_card.c.discoverable.is_(True),
            account_card.c.limited.is_(False),
            account_card.c.bot.is_(False),
            unhidden(account_card.c.id),
        )
        .order_by(*order)
        .limit(bindparam("most"))
        .offset(bindparam("skip"))
    )


_DIRECTORY = {
    "active": _directory(func.coalesce(account_card.c.last_status_at, 0).desc(), account_card.c.id.desc()),
    "new": _directory(account_card.c.id.desc()),
}


def directory(tx: Tx, viewer_id: int, order: str, most: int, skip: int) -> list[int]:
    """Ids of accounts that want to be found, ``active`` or ``new`` first."""
    return tx.column(_DIRECTORY[order], viewer=viewer_id, now=tx.now, most=most, skip=skip)


_WEEKS = sql(
    select(*(site_week.c[name] for name in Week.__struct_fields__))
    .order_by(site_week.c.begins_at.desc())
    .limit(bindparam("most"))
)


def weeks(tx: Tx, most: int) -> list[Week]:
    """What happened in the latest weeks, newest first."""
    return [Week(*row) for row in tx.all(_WEEKS, most=most)]


def keep_week(tx: Tx, week: Week) -> None:
    """Store what happened in a week. Who was here and has come back since counts for both weeks."""
    known = tx.scalar(_LOGINS, begins_at=week.begins_at) or 0
    counted = msgspec.structs.replace(week, logins=max(week.logins, known))
    tx.upsert(site_week, ("begins_at",), **msgspec.structs.asdict(counted))


_LOGINS = sql(select(site_week.c.logins).where(site_week.c.begins_at == bindparam("begins_at")))
