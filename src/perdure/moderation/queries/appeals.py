"""Rows of appeals."""

from typing import Any

from sqlalchemy import bindparam, func, or_, select

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.moderation.tables.cases import intake, intake_item
from perdure.moderation.tables.decisions import appeal, appeal_exception, appeal_token

_a = appeal.c
_ONE = sql(select(appeal).where(_a.id == bindparam("appeal_id")))
_LOCKED = sql(select(appeal).where(_a.id == bindparam("appeal_id")).with_for_update())
_OF = sql(select(appeal).where(any_of(_a.decision_id, "ids")).order_by(_a.id))
_OF_INTAKE = sql(select(appeal).where(_a.intake_id == bindparam("intake_id"), _a.party == "notifier").order_by(_a.id))
_OPEN = sql(
    select(appeal)
    .where(_a.decided_at.is_(None), _a.id > bindparam("after"))
    .order_by(_a.due_at, _a.id)
    .limit(bindparam("most"))
)
_OPEN_ON = sql(
    select(_a.id)
    .where(_a.subject_kind == bindparam("kind"), _a.subject_ref == bindparam("ref"), _a.decided_at.is_(None))
    .limit(1)
)
_BARRED = sql(
    select(_a.id)
    .where(
        _a.subject_kind == bindparam("kind"),
        _a.subject_ref == bindparam("ref"),
        _a.excluded_ids.like(bindparam("person")),
        or_(
            _a.decided_at.is_(None),
            _a.subject_kind != "account",
        ),
    )
    .limit(1)
)
_TOKEN = sql(select(appeal_token).where(appeal_token.c.token_hash == bindparam("token_hash")))
_EXCEPTION = sql(select(appeal_exception).where(appeal_exception.c.appeal_id == bindparam("appeal_id")))
_EXCEPTIONS = sql(select(appeal_exception).order_by(appeal_exception.c.published_at.desc()).limit(bindparam("most")))
_REPORTED = sql(
    select(intake.c.id)
    .join(intake_item, intake_item.c.intake_id == intake.c.id)
    .where(
        intake.c.case_id == bindparam("case_id"),
        intake.c.reporter_id == bindparam("account_id"),
        intake_item.c.item_id == bindparam("item_id"),
    )
    .limit(1)
)
_COUNTS = sql(
    select(_a.state, func.count().label("many")).where(_a.created_at >= bindparam("since")).group_by(_a.state)
)
_TIMES = sql(
    select(_a.decided_at - _a.created_at)
    .where(_a.decided_at >= bindparam("since"))
    .order_by(_a.decided_at - _a.created_at)
    .limit(10_000)
)


def one(tx: Tx, appeal_id: int) -> Row | None:
    """An appeal's row."""
    return tx.first(_ONE, appeal_id=appeal_id)


def lock(tx: Tx, appeal_id: int) -> Row | None:
    """An appeal's row, which nobody else changes until this transaction ends."""
    return tx.first(_LOCKED, appeal_id=appeal_id)


def of_decisions(tx: Tx, ids: list[int]) -> list[Row]:
    """The appeals against decisions, oldest first."""
    return tx.all(_OF, ids=ids)


def of_intake(tx: Tx, intake_id: int) -> list[Row]:
    """The appeals of whoever sent a report, oldest first."""
    return tx.all(_OF_INTAKE, intake_id=intake_id)


def open_page(tx: Tx, after: int, most: int) -> list[Row]:
    """Appeals that are not decided, the most urgent first."""
    return tx.all(_OPEN, after=after, most=most)


def open_on(tx: Tx, kind: str, ref: int) -> bool:
    """Whether somebody appeals against a decision about a thing."""
    return tx.first(_OPEN_ON, kind=kind, ref=ref) is not None


def barred(tx: Tx, kind: str, ref: int, person_id: int) -> bool:
    """Whether somebody decided about a thing before and may not again, because there was an appeal."""
    given = {"kind": kind, "ref": ref, "person": f"%,{person_id},%"}
    return tx.first(_BARRED, **given) is not None


def change(tx: Tx, row: Row, **values: Any) -> None:
    """Set columns of a locked appeal and count a new version."""
    tx.update(appeal, {"id": row.id}, version=row.version + 1, **values)


def token(tx: Tx, token_hash: str) -> Row | None:
    """What a token stands for."""
    return tx.first(_TOKEN, token_hash=token_hash)


def exception(tx: Tx, appeal_id: int) -> Row | None:
    """Why nobody here may review an appeal."""
    return tx.first(_EXCEPTION, appeal_id=appeal_id)


def exceptions(tx: Tx, most: int) -> list[Row]:
    """Every published exception, newest first."""
    return tx.all(_EXCEPTIONS, most=most)


def reported(tx: Tx, case_id: int, item_id: int, account_id: int) -> int | None:
    """The intake by which somebody reported an item."""
    found: int | None = tx.scalar(_REPORTED, case_id=case_id, item_id=item_id, account_id=account_id)
    return found


def counts(tx: Tx, since: int) -> dict[str, int]:
    """How many appeals filed since an instant stand in each state."""
    return {row.state: row.many for row in tx.all(_COUNTS, since=since)}


def times(tx: Tx, since: int) -> list[int]:
    """How long those decided since an instant took (ms), the quickest first."""
    return tx.column(_TIMES, since=since)
