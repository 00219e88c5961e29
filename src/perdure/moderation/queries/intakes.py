"""Who reported what, how often, and how often they were right."""

from typing import Any

from sqlalchemy import bindparam, func, select, union

from perdure.graph.service import follow_edges
from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.kernel.ids import SEQUENCE_BITS
from perdure.moderation.rules.reliability import Record
from perdure.moderation.tables.cases import intake, reporter_record

_i = intake.c
_OF_CASE = _i.case_id == bindparam("case_id")
_SAME = {
    name: sql(select(_i.id, _i.independent_of).where(_OF_CASE, _i[name] == bindparam("value")).order_by(_i.id).limit(1))
    for name in ("reporter_id", "contact_hash", "source_hash")
}
_AUTHORITIES = sql(select(_i.authority).where(_OF_CASE).distinct())
_LATEST = sql(
    select(_i.id, _i.reporter_id, _i.independent_of)
    .where(_OF_CASE, _i.reporter_id.is_not(None), _i.id > bindparam("since_id"))
    .order_by(_i.id.desc())
    .limit(bindparam("most"))
)
_e = follow_edges.c
_FRIENDS = sql(
    union(
        select(_e.target_id.label("id")).where(_e.account_id == bindparam("one"), any_of(_e.target_id, "ids")),
        select(_e.account_id.label("id")).where(_e.target_id == bindparam("one"), any_of(_e.account_id, "ids")),
    )
)
_RECENT = sql(
    select(func.count())
    .select_from(intake)
    .where(_i.reporter_id == bindparam("reporter_id"), _i.id > bindparam("since_id"))
)
_RECORDS = sql(
    select(
        reporter_record.c.account_id,
        reporter_record.c.category,
        reporter_record.c.upheld,
        reporter_record.c.dismissed,
    ).where(any_of(reporter_record.c.account_id, "ids"))
)
_UNTOLD = sql(select(intake).where(_OF_CASE, _i.told_at.is_(None)).order_by(_i.id).limit(bindparam("most")))
_FORGET = sql("UPDATE intake SET comment = '', source_hash = NULL WHERE reporter_id = :account_id")
_RETELL = sql("UPDATE intake SET told_at = NULL WHERE case_id = :case_id")


def insert(tx: Tx, **values: Any) -> None:
    """Store an intake."""
    tx.insert(intake, **values)


def forget_reporter(tx: Tx, account_id: int) -> None:
    """Erase what an account wrote in its reports, and where it came from."""
    tx.run(_FORGET, account_id=account_id)


def change(tx: Tx, intake_id: int, **values: Any) -> None:
    """Set columns of an intake."""
    tx.update(intake, {"id": intake_id}, **values)


def authorities(tx: Tx, case_id: int) -> set[str]:
    """With what authority a case was asked for."""
    return set(tx.column(_AUTHORITIES, case_id=case_id))


def same_voice(tx: Tx, case_id: int, **known: Any) -> int | None:
    """The intake of a case that came from the same reporter, address or network; the one that counts of several."""
    for name, value in known.items():
        if value is not None and (row := tx.first(_SAME[name], case_id=case_id, value=value)):
            return int(row.independent_of or row.id)
    return None


def latest(tx: Tx, case_id: int, since: int, most: int) -> list[Row]:
    """Id, reporter_id and independent_of of what members reported since an instant, newest first."""
    return tx.all(_LATEST, case_id=case_id, since_id=since << SEQUENCE_BITS, most=most)


def friends(tx: Tx, account_id: int, ids: list[int]) -> set[int]:
    """Which of the accounts follow one, or are followed by it."""
    return set(tx.column(_FRIENDS, one=account_id, ids=ids)) if ids else set()


def count_since(tx: Tx, reporter_id: int, since: int) -> int:
    """How many reports somebody sent since an instant."""
    return int(tx.scalar(_RECENT, reporter_id=reporter_id, since_id=since << SEQUENCE_BITS))


def records(tx: Tx, *ids: int) -> dict[int, dict[str, Record]]:
    """How often people were right, by account and category; account 0 is everybody."""
    found: dict[int, dict[str, Record]] = {account_id: {} for account_id in ids}
    for row in tx.all(_RECORDS, ids=list(ids)):
        found[row.account_id][row.category] = Record(row.upheld, row.dismissed)
    return found


def store_record(tx: Tx, account_id: int, category: str, record: Record) -> None:
    """Set how often somebody was right in a category."""
    tx.upsert(
        reporter_record,
        ("account_id", "category"),
        account_id=account_id,
        category=category,
        upheld=record.upheld,
        dismissed=record.dismissed,
        updated_at=tx.now,
    )


def untold(tx: Tx, case_id: int, most: int) -> list[Row]:
    """Intakes that have no answer yet."""
    return tx.all(_UNTOLD, case_id=case_id, most=most)


def retell(tx: Tx, case_id: int) -> None:
    """What was decided will be decided anew: everybody is to hear of a change."""
    tx.run(_RETELL, case_id=case_id)
