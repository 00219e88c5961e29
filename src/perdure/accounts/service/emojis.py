"""The site's own emoji: listed, found in texts, added."""

from perdure.accounts.errors import taken
from perdure.accounts.model import Emoji
from perdure.accounts.queries import emojis
from perdure.accounts.queries.emojis import NamedEmojis as NamedEmojis
from perdure.accounts.rules.emojis import SHORTCODE
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid


def emojis_in(tx: Tx) -> list[Emoji]:
    """The emoji that people may pick, by code."""
    return emojis.listed(tx)


def add_emoji_in(tx: Tx, made: Emoji) -> None:
    """Add one. Raises Invalid for a code that is no code or is taken."""
    if not SHORTCODE.fullmatch(made.shortcode):
        fault = "must be at least two letters, digits or underscores"
        raise Invalid(f"Validation failed: Shortcode {fault}", {"shortcode": [("ERR_INVALID", fault)]})
    if not emojis.insert(tx, made):
        raise taken("shortcode")
