"""Posts follow the site's emoji."""

from perdure.accounts.events import EmojiChanged
from perdure.kernel.db import Tx
from perdure.posts.queries import writing


def renew_named_in(tx: Tx, event: EmojiChanged) -> None:
    """Posts that name an emoji are rendered anew. In the pattern ``_`` stands for any letter: none is left out."""
    writing.renew_named(tx, f"%:{event.shortcode}:%")
