"""Files as clients read them (api.md §3.7)."""

from typing import Any

from perdure.mastodon_api.entities.account import Urls
from perdure.mastodon_api.entities.common import id_text
from perdure.media.model import MediaView


def media_entity(view: MediaView, urls: Urls) -> dict[str, Any]:
    """A MediaAttachment; without ``url`` while it is being processed."""
    return {
        "id": id_text(view.id),
        "type": view.kind,
        "url": urls.media(view.file_key) if view.file_key else None,
        "preview_url": urls.media(view.preview_key) if view.preview_key else None,
        "remote_url": None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": _meta(view.meta),
        "description": view.description,
        "blurhash": view.blurhash,
    }


def _meta(meta: dict[str, Any]) -> dict[str, Any]:
    """Film also carries its size at the top, where older clients look."""
    original = meta.get("original", {})
    if "duration" not in original:
        return meta
    top = {name: original[name] for name in ("width", "height", "size", "aspect", "duration") if name in original}
    return {**meta, **top, "length": _clock(original["duration"])}


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:05.2f}"
