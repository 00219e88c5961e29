"""Previews of linked pages as clients read them."""

from typing import Any
from urllib.parse import urlsplit

from perdure.mastodon_api.entities.account import Urls
from perdure.mastodon_api.entities.common import iso
from perdure.posts.model import CardView


def card_entity(card: CardView, urls: Urls) -> dict[str, Any]:
    """A PreviewCard. The image is our own copy, so that readers are not told on to the other site."""
    parts = urlsplit(card.url)
    authors = [{"name": card.author_name, "url": card.author_url, "account": None}]
    return {
        "url": card.url,
        "title": card.title,
        "description": card.description,
        "language": card.language,
        "type": "link",
        "author_name": card.author_name,
        "author_url": card.author_url,
        "authors": authors if card.author_name or card.author_url else [],
        "provider_name": card.provider,
        "provider_url": f"{parts.scheme}://{parts.netloc}" if card.provider else "",
        "html": "",
        "width": card.image_width,
        "height": card.image_height,
        "image": urls.media(card.image_key) if card.image_key else None,
        "image_description": card.image_description,
        "embed_url": "",
        "blurhash": card.blurhash,
        "published_at": iso(card.published_at) if card.published_at else None,
        "missing_attribution": None,
    }
