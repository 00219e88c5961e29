"""Rows of leases."""

from typing import Any

from sqlalchemy import bindparam, select

from perdure.kernel.db import Tx, sql
from perdure.moderation.model import Lease
from perdure.moderation.queries.cases import lease_view
from perdure.moderation.tables.cases import case_lease

_EXPIRED = sql(
    select(case_lease)
    .where(case_lease.c.live_case_id.is_not(None), case_lease.c.until <= bindparam("now"))
    .order_by(case_lease.c.until)
    .limit(bindparam("most"))
)


def insert(tx: Tx, case_id: int, holder_id: int, until: int) -> Lease:
    """Store a lease."""
    new_id = tx.new_id()
    tx.insert(
        case_lease,
        id=new_id,
        case_id=case_id,
        live_case_id=case_id,
        holder_id=holder_id,
        state="granted",
        granted_at=tx.now,
        until=until,
        renewals=0,
        ended_at=None,
        taken_by=None,
    )
    return Lease(new_id, case_id, holder_id, until, 0)


def change(tx: Tx, lease_id: int, **values: Any) -> None:
    """Set columns of a lease."""
    tx.update(case_lease, {"id": lease_id}, **values)


def expired(tx: Tx, most: int) -> list[Lease]:
    """Living leases whose time is over."""
    return [lease_view(row) for row in tx.all(_EXPIRED, now=tx.now, most=most)]
