"""What waits for people and posts, and who continues whom."""

from sqlalchemy import bindparam, select

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.portability.tables import carried, continuation

_PAGE = sql(
    select(carried)
    .where(
        carried.c.account_id == bindparam("owner"),
        carried.c.kind == bindparam("kind"),
        carried.c.id > bindparam("after"),
    )
    .order_by(carried.c.id)
    .limit(bindparam("most"))
)
_WAITING = sql(
    select(carried)
    .where(carried.c.host == bindparam("host"), any_of(carried.c.ref, "refs"), any_of(carried.c.kind, "kinds"))
    .order_by(carried.c.id)
    .limit(bindparam("most"))
)
_CONTINUED = sql(
    select(continuation)
    .where(continuation.c.host == bindparam("host"), any_of(continuation.c.username_key, "names"))
    .order_by(continuation.c.created_at)
)
_OF = sql(
    select(continuation).where(continuation.c.account_id == bindparam("owner")).order_by(continuation.c.created_at)
)


def page(tx: Tx, owner: int, kind: str, after: int, most: int) -> list[Row]:
    """What the owner carries of a kind, oldest first."""
    return tx.all(_PAGE, owner=owner, kind=kind, after=after, most=most)


def waiting(tx: Tx, host: str, refs: list[str], kinds: list[str], most: int) -> list[Row]:
    """What anybody carries that points at people or posts of a site."""
    return tx.all(_WAITING, host=host, refs=refs, kinds=kinds, most=most)


def continued(tx: Tx, host: str, names: list[str]) -> list[Row]:
    """Who says to continue people of a site, by folded name."""
    return tx.all(_CONTINUED, host=host, names=names)


def continuations_of(tx: Tx, owner: int) -> list[Row]:
    """Who an account was elsewhere."""
    return tx.all(_OF, owner=owner)
