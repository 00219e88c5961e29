"""The site's own emoji: listed, found in texts, added, taken away."""

from perdure.accounts.errors import taken
from perdure.accounts.events import EmojiChanged
from perdure.accounts.model import Emoji
from perdure.accounts.queries import emojis
from perdure.accounts.queries.emojis import NamedEmojis as NamedEmojis
from perdure.accounts.rules.emojis import SHORTCODE
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid, NotFound


def emojis_in(tx: Tx) -> list[Emoji]:
    """The emoji that people may pick, by code."""
    return emojis.listed(tx)


def every_emoji_in(tx: Tx) -> list[Emoji]:
    """All emoji, by code."""
    return emojis.everything(tx)


def add_emoji_in(tx: Tx, made: Emoji) -> None:
    """Add one, as the operator. Raises Invalid for a code that is no code or is taken."""
    if not SHORTCODE.fullmatch(made.shortcode):
        fault = "must be at least two letters, digits or underscores"
        raise Invalid(f"Validation failed: Shortcode {fault}", {"shortcode": [("ERR_INVALID", fault)]})
    if not emojis.insert(tx, made):
        raise taken("shortcode")
    _changed(tx, made.shortcode, "emoji.add")


def remove_emoji_in(tx: Tx, shortcode: str) -> Emoji:
    """Take one away, as the operator; returns it. Raises NotFound."""
    found = emojis.by_codes(tx, {shortcode}).get(shortcode)
    if found is None:
        raise NotFound(f"there is no emoji :{shortcode}:")
    emojis.delete(tx, shortcode)
    _changed(tx, shortcode, "emoji.remove")
    return found


def _changed(tx: Tx, shortcode: str, action: str) -> None:
    """Whatever names it is rendered anew: accounts now, posts when the event is handled."""
    emojis.renew_accounts(tx, shortcode)
    audit.append_in(tx, actor_id=None, action=action, subject=f"emoji:{shortcode}")
    tx.emit(EmojiChanged(shortcode))
