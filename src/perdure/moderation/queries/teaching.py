"""What people decided of posts: what a classifier may learn from."""

from sqlalchemy import bindparam, select

from perdure.kernel.db import Row, Tx, sql
from perdure.moderation.tables.decisions import decision

_DECIDED = sql(
    select(decision.c.snapshot_id, decision.c.outcome)
    .where(
        decision.c.actor_id.is_not(None),
        decision.c.snapshot_id.is_not(None),
        decision.c.subject_kind == "post",
        decision.c.drill.is_(False),
    )
    .order_by(decision.c.id.desc())
    .limit(bindparam("most"))
)


def decided(tx: Tx, most: int) -> list[Row]:
    """snapshot_id and outcome of decisions by people on posts, the newest first; machines' are left out."""
    return tx.all(_DECIDED, most=most)
