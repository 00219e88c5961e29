"""Scheduled posts as clients read them."""

from typing import Any

from perdure.mastodon_api.entities.common import id_text, iso
from perdure.posts.model import Scheduled


def scheduled_entity(made: Scheduled) -> dict[str, Any]:
    """A ScheduledStatus."""
    draft = made.draft
    poll = None
    if draft.poll is not None:
        poll = {
            "options": list(draft.poll.options),
            "expires_in": draft.poll.expires_in_s,
            "multiple": draft.poll.multiple,
            "hide_totals": draft.poll.hide_totals,
        }
    return {
        "id": id_text(made.id),
        "scheduled_at": iso(made.scheduled_at),
        "params": {
            "text": draft.text,
            "poll": poll,
            "media_ids": [id_text(media_id) for media_id in draft.media_ids] or None,
            "sensitive": draft.sensitive,
            "spoiler_text": draft.spoiler_text or None,
            "visibility": draft.visibility,
            "language": draft.language,
            "in_reply_to_id": id_text(draft.in_reply_to_id) if draft.in_reply_to_id else None,
            "scheduled_at": None,
            "idempotency": None,
            "with_rate_limit": False,
            "application_id": 0,
        },
        "media_attachments": [],
    }
