"""Rows of pages, of rounds, and of whoever is called."""

from typing import Final

from sqlalchemy import bindparam, func, select, update

from perdure.kernel.db import Row, Tx, sql
from perdure.moderation.tables.paging import clock_page, duty, page_call, page_hook, page_round

_p: Final = clock_page.c
_c: Final = page_call.c
_STAGES = sql(
    select(_p.stage, _p.urgent, func.count().label("found")).where(_p.round_id.is_(None)).group_by(_p.stage, _p.urgent)
)
_TAKE = sql(update(clock_page).where(_p.round_id.is_(None)).values(round_id=bindparam("new_round")))
_OF_ROUND = sql(
    select(clock_page)
    .where(_p.round_id == bindparam("round_id"))
    .order_by(_p.severity, _p.due_at, _p.id.desc())
    .limit(bindparam("most"))
)
_LAST_ROUND = sql(select(page_round).order_by(page_round.c.id.desc()).limit(1))
_ONE_ROUND = sql(select(page_round).where(page_round.c.id == bindparam("round_id")))
_LAST_PAGE = sql(select(_p.created_at).order_by(_p.id.desc()).limit(1))
_CALL = sql(
    select(page_call).where(
        _c.round_id == bindparam("round_id"), _c.channel == bindparam("channel"), _c.target_id == bindparam("target_id")
    )
)
_DUTIES = sql(select(duty))
_HOOKS = sql(select(page_hook).order_by(page_hook.c.name, page_hook.c.id))
_HOOK = sql(select(page_hook).where(page_hook.c.id == bindparam("hook_id")))
_UNSENT = sql(select(func.count()).select_from(page_call).where(_c.sent_at.is_(None), _c.delivery_id.is_(None)))


def insert(tx: Tx, clock: Row, *, severity: int, stage: str, repeat: int, urgent: bool) -> None:
    """Note a reason to call people."""
    tx.insert(
        clock_page,
        id=tx.new_id(),
        case_id=clock.case_id,
        clock_id=clock.id,
        obligation=clock.obligation,
        severity=severity,
        stage=stage,
        repeat=repeat,
        urgent=urgent,
        due_at=clock.due_at,
        round_id=None,
        created_at=tx.now,
    )


def waiting(tx: Tx) -> list[Row]:
    """Pages that did not go out yet, by stage and urgency: stage, urgent, found."""
    return tx.all(_STAGES)


def take(tx: Tx, round_id: int) -> int:
    """Put every page that waits into a round; returns how many."""
    return tx.run(_TAKE, new_round=round_id)


def of_round(tx: Tx, round_id: int, most: int) -> list[Row]:
    """The pages of a round, the most urgent first; of a clock the newest before older ones."""
    return tx.all(_OF_ROUND, round_id=round_id, most=most)


def last_round(tx: Tx) -> Row | None:
    """The newest round."""
    return tx.first(_LAST_ROUND)


def one_round(tx: Tx, round_id: int) -> Row | None:
    """A round."""
    return tx.first(_ONE_ROUND, round_id=round_id)


def last_page_at(tx: Tx) -> int | None:
    """When the newest page was made (ms)."""
    found = tx.scalar(_LAST_PAGE)
    return None if found is None else int(found)


def call(tx: Tx, round_id: int, channel: str, target_id: int) -> Row | None:
    """One message of a round."""
    return tx.first(_CALL, round_id=round_id, channel=channel, target_id=target_id)


def unsent(tx: Tx) -> int:
    """Messages to people that were not handed over yet."""
    return int(tx.scalar(_UNSENT))


def duties(tx: Tx) -> list[Row]:
    """What members of staff said about being called."""
    return tx.all(_DUTIES)


def hooks(tx: Tx) -> list[Row]:
    """Programs that are called."""
    return tx.all(_HOOKS)


def hook(tx: Tx, hook_id: int) -> Row | None:
    """One of them."""
    return tx.first(_HOOK, hook_id=hook_id)
