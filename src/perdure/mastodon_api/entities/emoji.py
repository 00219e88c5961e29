"""The site's own emoji as clients read them."""

from collections.abc import Iterable
from typing import Any

from perdure.accounts.model import Emoji
from perdure.mastodon_api.entities.urls import Urls


def emoji_entities(found: Iterable[Emoji], urls: Urls) -> list[dict[str, Any]]:
    """CustomEmoji, one for each."""
    return [
        {
            "shortcode": one.shortcode,
            "url": urls.media(one.file_key),
            "static_url": urls.media(one.file_key),
            "visible_in_picker": one.visible_in_picker,
            "category": one.category,
        }
        for one in found
    ]
