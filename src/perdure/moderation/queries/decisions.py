"""Rows of decisions, actions, strikes, notices and policies."""

from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.moderation.tables.decisions import decision, moderation_action, notice_out, policy_version, strike

_d, _a, _s, _n, _p = decision.c, moderation_action.c, strike.c, notice_out.c, policy_version.c
_POLICIES = sql(
    select(policy_version)
    .where(_p.state != "draft", _p.effective_at <= bindparam("at"))
    .order_by(_p.key, _p.effective_at.desc(), _p.number.desc())
)
_HISTORY = sql(select(policy_version).where(_p.key == bindparam("key")).order_by(_p.number.desc()))
_POLICY = sql(select(policy_version).where(_p.id == bindparam("policy_id")))
_NUMBER = sql(select(func.max(_p.number)).where(_p.key == bindparam("key")))
_ONE = sql(select(decision).where(_d.id == bindparam("decision_id")))
_BATCH = sql(select(decision).where(_d.batch_id == bindparam("batch_id")).order_by(_d.id))
_BY_KEY = sql(select(decision).where(_d.batch_key == bindparam("key")))
_OF_CASE = sql(select(decision).where(_d.case_id == bindparam("case_id")).order_by(_d.id))
_LAST_ON = sql(
    select(decision)
    .where(_d.subject_kind == bindparam("kind"), _d.subject_ref == bindparam("ref"))
    .order_by(_d.id.desc())
    .limit(1)
)
_OF_AUTHOR = sql(
    select(decision)
    .where(
        _d.author_id == bindparam("account_id"),
        or_(_d.outcome == "restricted", _d.outcome == "warned"),
        ~exists().where(_n.decision_id == _d.id, _n.state == "suppressed"),  # an order forbids telling of it
        _d.id > bindparam("lower"),
        _d.id < bindparam("upper"),
    )
    .order_by(_d.id.desc())
    .limit(bindparam("most"))
)
_REVERSED_BY = sql(
    select(_d.id, _d.supersedes).where(any_of(_d.supersedes, "ids"), _d.outcome == "reversed").order_by(_d.id)
)
_ACTIONS = sql(select(moderation_action).where(any_of(_a.decision_id, "ids")).order_by(_a.id))
_ACTION = sql(select(moderation_action).where(_a.id == bindparam("action_id")))
_ACTIVE = sql(
    select(moderation_action)
    .where(_a.subject_kind == bindparam("kind"), _a.ref_id == bindparam("ref"), _a.state == "active")
    .order_by(_a.id)
)
_HIDDEN = sql(
    select(_a.subject_kind, _a.ref_id)
    .where(any_of(_a.ref_id, "ids"), _a.state == "active", or_(_a.kind == "hold", _a.kind == "hide"))
    .distinct()
)
_ENDED_BY = sql(select(moderation_action).where(_a.reversed_by == bindparam("decision_id"), _a.state == "ended"))
_DUE = sql(
    select(moderation_action)
    .where(_a.state == "active", _a.ends_at <= bindparam("now"))
    .order_by(_a.ends_at)
    .limit(bindparam("most"))
)
_STRIKES = sql(
    select(strike, _p.key).join(policy_version, _p.id == _s.policy_id)
    .where(_s.account_id == bindparam("account_id"))
    .order_by(_s.decision_id.desc())
)  # fmt: skip
_NOTICES = sql(
    select(notice_out)
    .where(or_(_n.state == "due", _n.state == "rendered"), _n.channel == "mail", _n.next_at <= bindparam("now"))
    .order_by(_n.next_at)
    .limit(bindparam("most"))
)
_LIFTABLE = sql(
    select(_n.id)
    .where(_n.state == "suppressed", _n.suppressed_until <= bindparam("now"))
    .order_by(_n.id)
    .limit(bindparam("most"))
)
_NOTICE = sql(select(notice_out).where(_n.id == bindparam("notice_id")))
_NOTICES_OF = sql(select(notice_out).where(any_of(_n.decision_id, "ids")).order_by(_n.id))


