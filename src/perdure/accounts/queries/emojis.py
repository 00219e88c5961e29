"""The site's own emoji."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from perdure.accounts.model import Emoji
from perdure.accounts.rules.emojis import codes
from perdure.accounts.tables import account, custom_emoji
from perdure.kernel.db import Tx, any_of, sql

_COLUMNS = [custom_emoji.c[name] for name in Emoji.__struct_fields__]
_BY_CODES = sql(select(*_COLUMNS).where(any_of(custom_emoji.c.shortcode, "codes")).order_by(custom_emoji.c.shortcode))
_LISTED = sql(select(*_COLUMNS).where(custom_emoji.c.visible_in_picker.is_(True)).order_by(custom_emoji.c.shortcode))

_ALL = sql(select(*_COLUMNS).order_by(custom_emoji.c.shortcode))
# In a pattern an underscore stands for any letter: an account too many is rendered anew, none too few.
_PATTERN: Any = bindparam("pattern")
_RENEW = sql(
    update(account)
    .where(
        or_(account.c.display_name.like(_PATTERN), account.c.note.like(_PATTERN), account.c.fields_json.like(_PATTERN))
    )
    .values(version=account.c.version + 1)
)


class NamedEmojis:
    """The emoji that a set of texts names, looked up once."""

    def __init__(self, tx: Tx, texts: Iterable[str]) -> None:
        self._known = by_codes(tx, codes(texts))

    def of(self, *texts: str) -> tuple[Emoji, ...]:
        """The emoji in some of those texts, by code."""
        return tuple(self._known[code] for code in sorted(codes(texts) & self._known.keys())) if self._known else ()


def by_codes(tx: Tx, wanted: set[str]) -> dict[str, Emoji]:
    """Those of the codes that are emoji, by code."""
    return {row.shortcode: Emoji(*row) for row in tx.all(_BY_CODES, codes=sorted(wanted))} if wanted else {}


def listed(tx: Tx) -> list[Emoji]:
    """Those that people may pick, by code."""
    return [Emoji(*row) for row in tx.all(_LISTED)]


def everything(tx: Tx) -> list[Emoji]:
    """All of them, by code."""
    return [Emoji(*row) for row in tx.all(_ALL)]


def renew_accounts(tx: Tx, shortcode: str) -> None:
    """Count a new version of every account that names an emoji."""
    tx.run(_RENEW, pattern=f"%:{shortcode}:%")


def delete(tx: Tx, shortcode: str) -> None:
    """Take one away."""
    tx.delete(custom_emoji, shortcode=shortcode)


def insert(tx: Tx, made: Emoji) -> bool:
    """Store one unless its code is taken; tells whether it was stored."""
    return tx.insert_new(
        custom_emoji,
        id=tx.new_id(),
        shortcode=made.shortcode,
        file_key=made.file_key,
        category=made.category,
        visible_in_picker=made.visible_in_picker,
        created_at=tx.now,
    )
