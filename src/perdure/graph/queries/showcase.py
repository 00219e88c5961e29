"""The SQL of what people show on their profile, and of the sites they block."""

from typing import Any

from sqlalchemy import Table, bindparam, func, select

from perdure.graph.tables import domain_block, featured_tag, follow
from perdure.kernel.db import Row, Tx, any_of, sql

_FEATURED = sql(
    select(featured_tag.c.id, featured_tag.c.tag, featured_tag.c.display)
    .where(featured_tag.c.account_id == bindparam("owner"))
    .order_by(featured_tag.c.id)
)
_mine = follow.alias("mine")
_FAMILIAR = sql(
    select(follow.c.target_id, follow.c.account_id)
    .join(_mine, _mine.c.target_id == follow.c.account_id)
    .where(any_of(follow.c.target_id, "ids"), _mine.c.account_id == bindparam("viewer"))
    .order_by(follow.c.target_id, follow.c.id.desc())
)


def _domains(*, ascending: bool) -> Any:
    order = domain_block.c.id if ascending else domain_block.c.id.desc()
    return sql(
        select(domain_block.c.id, domain_block.c.domain)
        .where(
            domain_block.c.account_id == bindparam("owner"),
            domain_block.c.id > bindparam("lower"),
            domain_block.c.id < bindparam("upper"),
        )
        .order_by(order)
        .limit(bindparam("most"))
    )


_DOMAINS = {up: _domains(ascending=up) for up in (False, True)}


def _count(kind: Table) -> Any:
    return sql(select(func.count()).select_from(kind).where(kind.c.account_id == bindparam("owner")))


_COUNT_FEATURED, _COUNT_DOMAINS = _count(featured_tag), _count(domain_block)


def featured_tags(tx: Tx, owner_id: int) -> list[Row]:
    """(id, tag, display) of the hashtags an account shows, oldest first."""
    return tx.all(_FEATURED, owner=owner_id)


def familiar_followers(tx: Tx, viewer_id: int, ids: list[int]) -> list[Row]:
    """(target_id, account_id): who of those the viewer follows, follows each of the targets."""
    return tx.all(_FAMILIAR, viewer=viewer_id, ids=ids)


def domain_blocks(tx: Tx, owner_id: int, *, lower: int, upper: int, most: int, ascending: bool) -> list[Row]:
    """(id, domain) of the sites an account blocks, latest first."""
    found = tx.all(_DOMAINS[ascending], owner=owner_id, lower=lower, upper=upper, most=most)
    return found[::-1] if ascending else found


def featured_count(tx: Tx, owner_id: int) -> int:
    """How many hashtags an account shows."""
    return int(tx.scalar(_COUNT_FEATURED, owner=owner_id))


def domain_count(tx: Tx, owner_id: int) -> int:
    """How many sites an account blocks."""
    return int(tx.scalar(_COUNT_DOMAINS, owner=owner_id))
