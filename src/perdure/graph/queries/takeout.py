"""Everything that one account is to others, oldest first, with names."""

from typing import Any, Final

from sqlalchemy import BindParameter, Table, bindparam, select

from perdure.accounts.service import account_card
from perdure.graph.tables import account_note, block, endorsement, follow, follow_request, list_, list_member, mute
from perdure.graph.tables import tag_follow as tag_follow_table
from perdure.kernel.db import Row, Tx, sql

_OWNER: BindParameter[int] = bindparam("owner")


def _page(kind: Table, mine: Any, theirs: Any, *columns: Any) -> Any:
    return sql(
        select(kind.c.id, account_card.c.username, *columns)
        .join(account_card, account_card.c.id == theirs)
        .where(mine == _OWNER, kind.c.id > bindparam("after"), account_card.c.state != "deleted")
        .order_by(kind.c.id)
        .limit(bindparam("most"))
    )


def _out(kind: Table, *columns: Any) -> Any:
    return _page(kind, kind.c.account_id, kind.c.target_id, *columns)


_FOLLOW_COLUMNS = ("show_reblogs", "notify", "languages_json")
_PAGES: Final = {
    "follows": _out(follow, *(follow.c[name] for name in _FOLLOW_COLUMNS)),
    "requests": _out(follow_request, *(follow_request.c[name] for name in _FOLLOW_COLUMNS)),
    "followers": _page(follow, follow.c.target_id, follow.c.account_id),
    "blocks": _out(block),
    "mutes": _out(mute, mute.c.hide_notifications, mute.c.expires_at),
    "endorsements": _out(endorsement),
}
_MEMBERS = sql(
    select(list_member.c.id, account_card.c.username)
    .join(account_card, account_card.c.id == list_member.c.account_id)
    .join(list_, list_.c.id == list_member.c.list_id)
    .where(list_.c.account_id == _OWNER, list_member.c.list_id == bindparam("of_list"))
    .order_by(list_member.c.id)
)
_NOTES = sql(
    select(account_card.c.username, account_note.c.comment)
    .join(account_card, account_card.c.id == account_note.c.target_id)
    .where(account_note.c.account_id == _OWNER)
    .order_by(account_card.c.username_key)
)
_TAGS = sql(
    select(tag_follow_table.c.tag).where(tag_follow_table.c.account_id == _OWNER).order_by(tag_follow_table.c.id)
)


def page(tx: Tx, kind: str, owner: int, after: int, most: int) -> list[Row]:
    """(id, username, …) of ``follows``, ``requests``, ``followers``, ``blocks``, ``mutes`` or ``endorsements``."""
    return tx.all(_PAGES[kind], owner=owner, after=after, most=most)


def members(tx: Tx, owner: int, list_id: int) -> list[str]:
    """Names of those on one of the owner's lists."""
    return [row.username for row in tx.all(_MEMBERS, owner=owner, of_list=list_id)]


def notes(tx: Tx, owner: int) -> list[Row]:
    """(username, comment) of what the owner wrote down about others."""
    return tx.all(_NOTES, owner=owner)


def tags(tx: Tx, owner: int) -> list[str]:
    """Folded names of the hashtags that the owner follows."""
    return tx.column(_TAGS, owner=owner)
