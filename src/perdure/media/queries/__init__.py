"""Reading and changing files."""

from sqlalchemy import bindparam, exists, func, not_, or_, select, update

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.media.tables import media, media_keep, media_withheld

_BY_ID = sql(select(media).where(any_of(media.c.id, "ids")))
_OF_POSTS = sql(
    select(media).where(any_of(media.c.post_id, "post_ids")).order_by(media.c.post_id, media.c.position, media.c.id)
)
_LOOSE = sql(
    select(media.c.id, media.c.source_key, media.c.file_key, media.c.preview_key)
    .where(media.c.loose_since < bindparam("before"), not_(exists().where(media_keep.c.media_id == media.c.id)))
    .order_by(media.c.loose_since)
    .limit(bindparam("most"))
)
_NTH = sql(
    select(media.c.created_at)
    .where(media.c.account_id == bindparam("account_id"))
    .order_by(media.c.id.desc())
    .limit(1)
    .offset(bindparam("before"))
)
_IDS = sql(select(media.c.id).where(media.c.id > bindparam("after")).order_by(media.c.id).limit(bindparam("most")))
_STUCK = sql(
    select(media.c.id)
    .where(media.c.state == "waiting", media.c.claimed_until < bindparam("now"))
    .order_by(media.c.claimed_until)
    .limit(20)
)
_CLAIM = sql(
    update(media)
    .where(
        media.c.id == bindparam("media_id"),
        media.c.state == "waiting",
        media.c.claimed_until < bindparam("now"),
    )
    .values(claimed_until=bindparam("until"))
)
_PRINT = (media.c.id, media.c.account_id, media.c.post_id, media.c.sent_sha256, media.c.file_sha256, media.c.looks)
_PRINTS_OF_POSTS = sql(select(*_PRINT).where(any_of(media.c.post_id, "post_ids")).order_by(media.c.id))
_WITH_BYTES = sql(
    select(*_PRINT)
    .where(or_(any_of(media.c.sent_sha256, "sha256"), any_of(media.c.file_sha256, "sha256")))
    .order_by(media.c.id)
)
# The whole picture's look stands first; only it is compared, so only it is read.
_LOOKS = sql(
    select(media.c.id, func.substr(media.c.looks, 1, 16).label("look"))
    .where(media.c.id > bindparam("after"), media.c.looks.is_not(None))
    .order_by(media.c.id)
    .limit(bindparam("most"))
)
_UNPRINTED = sql(
    select(media.c.id, media.c.file_key, media.c.preview_key, media.c.looks)
    .where(media.c.file_sha256.is_(None), media.c.file_key.is_not(None))
    .order_by(media.c.id)
    .limit(bindparam("most"))
)
_RELEASE = sql(
    update(media)
    .where(media.c.post_id == bindparam("of_post"))
    .values(post_id=None, position=0, loose_since=bindparam("now"))
)
_SHOWN_BY = sql(
    select(media)
    .where(
        media.c.account_id == bindparam("account_id"),
        media.c.id > bindparam("after"),
        media.c.post_id.is_not(None),
        media.c.state == "ready",
    )
    .order_by(media.c.id)
    .limit(bindparam("most"))
)
_WITHHELD = sql(select(media_withheld.c.keeper).where(media_withheld.c.key == bindparam("key")).limit(1))
_KEPT = sql(select(media_keep.c.keeper).where(media_keep.c.media_id == bindparam("media_id")).limit(1))


def keep(tx: Tx, ids: list[int], keeper: str) -> None:
    """Say that files must not be erased, for the sake of ``keeper`` (``case:<id>``, ``hold:<id>``)."""
    for media_id in ids:
        tx.insert_new(media_keep, media_id=media_id, keeper=keeper, created_at=tx.now)


def release_kept(tx: Tx, keeper: str) -> int:
    """Say that ``keeper`` needs no file any more; returns how many it kept."""
    return tx.delete(media_keep, keeper=keeper)


def withhold(tx: Tx, keys: list[str], keeper: str) -> None:
    """Serve stored files to nobody."""
    for key in keys:
        tx.insert_new(media_withheld, key=key, keeper=keeper, created_at=tx.now)


def give_back(tx: Tx, keeper: str) -> int:
    """Serve files again that were withheld for the sake of ``keeper``; returns how many."""
    return tx.delete(media_withheld, keeper=keeper)


def withheld(tx: Tx, key: str) -> bool:
    """Whether a stored file is served to nobody."""
    return tx.first(_WITHHELD, key=key) is not None


def kept(tx: Tx, media_id: int) -> bool:
    """Whether somebody keeps a file."""
    return tx.first(_KEPT, media_id=media_id) is not None


def by_id(tx: Tx, ids: list[int]) -> list[Row]:
    """Rows in no order."""
    return tx.all(_BY_ID, ids=ids)


def of_posts(tx: Tx, post_ids: list[int]) -> list[Row]:
    """What posts show, in their order."""
    return tx.all(_OF_POSTS, post_ids=post_ids)


def prints_of_posts(tx: Tx, post_ids: list[int]) -> list[Row]:
    """What the files of posts are recognised by."""
    return tx.all(_PRINTS_OF_POSTS, post_ids=post_ids)


def prints_with_bytes(tx: Tx, sha256: list[str]) -> list[Row]:
    """Files whose bytes, as sent or as served, have one of these hashes."""
    return tx.all(_WITH_BYTES, sha256=sha256)


def unprinted(tx: Tx, most: int) -> list[Row]:
    """(id, file_key, preview_key, looks) of files whose bytes were never hashed, oldest first."""
    return tx.all(_UNPRINTED, most=most)


def whole_looks(tx: Tx, after: int, most: int) -> list[Row]:
    """(id, look) of pictures with ids above ``after``, oldest first; a look is 16 hexadecimal digits."""
    return tx.all(_LOOKS, after=after, most=most)


def loose(tx: Tx, before: int, most: int) -> list[Row]:
    """What nothing has shown since ``before``."""
    return tx.all(_LOOSE, before=before, most=most)


def stuck(tx: Tx) -> list[int]:
    """What waits for processing and nobody has in hand."""
    return tx.column(_STUCK, now=tx.now)


def claim(tx: Tx, media_id: int, until: int) -> bool:
    """Take a file in hand; False where somebody else has it or it is done."""
    return tx.run(_CLAIM, media_id=media_id, now=tx.now, until=until) == 1


def release(tx: Tx, post_id: int) -> None:
    """Take everything off a post."""
    tx.run(_RELEASE, of_post=post_id, now=tx.now)


def nth_newest_at(tx: Tx, account_id: int, n: int) -> int | None:
    """When an account's n-th newest file came (1 is the newest); None where there are fewer."""
    found: int | None = tx.scalar(_NTH, account_id=account_id, before=n - 1)
    return found


def shown_by(tx: Tx, account_id: int, after: int, most: int) -> list[Row]:
    """An account's files that its posts show, with ids above ``after``, oldest first."""
    return tx.all(_SHOWN_BY, account_id=account_id, after=after, most=most)


def ids_after(tx: Tx, after: int, most: int) -> list[int]:
    """Uploads with ids above ``after``, in order."""
    return tx.column(_IDS, after=after, most=most)
