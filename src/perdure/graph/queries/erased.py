"""What an erased account leaves behind."""

from typing import Any

from sqlalchemy import bindparam, delete, select

from perdure.accounts.service import account_card
from perdure.graph.tables import (
    account_note,
    block,
    domain_block,
    endorsement,
    featured_tag,
    filter_,
    filter_keyword,
    filter_status,
    follow,
    follow_request,
    list_,
    list_member,
    mute,
    tag_follow,
)
from perdure.kernel.db import Row, Tx, sql

_FOLLOWS = tuple(
    sql(
        select(follow.c.account_id, follow.c.target_id)
        .join(account_card, account_card.c.id == side)
        .where(account_card.c.state == "deleted")
        .limit(bindparam("most"))
    )
    for side in (follow.c.account_id, follow.c.target_id)
)
_OWN: Any = bindparam("owner")
_FILTERS = select(filter_.c.id).where(filter_.c.account_id == _OWN)
_FORGET = tuple(
    sql(statement)
    for statement in (
        delete(filter_keyword).where(filter_keyword.c.filter_id.in_(_FILTERS)),
        delete(filter_status).where(filter_status.c.filter_id.in_(_FILTERS)),
        delete(list_member).where(list_member.c.list_id.in_(select(list_.c.id).where(list_.c.account_id == _OWN))),
        delete(list_member).where(list_member.c.account_id == _OWN),
        *(
            delete(table).where(table.c.account_id == _OWN)
            for table in (
                filter_,
                list_,
                follow_request,
                block,
                mute,
                account_note,
                tag_follow,
                endorsement,
                featured_tag,
                domain_block,
            )
        ),
        *(delete(table).where(table.c.target_id == _OWN) for table in (follow_request, block, endorsement)),
    )
)


def follows(tx: Tx, most: int) -> list[Row]:
    """Follows (account_id, target_id) of which one side is erased."""
    found: list[Row] = []
    for query in _FOLLOWS:
        found += tx.all(query, most=most - len(found))
    return found


def forget(tx: Tx, account_id: int) -> None:
    """Remove everything of an account but its follows, whose counts matter to others."""
    for query in _FORGET:
        tx.run(query, owner=account_id)
