"""Scheduled posts as clients read them."""

from typing import Any

from perdure.kernel.runtime import Runtime
from perdure.mastodon_api.entities.common import id_text, iso
from perdure.mastodon_api.entities.media import media_entity
from perdure.mastodon_api.entities.urls import Urls
from perdure.media import service as media
from perdure.media.model import MediaView
from perdure.posts.model import Scheduled


async def render_scheduled(rt: Runtime, found: list[Scheduled]) -> list[dict[str, Any]]:
    """ScheduledStatuses in the order given, with the files they will show."""
    ids = [media_id for made in found for media_id in made.draft.media_ids]
    files = {view.id: view for view in await rt.db.read(media.views_in, ids)}
    return [_entity(made, files, Urls.of(rt.settings)) for made in found]


def _entity(made: Scheduled, files: dict[int, MediaView], urls: Urls) -> dict[str, Any]:
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
        "media_attachments": [media_entity(files[media_id], urls) for media_id in draft.media_ids if media_id in files],
    }
