"""Polls as clients read them (api.md §3.5)."""

from typing import Any

from perdure.mastodon_api.entities.common import id_text, iso
from perdure.mastodon_api.entities.emoji import emoji_entities
from perdure.mastodon_api.entities.urls import Urls
from perdure.posts.model import PollView


def poll_entity(view: PollView, urls: Urls) -> dict[str, Any]:
    """A Poll; totals stay hidden while an open poll asks for it. Guests get no ``voted``."""
    secret = view.hide_totals and not view.closed
    entity: dict[str, Any] = {
        "id": id_text(view.id),
        "expires_at": iso(view.expires_at),
        "expired": view.closed,
        "multiple": view.multiple,
        "votes_count": view.votes_count,
        "voters_count": view.voters_count,
        "options": [
            {"title": option.title, "votes_count": None if secret else option.votes_count} for option in view.options
        ],
        "emojis": emoji_entities(view.emojis, urls),
    }
    if view.own_votes is not None:
        entity["voted"] = bool(view.own_votes)
        entity["own_votes"] = list(view.own_votes)
    return entity