def hidden(tx: Tx, ids: list[int]) -> set[tuple[str, int]]:
    """What of these ids is held or hidden now, by kind and id."""
    return {(row.subject_kind, row.ref_id) for row in tx.all(_HIDDEN, ids=ids)} if ids else set()


def policies_at(tx: Tx, at: int) -> dict[str, Row]:
    """The version of each house rule that holds at an instant, by key."""
    found: dict[str, Row] = {}
    for row in tx.all(_POLICIES, at=at):
        found.setdefault(row.key, row)
    return found


def policy_history(tx: Tx, key: str) -> list[Row]:
    """Every version of a house rule, newest first."""
    return tx.all(_HISTORY, key=key)


def policy(tx: Tx, policy_id: int) -> Row | None:
    """One version of a house rule."""
    return tx.first(_POLICY, policy_id=policy_id)


def last_number(tx: Tx, key: str) -> int:
    """The number of a house rule's newest version, 0 where there is none."""
    return tx.scalar(_NUMBER, key=key) or 0


def one(tx: Tx, decision_id: int) -> Row | None:
    """A decision's row."""
    return tx.first(_ONE, decision_id=decision_id)


def by_machine(row: Row) -> bool:
    """Whether no person decided: neither staff nor whoever runs the site, at its command line."""
    return row.actor_id is None and row.automated_decision == "fully"


def by_key(tx: Tx, key: str) -> Row | None:
    """The decision made under an idempotency key."""
    return tx.first(_BY_KEY, key=key)


def batch(tx: Tx, batch_id: int) -> list[Row]:
    """Decisions that were made together."""
    return tx.all(_BATCH, batch_id=batch_id)


def of_case(tx: Tx, case_id: int) -> list[Row]:
    """Decisions of a case, oldest first."""
    return tx.all(_OF_CASE, case_id=case_id)


def last_on(tx: Tx, kind: str, ref: int) -> Row | None:
    """The newest decision about a thing."""
    return tx.first(_LAST_ON, kind=kind, ref=ref)


def of_author(tx: Tx, account_id: int, *, lower: int, upper: int, most: int) -> list[Row]:
    """Decisions that fell on somebody, newest first."""
    return tx.all(_OF_AUTHOR, account_id=account_id, lower=lower, upper=upper, most=most)


def reversals(tx: Tx, ids: list[int]) -> dict[int, int]:
    """Which decision took each of these back."""
    return {row.supersedes: row.id for row in tx.all(_REVERSED_BY, ids=ids)}


def actions(tx: Tx, ids: list[int]) -> list[Row]:
    """What decisions do."""
    return tx.all(_ACTIONS, ids=ids)


def active(tx: Tx, kind: str, ref: int) -> list[Row]:
    """What is in force about a thing, oldest first."""
    return tx.all(_ACTIVE, kind=kind, ref=ref)


def ended_by(tx: Tx, decision_id: int) -> list[Row]:
    """Actions that a decision replaced."""
    return tx.all(_ENDED_BY, decision_id=decision_id)


def due(tx: Tx, most: int) -> list[Row]:
    """Actions whose time is over."""
    return tx.all(_DUE, now=tx.now, most=most)


def change_action(tx: Tx, row: Row, **values: Any) -> None:
    """Set columns of an action and count a new version."""
    tx.update(moderation_action, {"id": row.id}, version=row.version + 1, **values)


def strikes(tx: Tx, account_id: int) -> list[Row]:
    """An account's strikes with the key of their rule, newest first."""
    return tx.all(_STRIKES, account_id=account_id)


def mails_due(tx: Tx, most: int) -> list[Row]:
    """Notices that are to be mailed now."""
    return tx.all(_NOTICES, now=tx.now, most=most)


def liftable(tx: Tx, most: int) -> list[int]:
    """Notices that an order no longer holds back."""
    return tx.column(_LIFTABLE, now=tx.now, most=most)


def notice(tx: Tx, notice_id: int) -> Row | None:
    """One notice."""
    return tx.first(_NOTICE, notice_id=notice_id)


def notices_of(tx: Tx, ids: list[int]) -> list[Row]:
    """What was told about decisions."""
    return tx.all(_NOTICES_OF, ids=ids)
