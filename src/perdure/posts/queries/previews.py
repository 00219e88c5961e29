"""Cards of linked pages."""

from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, delete, exists, not_, select, update

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.posts.tables import post, post_preview, preview_card

_c = preview_card.c
_BY_URL = sql(select(preview_card).where(_c.url == bindparam("url")))
_BY_ID = sql(select(preview_card).where(_c.id == bindparam("card_id")))
_OF_POSTS = sql(
    select(post_preview.c.post_id, preview_card)
    .join(preview_card, _c.id == post_preview.c.card_id)
    .where(any_of(post_preview.c.post_id, "post_ids"), _c.state == "ready")
)
_LINK = sql(select(post_preview.c.card_id).where(post_preview.c.post_id == bindparam("post_id")))
_SHOWN_BY = sql(
    select(post.c.account_id)
    .join(post_preview, post_preview.c.post_id == post.c.id)
    .where(post_preview.c.card_id == bindparam("card_id"), post.c.state == "published", post.c.deleted_at.is_(None))
    .order_by(post.c.id)
    .limit(1)
)
_CLAIM = sql(
    update(preview_card)
    .where(_c.id == bindparam("card_id"), _c.due_at <= bindparam("now"), _c.claimed_until < bindparam("now"))
    .values(claimed_until=bindparam("until"))
)
_DUE = sql(
    select(_c.id)
    .where(_c.due_at <= bindparam("now"), _c.claimed_until < bindparam("now"))
    .order_by(_c.due_at)
    .limit(bindparam("most"))
)
_REDRAWN = sql(
    update(post)
    .where(post.c.id.in_(select(post_preview.c.post_id).where(post_preview.c.card_id == bindparam("card_id"))))
    .values(version=post.c.version + 1)
)
_UNUSED = sql(
    delete(preview_card)
    .where(_c.created_at < bindparam("before"), not_(exists().where(post_preview.c.card_id == _c.id)))
    .returning(_c.image_key)
)
_ORPHANS = sql(
    delete(post_preview).where(not_(exists().where(post.c.id == post_preview.c.post_id, post.c.deleted_at.is_(None))))
)


def by_url(tx: Tx, url: str) -> Row | None:
    """The card of a link."""
    return tx.first(_BY_URL, url=url)


def by_id(tx: Tx, card_id: int) -> Row | None:
    """A card."""
    return tx.first(_BY_ID, card_id=card_id)


def shown_by(tx: Tx, card_id: int) -> int | None:
    """Whose post was the first of those that show a card now."""
    found: int | None = tx.scalar(_SHOWN_BY, card_id=card_id)
    return found


def hash_of(url: str) -> str:
    """Under which a page is found by its address."""
    return sha256(url.encode()).hexdigest()


def insert(tx: Tx, card_id: int, url: str) -> bool:
    """Store an empty card that is due at once, unless the link has one."""
    return tx.insert_new(
        preview_card,
        id=card_id,
        url=url,
        state="waiting",
        shown_url=url,
        shown_hash=hash_of(url),
        failures=0,
        fetched_at=None,
        due_at=tx.now,
        claimed_until=0,
        version=0,
        created_at=tx.now,
        **BLANK,
    )


BLANK: dict[str, Any] = {
    "title": "",
    "description": "",
    "provider": "",
    "author_name": "",
    "author_url": "",
    "language": None,
    "published_at": None,
    "image_key": None,
    "image_width": 0,
    "image_height": 0,
    "image_description": "",
    "blurhash": None,
}


def change(tx: Tx, card_id: int, **values: Any) -> None:
    """Set columns of a card."""
    tx.update(preview_card, {"id": card_id}, **values)


def of_posts(tx: Tx, post_ids: list[int]) -> list[Row]:
    """Ready cards, each with the ``post_id`` that shows it."""
    return tx.all(_OF_POSTS, post_ids=post_ids)


def link(tx: Tx, post_id: int, card_id: int) -> None:
    """Make a post show a card."""
    tx.upsert(post_preview, ("post_id",), post_id=post_id, card_id=card_id)


def linked(tx: Tx, post_id: int) -> int | None:
    """The card that a post shows, ready or not."""
    found: int | None = tx.scalar(_LINK, post_id=post_id)
    return found


def unlink(tx: Tx, post_id: int) -> None:
    """Take the card off a post."""
    tx.delete(post_preview, post_id=post_id)


def claim(tx: Tx, card_id: int, until: int) -> bool:
    """Take a card in hand that is due; False where somebody else has it or it was fetched meanwhile."""
    return tx.run(_CLAIM, card_id=card_id, now=tx.now, until=until) == 1


def due(tx: Tx, most: int) -> list[int]:
    """Cards whose time has come and that nobody has in hand."""
    return tx.column(_DUE, now=tx.now, most=most)


def redrawn(tx: Tx, card_id: int) -> None:
    """Count a new version of every post that shows a card."""
    tx.run(_REDRAWN, card_id=card_id)


def forget_unused(tx: Tx, before: int) -> list[str]:
    """Remove cards made before an instant that no post shows; returns the keys of their images."""
    tx.run(_ORPHANS)
    return [key for key in tx.column(_UNUSED, before=before) if key is not None]
